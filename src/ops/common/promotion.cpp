#include "ops/common/promotion.h"

namespace heddle::ops {
namespace {

// What a lower-ranked operand adds to a higher-ranked one: only its category.
std::optional<DType> combine(std::optional<DType> higher, std::optional<DType> lower) {
  if (!higher) return lower;
  if (!lower || is_complex(*higher)) return higher;
  if (is_floating(*higher)) {
    if (!is_complex(*lower)) return higher;
    return *higher == DType::kFloat64 ? DType::kComplex128 : DType::kComplex64;
  }
  if (*higher == DType::kBool || is_floating(*lower) || is_complex(*lower)) return promote_types(*higher, *lower);
  return higher;
}

Result<DType> result_or_error(const ResultType& type) {
  const auto dtype = type.result();
  HEDDLE_REQUIRE(dtype, "the operands have no common dtype");
  return *dtype;
}

}  // namespace

ResultType& ResultType::add(const Tensor& t) {
  std::optional<DType>& slot = t.dim() > 0 ? dimensioned_ : zero_dim_;
  const auto promoted = slot ? promote_types(*slot, t.dtype()) : t.dtype();
  failed_ |= !promoted;
  if (promoted) slot = promoted;
  return *this;
}

ResultType& ResultType::add(const Scalar& number) {
  DType dtype = number.dtype();
  if (number.is_double()) dtype = kDefaultDType;
  if (number.is_complex()) dtype = default_complex_dtype();
  number_ = number_ ? promote_types(*number_, dtype) : dtype;
  return *this;
}

std::optional<DType> ResultType::result() const {
  if (failed_) return std::nullopt;
  // A quantised dtype is no category that another could rise to.
  const bool quantised =
      is_quantized(dimensioned_.value_or(kDefaultDType)) || is_quantized(zero_dim_.value_or(kDefaultDType));
  if (quantised && dimensioned_ && zero_dim_ && *dimensioned_ != *zero_dim_) return std::nullopt;
  return combine(dimensioned_, combine(zero_dim_, number_));
}

Result<DType> result_type(const Tensor& a, const Tensor& b) { return result_or_error(ResultType().add(a).add(b)); }
Result<DType> result_type(const Tensor& a, const Scalar& b) { return result_or_error(ResultType().add(a).add(b)); }
Result<DType> result_type(std::span<const Tensor> tensors) {
  ResultType type;
  for (const Tensor& t : tensors) type.add(t);
  return result_or_error(type);
}

DType tensor_dtype(const Scalar& number) {
  if (number.is_double()) return kDefaultDType;
  return number.is_complex() ? default_complex_dtype() : number.dtype();
}

Status check_can_cast(DType from, DType to) {
  HEDDLE_REQUIRE(can_cast(from, to), "result type ", dtype_name(from), " can't be cast to the desired output type ",
                 dtype_name(to));
  return ok_status();
}

}  // namespace heddle::ops
