// UTF-8 in source texts: reading it in names, writing it for escapes. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heddle::lang {

struct DecodedRune {
  uint32_t code = 0;
  uint32_t length = 0;  // in bytes; 0 when the text does not start with a well-formed character
};

DecodedRune decode_utf8(std::string_view text);
bool is_utf8(std::string_view text);
// Appends the character; `code` must be a Unicode scalar value (no surrogate, at most 0x10FFFF).
void append_utf8(std::string& out, uint32_t code);
bool is_scalar_value(uint32_t code);
// Whether a character beyond ASCII may stand in a name. Spaces, punctuation and invisible marks may not: pasted "smart"
// quotes and no-break spaces are then reported where they are.
bool is_word_rune(uint32_t code);

}  // namespace heddle::lang
