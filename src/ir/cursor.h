// A place in a text that is being read, with the few moves the IR's readers need. For parser.cpp and type_text.cpp.
#pragma once

#include <cctype>
#include <charconv>
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/type.h"

namespace heddle::ir {

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  void skip_space() {
    while (at_ < text_.size() && (std::isspace(static_cast<unsigned char>(text_[at_])) || text_[at_] == '#')) {
      if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else {
        ++at_;
      }
    }
  }
  bool at_end() {
    skip_space();
    return at_ == text_.size();
  }
  bool peek(std::string_view token) {
    skip_space();
    return text_.substr(at_).starts_with(token);
  }
  bool accept(std::string_view token) {
    if (!peek(token)) return false;
    at_ += token.size();
    return true;
  }
  Status expect(std::string_view token) {
    if (accept(token)) return ok_status();
    return fail("'", token, "'");
  }
  // Letters, digits, underscores and what `extra` adds.
  Result<std::string_view> word(std::string_view extra = "") {
    skip_space();
    const size_t start = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_' ||
                                  extra.find(text_[at_]) != extra.npos)) {
      ++at_;
    }
    if (at_ == start) return fail("a name");
    return text_.substr(start, at_ - start);
  }
  // A quoted string with the escapes that quoted() writes.
  Result<std::string> string() {
    skip_space();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) return fail("a string");
    const char quote = text_[at_++];
    std::string out;
    for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] != '\\' || at_ + 1 == text_.size()) {
        out += text_[at_];
        continue;
      }
      const char escape = text_[++at_];
      if (escape == 'x' && at_ + 2 < text_.size()) {
        int byte = 0;
        std::from_chars(text_.data() + at_ + 1, text_.data() + at_ + 3, byte, 16);
        out += static_cast<char>(byte);
        at_ += 2;
      } else {
        out += escape == 'n' ? '\n' : escape == 't' ? '\t' : escape == 'r' ? '\r' : escape;
      }
    }
    if (at_ == text_.size()) return fail("the end of a string");
    ++at_;
    return out;
  }
  template <class... P>
  Status fail(const P&... expected) const {
    size_t line = 1;
    for (size_t i = 0; i < at_; ++i) line += text_[i] == '\n';
    const std::string_view rest = text_.substr(at_, 32);
    return error(ErrorCode::kSyntax, "line ", line, ": expected ", concat(expected...), " at '",
                 rest.substr(0, rest.find('\n')), "'");
  }
  // Around whatever may contain itself: readers recurse, so nesting must end. leave() follows where enter() was ok.
  Status enter() {
    if (depth_ == kMaxDepth) return fail("less nesting");
    ++depth_;
    return ok_status();
  }
  void leave() { --depth_; }

 private:
  static constexpr int kMaxDepth = 200;
  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

// Reads a type at the cursor.
class CompilationUnit;
Result<TypePtr> read_type(Cursor& cursor, const CompilationUnit* unit);

}  // namespace heddle::ir
