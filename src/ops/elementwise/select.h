// Element-wise choice: where, masked_fill, lerp, addcmul, addcdiv, for composite operators.
#pragma once

#include "core/tensor.h"
#include "ops/common/out.h"

namespace heddle::ops {

// condition ? self : other, promoted and broadcast. The condition is bool (uint8 is taken, as PyTorch does).
Result<Tensor> where(const Tensor& condition, const Tensor& self, const Tensor& other, const Out& out = {});
// A copy of self, broadcast with the mask, with `value` where the mask is true; in place with Out::in_place(self).
Result<Tensor> masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value, const Out& out = {});
// self + value * a * b, self + value * a / b.
Result<Tensor> addcmul(const Tensor& self, const Tensor& a, const Tensor& b, const Scalar& value = 1,
                       const Out& out = {});
Result<Tensor> addcdiv(const Tensor& self, const Tensor& a, const Tensor& b, const Scalar& value = 1,
                       const Out& out = {});
Result<Tensor> lerp(const Tensor& self, const Tensor& end, const Scalar& weight, const Out& out = {});

}  // namespace heddle::ops
