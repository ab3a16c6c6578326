// Arithmetic and comparisons of tensors with tensors and numbers.
#pragma once

#include "heddle_torch/generated/functions.inc"

namespace at {
HEDDLE_TORCH_BEGIN

#define HEDDLE_TORCH_BINARY(op, function, left)                                              \
  inline Tensor operator op(const Tensor& a, const Tensor& b) { return at::function(a, b); } \
  inline Tensor operator op(const Tensor& a, const Scalar& b) { return at::function(a, b); } \
  inline Tensor operator op(const Scalar& a, const Tensor& b) { return left; }
HEDDLE_TORCH_BINARY(+, add, at::add(b, a))
HEDDLE_TORCH_BINARY(*, mul, at::mul(b, a))
HEDDLE_TORCH_BINARY(-, sub, at::rsub(b, a))
HEDDLE_TORCH_BINARY(/, div, at::mul(at::reciprocal(b), a))
HEDDLE_TORCH_BINARY(%, remainder, at::remainder(a, b))
HEDDLE_TORCH_BINARY(<, lt, at::gt(b, a))
HEDDLE_TORCH_BINARY(<=, le, at::ge(b, a))
HEDDLE_TORCH_BINARY(>, gt, at::lt(b, a))
HEDDLE_TORCH_BINARY(>=, ge, at::le(b, a))
HEDDLE_TORCH_BINARY(==, eq, at::eq(b, a))
HEDDLE_TORCH_BINARY(!=, ne, at::ne(b, a))
HEDDLE_TORCH_BINARY(&, bitwise_and, at::bitwise_and(b, a))
HEDDLE_TORCH_BINARY(|, bitwise_or, at::bitwise_or(b, a))
HEDDLE_TORCH_BINARY(^, bitwise_xor, at::bitwise_xor(b, a))
#undef HEDDLE_TORCH_BINARY

HEDDLE_TORCH_END
}  // namespace at
