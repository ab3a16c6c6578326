// The values of literal tokens. Called by the parser only; pure functions, any thread. Failures are kSyntax at the
// range.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/source.h"

namespace heddle::lang {

// "12", "0x_ff", "0b11". The magnitude of a 64-bit integer: 2**63 is legal only where `negative` says a minus stands
// before. The result is the signed value, minus included.
Result<int64_t> decode_int(std::string_view text, bool negative, const SourceRange& range);
// "1.", ".5", "1e-05", without a trailing "j"; beyond double's range it is infinity or zero, as in Python.
double decode_float(std::string_view text);

// The parts of a string token: r"..", f'''..'''.
struct StringToken {
  bool raw = false;
  bool bytes = false;
  bool format = false;
  uint32_t begin = 0;  // of the text between the quotes, in the source
  uint32_t end = 0;
};
StringToken split_string(const SourceRange& token);

// Bytes [begin, end) of the source with escapes decoded. "\351" is a byte, as PyTorch writes what is not printable;
// "\xe9", "\u00e9" and "\U000000e9" are characters. An unknown escape stands for itself, as in Python.
Result<std::string> decode_escapes(const Source& source, uint32_t begin, uint32_t end, const SourceRange& token);

}  // namespace heddle::lang
