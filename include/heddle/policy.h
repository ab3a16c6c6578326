// Which operators a model may name. For models that other people made: LoadOptions::policy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "heddle/error.h"

namespace heddle::jit {

// A model that names what its policy denies, or that reaches for files. code() is kUnsupported.
class PolicyError : public Error {
 public:
  using Error::Error;
};

// Rules in order, of which the last that fits an operator decides; where none fits, it is denied if the first rule
// allows, and allowed otherwise. Written as text, a rule a line, "#" begins a comment:
//
//   include conservative      the rules of the shipped list
//   allow aten::add           an operator, all its overloads
//   allow quantized::*        all whose names begin so
//   deny family:random        random: draws random numbers; process: changes or asks what all models share, such as
//                             the seed of the default generator; print: writes text; fork: prim::fork and
//                             prim::awaitable; custom: registered by the application; file: aten::from_file, aten::save
//                             and the like, which Heddle has none of and refuses under every policy
//
// What a model merely computes with (attributes, tuples, lists, branches) is no operator and always allowed. Copies
// are independent; const use is safe on any thread.
class OperatorPolicy {
 public:
  // Error (kSyntax) names the line that is no rule.
  static OperatorPolicy parse(const std::string& text);
  // A file of rules; or, where `name` is "conservative", the shipped list. Error (kNotFound) where it cannot be read.
  static OperatorPolicy read(const std::string& name);
  // What the models that Heddle is tested with use, and nothing else: no operator of the application, none that
  // touches what models share.
  static OperatorPolicy conservative();

  // name: "aten::add". families: those it belongs to.
  bool allows(std::string_view name, const std::vector<std::string_view>& families) const;

 private:
  struct Rule {
    bool allow;
    std::string pattern;  // without the star
    enum class Kind { kName, kPrefix, kFamily } kind;
  };
  std::vector<Rule> rules_;
};

}  // namespace heddle::jit
