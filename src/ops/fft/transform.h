// Fourier transforms of tensors, which torch.fft, stft and istft are made of. Any thread; work is split in a way that
// follows from the shapes alone.
#pragma once

#include <optional>
#include <string_view>

#include "core/tensor.h"

namespace heddle::ops {

// What a transform is divided by: PyTorch's numbers.
enum class FftNorm : int64_t { kNone = 0, kRoot = 1, kCount = 2 };
// "backward" (or none), "ortho", "forward" for a transform in the direction given.
Result<FftNorm> fft_norm(const std::optional<std::string_view>& name, bool forward);

// dims: 0 .. dim()-1, none twice, each of at least one element. Results are contiguous.
// Complex to complex.
Result<Tensor> transform_complex(const Tensor& t, const Dims& dims, FftNorm norm, bool forward);
// Real to complex, forward. `onesided`: the last of the dims has only n / 2 + 1 elements, the others follow from them.
Result<Tensor> transform_real(const Tensor& t, const Dims& dims, FftNorm norm, bool onesided);
// Complex to real, backward: the last of the dims holds the first half of `last_size` numbers.
Result<Tensor> transform_to_real(const Tensor& t, const Dims& dims, FftNorm norm, int64_t last_size);

// The complex conjugate, a new tensor; real ones are returned as they are.
Result<Tensor> conjugate(const Tensor& t);

}  // namespace heddle::ops
