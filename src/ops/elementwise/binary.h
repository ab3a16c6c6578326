// Element-wise functions of two tensors, for composite operators: broadcasting, promotion and errors are PyTorch's.
// The last parameter says where the result goes (ops/common/out.h); by default into a new tensor.
#pragma once

#include <optional>
#include <string_view>

#include "core/tensor.h"
#include "ops/common/out.h"

namespace heddle::ops {

// self + alpha * other and the like.
Result<Tensor> add(const Tensor& self, const Tensor& other, const Scalar& alpha = 1, const Out& out = {});
Result<Tensor> add(const Tensor& self, const Scalar& other, const Scalar& alpha = 1, const Out& out = {});
Result<Tensor> sub(const Tensor& self, const Tensor& other, const Scalar& alpha = 1, const Out& out = {});
Result<Tensor> sub(const Tensor& self, const Scalar& other, const Scalar& alpha = 1, const Out& out = {});
// other - alpha * self.
Result<Tensor> rsub(const Tensor& self, const Scalar& other, const Scalar& alpha = 1, const Out& out = {});
Result<Tensor> mul(const Tensor& self, const Tensor& other, const Out& out = {});
Result<Tensor> mul(const Tensor& self, const Scalar& other, const Out& out = {});
// True division: integers become floating.
Result<Tensor> div(const Tensor& self, const Tensor& other, const Out& out = {});
Result<Tensor> div(const Tensor& self, const Scalar& other, const Out& out = {});
// rounding_mode: nothing, "floor" or "trunc".
Result<Tensor> div(const Tensor& self, const Tensor& other, std::optional<std::string_view> rounding_mode,
                   const Out& out);
Result<Tensor> pow(const Tensor& self, const Scalar& exponent, const Out& out = {});
Result<Tensor> pow(const Tensor& self, const Tensor& exponent, const Out& out = {});
Result<Tensor> maximum(const Tensor& self, const Tensor& other, const Out& out = {});
Result<Tensor> minimum(const Tensor& self, const Tensor& other, const Out& out = {});
Result<Tensor> atan2(const Tensor& self, const Tensor& other, const Out& out = {});

// Comparisons give bool.
Result<Tensor> eq(const Tensor& self, const Tensor& other, const Out& out = {});
Result<Tensor> eq(const Tensor& self, const Scalar& other, const Out& out = {});
Result<Tensor> ne(const Tensor& self, const Tensor& other, const Out& out = {});
Result<Tensor> ne(const Tensor& self, const Scalar& other, const Out& out = {});
Result<Tensor> lt(const Tensor& self, const Tensor& other, const Out& out = {});
Result<Tensor> lt(const Tensor& self, const Scalar& other, const Out& out = {});
Result<Tensor> le(const Tensor& self, const Tensor& other, const Out& out = {});
Result<Tensor> le(const Tensor& self, const Scalar& other, const Out& out = {});
Result<Tensor> gt(const Tensor& self, const Tensor& other, const Out& out = {});
Result<Tensor> gt(const Tensor& self, const Scalar& other, const Out& out = {});
Result<Tensor> ge(const Tensor& self, const Tensor& other, const Out& out = {});
Result<Tensor> ge(const Tensor& self, const Scalar& other, const Out& out = {});
Result<Tensor> logical_and(const Tensor& self, const Tensor& other, const Out& out = {});
Result<Tensor> logical_or(const Tensor& self, const Tensor& other, const Out& out = {});

}  // namespace heddle::ops
