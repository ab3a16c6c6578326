// Norms of matrices, for other operators of the family. Any thread.
#pragma once

#include <optional>
#include <string_view>

#include "core/tensor.h"

namespace heddle::ops {

// torch.linalg.matrix_norm with a number (1, -1, 2, -2, inf, -inf) or a name ("fro", "nuc").
Result<Tensor> matrix_norm(const Tensor& a, const Scalar& order, const Dims& dims = {-2, -1}, bool keepdim = false,
                           std::optional<DType> dtype = std::nullopt);
Result<Tensor> matrix_norm(const Tensor& a, std::string_view order, const Dims& dims = {-2, -1}, bool keepdim = false,
                           std::optional<DType> dtype = std::nullopt);

}  // namespace heddle::ops
