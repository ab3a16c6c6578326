// Reductions, for composite operators. `dims` may be negative; an empty list means all dimensions. Integers sum to
// int64.
#pragma once

#include <optional>

#include "core/tensor.h"
#include "ops/common/out.h"

namespace heddle::ops {

Result<Tensor> sum(const Tensor& t, const Dims& dims = {}, bool keepdim = false,
                   std::optional<DType> dtype = std::nullopt, const Out& out = {});
Result<Tensor> mean(const Tensor& t, const Dims& dims = {}, bool keepdim = false,
                    std::optional<DType> dtype = std::nullopt, const Out& out = {});
// The largest and smallest; a nan wins.
Result<Tensor> amax(const Tensor& t, const Dims& dims = {}, bool keepdim = false, const Out& out = {});
Result<Tensor> amin(const Tensor& t, const Dims& dims = {}, bool keepdim = false, const Out& out = {});
// divisor: count - correction.
Result<Tensor> var(const Tensor& t, const Dims& dims, double correction = 1, bool keepdim = false);
// The p-norm over the dimensions; p may be infinite.
Result<Tensor> vector_norm(const Tensor& t, const Scalar& p, const Dims& dims = {}, bool keepdim = false,
                           std::optional<DType> dtype = std::nullopt);
Result<Tensor> logsumexp(const Tensor& t, const Dims& dims, bool keepdim = false);
Result<Tensor> any(const Tensor& t);
Result<Tensor> all(const Tensor& t);
// Indices of the largest element along a dimension, or of the flattened tensor.
Result<Tensor> argmax(const Tensor& t, std::optional<int64_t> dim, bool keepdim = false, const Out& out = {});

}  // namespace heddle::ops
