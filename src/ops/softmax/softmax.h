// torch's softmax and its logarithm. Attention and others call them. Any thread.
#pragma once

#include <optional>

#include "core/tensor.h"

namespace heddle::ops {

// Along `dim`, in `dtype` where it is given (the input is converted first). The result is contiguous. Integral inputs
// without a dtype are PyTorch's error.
Result<Tensor> softmax(const Tensor& self, int64_t dim, std::optional<DType> dtype = std::nullopt);
Result<Tensor> log_softmax(const Tensor& self, int64_t dim, std::optional<DType> dtype = std::nullopt);

}  // namespace heddle::ops
