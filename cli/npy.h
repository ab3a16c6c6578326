// NumPy's .npy format, versions 1 to 3, as numpy.save writes it. Pure functions over bytes.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "cli/file.h"
#include "core/tensor.h"

namespace heddle::cli {

// The array in the bytes, as torch.from_numpy would show it (a Fortran-ordered array keeps its order as strides).
// Both byte orders are read. Fails, naming `name`, for a broken file and for an element type PyTorch does not have.
Result<Tensor> read_npy(std::span<const std::byte> bytes, std::string_view name);

// The tensor in C order, whatever its strides. Fails for element types NumPy does not have (bfloat16, quantised).
Result<Bytes> write_npy(const Tensor& tensor);

}  // namespace heddle::cli
