// Element-wise functions of one tensor, for composite operators. Results, dtypes and errors are PyTorch's; integers
// become float32 where the function is not closed over them.
#pragma once

#include "core/tensor.h"
#include "ops/common/out.h"

namespace heddle::ops {

Result<Tensor> abs(const Tensor& self, const Out& out = {});
Result<Tensor> neg(const Tensor& self, const Out& out = {});
Result<Tensor> exp(const Tensor& self, const Out& out = {});
Result<Tensor> log(const Tensor& self, const Out& out = {});
Result<Tensor> sqrt(const Tensor& self, const Out& out = {});
Result<Tensor> rsqrt(const Tensor& self, const Out& out = {});
Result<Tensor> sin(const Tensor& self, const Out& out = {});
Result<Tensor> cos(const Tensor& self, const Out& out = {});
Result<Tensor> tanh(const Tensor& self, const Out& out = {});
Result<Tensor> sigmoid(const Tensor& self, const Out& out = {});
Result<Tensor> reciprocal(const Tensor& self, const Out& out = {});
Result<Tensor> logical_not(const Tensor& self, const Out& out = {});
Result<Tensor> isnan(const Tensor& self);

}  // namespace heddle::ops
