// torch.result_type: the common dtype of operands. Tensors with dimensions come first; zero-dimensional tensors and
// then plain numbers change the result only when they are of a higher category (bool < integer < floating < complex).
#pragma once

#include <optional>
#include <span>

#include "core/tensor.h"

namespace heddle::ops {

class ResultType {
 public:
  ResultType& add(const Tensor& t);
  // A Python number: floats count as float32, complex ones as complex64, until a tensor says more.
  ResultType& add(const Scalar& number);
  // Nothing was added: nullopt. Quantised types mixed with others: nullopt.
  std::optional<DType> result() const;

 private:
  std::optional<DType> dimensioned_;
  std::optional<DType> zero_dim_;
  std::optional<DType> number_;
  bool failed_ = false;
};

Result<DType> result_type(const Tensor& a, const Tensor& b);
Result<DType> result_type(const Tensor& a, const Scalar& b);
Result<DType> result_type(std::span<const Tensor> tensors);

// torch.get_default_dtype(): TorchScript programs cannot change it.
inline constexpr DType kDefaultDType = DType::kFloat32;
inline DType default_complex_dtype() { return complex_dtype(kDefaultDType); }
// Integral and bool become the default dtype, as for sin, mean, true division.
inline DType float_dtype(DType dtype) { return is_integral_or_bool(dtype) ? kDefaultDType : dtype; }
// The dtype a number has as a new tensor (torch.tensor(3), full): default float for floats.
DType tensor_dtype(const Scalar& number);

// An in-place or out= result of `from` may be stored as `to`; else PyTorch's error.
Status check_can_cast(DType from, DType to);

}  // namespace heddle::ops
