// The operator table: every operator Heddle has, by name and overload. Built once from the op families' register
// functions, then read without locks. lang resolves overloads here, exec calls the kernels, and neither includes ops.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "schema/call.h"
#include "schema/function_schema.h"

namespace heddle::schema {

// What passes may assume. Writes to arguments are in the schema's alias marks and need no flag.
enum OperatorFlag : uint32_t {
  kPure = 0,
  kRandom = 1u << 0,      // draws random numbers: never merged, folded or reordered
  kSideEffect = 1u << 1,  // prints, warns, touches the world: never removed
  kNoFold = 1u << 2,      // result must not be computed at load (large, or depends on run-time settings)
};

// One way to compute an operator: its name and why it would not take a call. For `heddle ops`, tests and --why.
struct ImplementationInfo {
  std::string name;         // "onednn", "simd", "reference"
  std::string description;  // what it needs
};

struct Operator {
  FunctionSchema schema;
  Kernel kernel = nullptr;
  uint32_t flags = kPure;
  // Set when this overload is the in-place or out= form derived from a functional one.
  const Operator* functional = nullptr;
  std::vector<ImplementationInfo> implementations;  // fastest first, as tried
};

class TableBuilder;

class OperatorTable {
 public:
  // Overloads in declaration order, those with a Tensor argument first; empty when the name is unknown. name:
  // "aten::add".
  std::span<const Operator* const> overloads(std::string_view name) const;
  // Null when there is none. overload may be empty.
  const Operator* find(std::string_view name, std::string_view overload) const;
  // Every operator, sorted by full name.
  std::span<const Operator* const> all() const { return sorted_; }

 private:
  friend class TableBuilder;
  std::vector<std::unique_ptr<Operator>> operators_;
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, std::vector<const Operator*>, Hash, std::equal_to<>> by_name_;
  std::vector<const Operator*> sorted_;
};

// Collects operators; a schema that does not parse, a duplicate or a derived form without its functional one is a
// programming error that build() reports with the schema's text (a test builds the table, so it cannot ship).
class TableBuilder {
 public:
  // An operator with its own kernel (boxed<&fn>() of schema/boxed.h). Returns *this for chaining further facts onto it.
  TableBuilder& add(std::string_view schema, Kernel kernel, uint32_t flags = kPure);
  // In-place and out= forms of an operator added elsewhere: the schema's marks say which argument receives the result.
  // Computes the functional overload (same name less a trailing underscore, same arguments less the out ones), then
  // writes: in-place checks shape and castability as PyTorch does; out resizes. Kernels that write directly use add()
  // instead.
  TableBuilder& derive(std::string_view schema);
  // A further name for the operator added last: "aten::absolute" for "aten::abs".
  TableBuilder& alias(std::string_view name);
  // Describes an implementation of the operator added last, in order of preference.
  TableBuilder& implementation(std::string_view name, std::string_view description);
  Result<std::unique_ptr<const OperatorTable>> build();

 private:
  std::unique_ptr<OperatorTable> table_ = std::make_unique<OperatorTable>();
  std::vector<Operator*> derived_;
  std::vector<std::string> problems_;
};

// The process's table. program installs it once before anything is compiled; reading it earlier is a programming error.
const OperatorTable& operators();
void install_operators(std::unique_ptr<const OperatorTable> table);

// Runs an operator by its table entry on plain values: for constant folding, derived forms, tests and the API.
// Arguments must be complete (defaults filled in).
Result<std::vector<IValue>> call_operator(const Operator& op, std::span<const IValue> arguments);

}  // namespace heddle::schema

// Opens an operator family: a function that fills the table. A build step finds these lines, so the brace stands on the
// same line:
//   HEDDLE_OPERATORS(softmax) {
//     table.add("aten::softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", boxed<&softmax>());
//   }
#define HEDDLE_OPERATORS(family)                                           \
  namespace heddle::ops {                                                  \
  void register_operators_##family(::heddle::schema::TableBuilder& table); \
  }                                                                        \
  void heddle::ops::register_operators_##family([[maybe_unused]] ::heddle::schema::TableBuilder& table)
