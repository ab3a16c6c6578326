// Speech as input: RIFF .wav files of PCM or float samples. Pure function over bytes.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "core/tensor.h"

namespace heddle::cli {

// float32 [1, samples]; integers are scaled to -1..1 as torchaudio.load does, several channels are averaged.
// 8, 16, 24, 32-bit PCM and 32, 64-bit float. Fails, naming `name`, for broken files and other encodings.
Result<Tensor> read_wav(std::span<const std::byte> bytes, std::string_view name);

}  // namespace heddle::cli
