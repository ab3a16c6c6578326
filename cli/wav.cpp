#include "cli/wav.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>

namespace heddle::cli {
namespace {

enum Encoding : uint16_t { kPcm = 1, kFloat = 3, kExtensible = 0xfffe };

struct Format {
  uint16_t encoding = 0;
  uint16_t channels = 0;
  uint16_t bits = 0;
};

template <class T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// Sample widths are known to be served: see supported().
float sample_at(const std::byte* from, const Format& format) {
  if (format.encoding == kFloat) {
    return format.bits == 32 ? load<float>(from) : static_cast<float>(load<double>(from));
  }
  switch (format.bits) {
    case 8:
      return (static_cast<float>(load<uint8_t>(from)) - 128.0f) / 128.0f;
    case 16:
      return static_cast<float>(load<int16_t>(from)) / 32768.0f;
    case 24: {
      // In the upper three bytes, so that the sign is where an int32 has it.
      const uint32_t wide = (load<uint8_t>(from) << 8) | (load<uint8_t>(from + 1) << 16) |
                            (static_cast<uint32_t>(load<uint8_t>(from + 2)) << 24);
      return static_cast<float>(static_cast<int32_t>(wide)) / 2147483648.0f;
    }
    default:
      return static_cast<float>(static_cast<double>(load<int32_t>(from)) / 2147483648.0);
  }
}

bool supported(const Format& format) {
  if (format.encoding == kFloat) return format.bits == 32 || format.bits == 64;
  return format.encoding == kPcm && (format.bits == 8 || format.bits == 16 || format.bits == 24 || format.bits == 32);
}

Format read_format(std::span<const std::byte> chunk) {
  Format format{load<uint16_t>(&chunk[0]), load<uint16_t>(&chunk[2]), load<uint16_t>(&chunk[14])};
  // The extensible form keeps the real encoding in the first bytes of a longer identifier.
  if (format.encoding == kExtensible && chunk.size() >= 26) format.encoding = load<uint16_t>(&chunk[24]);
  return format;
}

}  // namespace

Result<Tensor> read_wav(std::span<const std::byte> bytes, std::string_view name) {
  const auto broken = [&](std::string_view what) {
    return error(ErrorCode::kBadArchive, name, " is a broken .wav file: ", what);
  };
  const auto tag_at = [&](size_t at) { return std::string_view(reinterpret_cast<const char*>(&bytes[at]), 4); };
  if (bytes.size() < 12 || tag_at(0) != "RIFF" || tag_at(8) != "WAVE") {
    return error(ErrorCode::kBadArchive, name, " is no .wav file: it does not begin as one");
  }
  std::optional<Format> format;
  for (size_t at = 12; at + 8 <= bytes.size();) {
    const std::string_view tag = tag_at(at);
    const size_t promised = load<uint32_t>(&bytes[at + 4]);
    const auto chunk = bytes.subspan(at + 8, std::min(promised, bytes.size() - at - 8));
    if (tag == "fmt ") {
      if (chunk.size() < 16) return broken("its format is cut off");
      format = read_format(chunk);
      if (!supported(*format)) {
        return error(ErrorCode::kUnsupported, name, ": encoding ", format->encoding, " with ", format->bits,
                     " bits is not read; PCM of 8, 16, 24, 32 bits and float of 32, 64 bits are");
      }
      if (format->channels == 0) return broken("it has no channels");
    } else if (tag == "data") {
      if (!format) return broken("its samples come before their format");
      if (chunk.size() < promised) return broken("it is cut off");
      const size_t width = format->bits / 8u;
      const size_t count = chunk.size() / (width * format->channels);
      const std::array<int64_t, 2> sizes = {1, static_cast<int64_t>(count)};
      Tensor tensor = HEDDLE_TRY(Tensor::empty(sizes, DType::kFloat32));
      const std::byte* from = chunk.data();
      for (size_t i = 0; i < count; ++i) {
        float sum = 0;
        for (size_t c = 0; c < format->channels; ++c, from += width) sum += sample_at(from, *format);
        tensor.data<float>()[i] = sum / static_cast<float>(format->channels);
      }
      return tensor;
    }
    // Chunks begin at even offsets.
    at += 8 + promised + promised % 2;
  }
  return broken("it has no samples");
}

}  // namespace heddle::cli
