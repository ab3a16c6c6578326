#include "lang/literal.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "lang/error.h"
#include "lang/utf8.h"

namespace heddle::lang {
namespace {

std::string without_underscores(std::string_view text) {
  std::string out(text);
  std::erase(out, '_');
  return out;
}

// A single-character escape's meaning, or -1.
int simple_escape(char c) {
  switch (c) {
    case '\\':
    case '\'':
    case '"':
      return c;
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return -1;
  }
}

class EscapeDecoder {
 public:
  EscapeDecoder(std::string_view text, const SourceRange& token) : text_(text), token_(token) {}

  Result<std::string> run() {
    while (at_ < text_.size()) {
      const size_t backslash = std::min(text_.find('\\', at_), text_.size());
      out_ += text_.substr(at_, backslash - at_);
      at_ = backslash;
      if (at_ < text_.size()) HEDDLE_TRY(decode_one());
    }
    return std::move(out_);
  }

 private:
  // at_ stands on a backslash; the lexer made sure that something follows.
  Status decode_one() {
    const char c = text_[at_ + 1];
    at_ += 2;
    if (const int meaning = simple_escape(c); meaning >= 0) {
      out_.push_back(static_cast<char>(meaning));
      return ok_status();
    }
    if (c >= '0' && c <= '7') return decode_octal();
    switch (c) {
      case '\n':
        return ok_status();
      case '\r':
        if (at_ < text_.size() && text_[at_] == '\n') ++at_;
        return ok_status();
      case 'x':
        return decode_hex(2);
      case 'u':
        return decode_hex(4);
      case 'U':
        return decode_hex(8);
      case 'N':
        return error_at(token_, "character names (\\N{..}) in strings are not supported");
      default:
        out_ += text_.substr(at_ - 2, 2);
        return ok_status();
    }
  }

  Status decode_octal() {
    const char* begin = text_.data() + at_ - 1;
    const char* limit = std::min(begin + 3, text_.data() + text_.size());
    uint32_t byte = 0;
    const char* end = std::from_chars(begin, limit, byte, 8).ptr;
    if (byte > 0xFF) return error_at(token_, "octal escape \\", std::string_view(begin, end), " is larger than a byte");
    out_.push_back(static_cast<char>(byte));
    at_ = static_cast<size_t>(end - text_.data());
    return ok_status();
  }

  Status decode_hex(size_t digits) {
    const std::string_view hex = text_.substr(at_, digits);
    uint32_t code = 0;
    const char* end = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16).ptr;
    if (hex.size() != digits || end != hex.data() + hex.size()) {
      return error_at(token_, "expected ", digits, " hexadecimal digits after '", text_.substr(at_ - 2, 2),
                      "' in this string");
    }
    if (!is_scalar_value(code))
      return error_at(token_, "escape ", text_.substr(at_ - 2, digits + 2), " names no character");
    append_utf8(out_, code);
    at_ += digits;
    return ok_status();
  }

  std::string_view text_;
  const SourceRange& token_;
  size_t at_ = 0;
  std::string out_;
};

}  // namespace

Result<int64_t> decode_int(std::string_view text, bool negative, const SourceRange& range) {
  std::string digits = without_underscores(text);
  int base = 10;
  if (digits.size() > 1 && digits[0] == '0') {
    switch (digits[1] | 0x20) {
      case 'x':
        base = 16;
        break;
      case 'o':
        base = 8;
        break;
      case 'b':
        base = 2;
        break;
      default:
        if (digits.find_first_not_of('0') != std::string::npos) {
          return error_at(range, "decimal integers have no leading zeros; octal ones start with 0o");
        }
    }
  }
  if (base != 10) digits.erase(0, 2);
  uint64_t magnitude = 0;
  const char* last = digits.data() + digits.size();
  const auto [end, failure] = std::from_chars(digits.data(), last, magnitude, base);
  if (end != last || digits.empty()) return error_at(range, "expected digits of base ", base, " in this number");
  constexpr uint64_t kLargest = std::numeric_limits<int64_t>::max();
  if (failure != std::errc() || magnitude > kLargest + (negative ? 1 : 0)) {
    return error_at(range, "integer does not fit into 64 bits");
  }
  return static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
}

double decode_float(std::string_view text) {
  const std::string digits = without_underscores(text);
  const char* last = digits.data() + digits.size();
  double value = 0;
  if (std::from_chars(digits.data(), last, value).ec == std::errc()) return value;
  // Out of double's range; the wider type tells which end of it.
  long double wide = 0;
  if (std::from_chars(digits.data(), last, wide).ec == std::errc()) return static_cast<double>(wide);
  return digits.find('-') != std::string::npos ? 0.0 : std::numeric_limits<double>::infinity();
}

StringToken split_string(const SourceRange& token) {
  const std::string& text = token.source->text();
  StringToken out;
  uint32_t at = token.begin;
  for (; text[at] != '"' && text[at] != '\''; ++at) {
    const int prefix = text[at] | 0x20;
    out.raw |= prefix == 'r';
    out.bytes |= prefix == 'b';
    out.format |= prefix == 'f';
  }
  const uint32_t length = token.end - at;
  const bool triple = length >= 6 && text[at + 1] == text[at] && text[at + 2] == text[at];
  const uint32_t quotes = triple ? 3 : 1;
  out.begin = at + quotes;
  out.end = token.end - quotes;
  return out;
}

Result<std::string> decode_escapes(const Source& source, uint32_t begin, uint32_t end, const SourceRange& token) {
  return EscapeDecoder(std::string_view(source.text()).substr(begin, end - begin), token).run();
}

}  // namespace heddle::lang
