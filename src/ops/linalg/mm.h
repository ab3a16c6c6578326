// Products of matrices and vectors as torch names them, with their checks. Other families call them. Any thread.
#pragma once

#include "core/tensor.h"
#include "ops/common/out.h"

namespace heddle::ops {

// [m, k] [k, n]; one dtype.
Result<Tensor> mm(const Tensor& self, const Tensor& mat2, const Out& out = {});
// [b, m, k] [b, k, n]; one dtype.
Result<Tensor> bmm(const Tensor& self, const Tensor& mat2, const Out& out = {});
// [m, k] [k].
Result<Tensor> mv(const Tensor& self, const Tensor& vec, const Out& out = {});
// [k] [k]: a zero-dimensional tensor.
Result<Tensor> dot(const Tensor& self, const Tensor& tensor, const Out& out = {});
// beta * self + alpha * mat1 mat2, self broadcast to the product.
Result<Tensor> addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta,
                     const Scalar& alpha, const Out& out = {});
// The same for each matrix of a batch.
Result<Tensor> baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
                       const Scalar& alpha, const Out& out = {});

}  // namespace heddle::ops
