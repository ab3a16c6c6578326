// Element-wise operators as data: a name, a promotion rule and a loop a dtype. One compiled path runs them all.
//   constexpr BinaryOperator kMaximum{"maximum", Promote::kCommon, binary_loops<Maximum>(RealTypes{})};
//   add_forms<&binary<kMaximum>>(table, "aten::maximum(Tensor self, Tensor other) -> Tensor", {.out = "maximum.out"});
#pragma once

#include <optional>
#include <string_view>

#include "core/tensor.h"
#include "ops/common/iterator.h"
#include "ops/common/out.h"

namespace heddle::ops {

struct UnaryOperator {
  std::string_view name;
  Promote promote;
  LoopTable loops;
  // The result's dtype where it is not the input's common dtype.
  std::optional<DType> result = std::nullopt;
};

struct BinaryOperator {
  std::string_view name;
  Promote promote;
  LoopTable loops;
  std::optional<DType> result = std::nullopt;
};

// The context is handed to the loop.
Result<Tensor> run_unary(const UnaryOperator& op, const Tensor& self, const Out& out, const void* context = nullptr);
Result<Tensor> run_binary(const BinaryOperator& op, const Tensor& a, const Tensor& b, const Out& out,
                          const void* context = nullptr);
Result<Tensor> run_binary(const BinaryOperator& op, const Tensor& a, const Scalar& b, const Out& out,
                          const void* context = nullptr);
Result<Tensor> run_binary(const BinaryOperator& op, const Scalar& a, const Tensor& b, const Out& out,
                          const void* context = nullptr);

// Kernels of an operator, for forms.h.
template <const UnaryOperator& op>
Result<Tensor> unary(const Tensor& self, const Out& out) {
  return run_unary(op, self, out);
}
template <const BinaryOperator& op>
Result<Tensor> binary(const Tensor& self, const Tensor& other, const Out& out) {
  return run_binary(op, self, other, out);
}
template <const BinaryOperator& op>
Result<Tensor> binary_number(const Tensor& self, const Scalar& other, const Out& out) {
  return run_binary(op, self, other, out);
}
template <const BinaryOperator& op>
Result<Tensor> number_binary(const Scalar& self, const Tensor& other, const Out& out) {
  return run_binary(op, self, other, out);
}

}  // namespace heddle::ops
