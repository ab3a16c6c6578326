// Building messages without iostreams: concat("dim ", 3, " of ", name).
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

// One piece of a message. Numbers print as in C++; doubles print the shortest text that reads back the same.
class TextPiece {
 public:
  TextPiece(std::string_view s) : view_(s) {}
  TextPiece(const char* s) : view_(s) {}
  TextPiece(const std::string& s) : view_(s) {}
  TextPiece(char c) : size_(1) { buffer_[0] = c; }
  TextPiece(bool b) : view_(b ? "True" : "False") {}
  template <std::integral I>
  requires(!std::same_as<I, bool> && !std::same_as<I, char>) TextPiece(I i) {
    size_ = static_cast<uint8_t>(std::to_chars(buffer_, buffer_ + sizeof buffer_, i).ptr - buffer_);
  }
  TextPiece(double d) {
    size_ = static_cast<uint8_t>(std::to_chars(buffer_, buffer_ + sizeof buffer_, d).ptr - buffer_);
  }
  std::string_view view() const { return size_ ? std::string_view(buffer_, size_) : view_; }

 private:
  std::string_view view_;
  char buffer_[32];
  uint8_t size_ = 0;
};

std::string concat_pieces(std::initializer_list<TextPiece> pieces);

template <class... P>
std::string concat(const P&... pieces) {
  return concat_pieces({TextPiece(pieces)...});
}

// "[2, 3, 4]", as PyTorch prints sizes.
std::string to_text(std::span<const int64_t> values);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
// Python's repr of a string: quotes, escapes.
std::string quoted(std::string_view text);
// Python's repr of a float: "1.0", "1e-05", "inf", "nan".
std::string float_repr(double value);

}  // namespace heddle
