#include "lang/utf8.h"

namespace heddle::lang {

DecodedRune decode_utf8(std::string_view text) {
  if (text.empty()) return {};
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[i])); };
  const uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const uint32_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  uint32_t code = first & (0x7Fu >> length);
  for (uint32_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return {};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  static constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[length] || !is_scalar_value(code)) return {};
  return {code, length};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const uint32_t length = decode_utf8(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void append_utf8(std::string& out, uint32_t code) {
  const auto put = [&out](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

bool is_scalar_value(uint32_t code) { return code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF); }

bool is_word_rune(uint32_t code) {
  if (code < 0xC0) return code == 0xAA || code == 0xB5 || code == 0xB7 || code == 0xBA;
  if (code == 0xD7 || code == 0xF7) return false;             // multiplication and division signs
  if (code >= 0x2000 && code <= 0x206F) return false;         // spaces, dashes, quotes, direction marks
  if (code >= 0x3000 && code <= 0x3004) return false;         // ideographic space and punctuation
  if (code >= 0x3008 && code <= 0x3020) return false;         // ideographic brackets
  if (code >= 0xFF01 && code <= 0xFF0F) return false;         // full-width punctuation
  return code != 0xFEFF && code != 0xFFFD && code < 0xE0000;  // byte order mark, replacement mark, tags
}

}  // namespace heddle::lang
