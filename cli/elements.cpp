#include "cli/elements.h"

#include <limits>

namespace heddle::cli {
namespace {

Scalar stored_at(const Tensor& tensor, int64_t offset) {
  switch (tensor.dtype()) {
    case DType::kUInt8:
    case DType::kQUInt8:
      return static_cast<int64_t>(tensor.data<uint8_t>()[offset]);
    case DType::kInt8:
    case DType::kQInt8:
      return static_cast<int64_t>(tensor.data<int8_t>()[offset]);
    case DType::kInt16:
      return static_cast<int64_t>(tensor.data<int16_t>()[offset]);
    case DType::kInt32:
    case DType::kQInt32:
      return static_cast<int64_t>(tensor.data<int32_t>()[offset]);
    case DType::kInt64:
      return tensor.data<int64_t>()[offset];
    case DType::kBool:
      return tensor.data<bool>()[offset];
    case DType::kFloat16:
      return static_cast<double>(static_cast<float>(tensor.data<Half>()[offset]));
    case DType::kBFloat16:
      return static_cast<double>(static_cast<float>(tensor.data<BFloat16>()[offset]));
    case DType::kFloat32:
      return static_cast<double>(tensor.data<float>()[offset]);
    case DType::kFloat64:
      return tensor.data<double>()[offset];
    case DType::kComplex64:
      return Complex128(tensor.data<Complex64>()[offset]);
    case DType::kComplex128:
      return tensor.data<Complex128>()[offset];
    case DType::kComplex32:
      break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Scalar element_at(const Tensor& tensor, int64_t offset) {
  Scalar value = stored_at(tensor, offset);
  if (tensor.impl()->conj && value.is_complex()) value = std::conj(value.to_complex());
  if (tensor.impl()->neg) {
    if (value.is_complex()) return -value.to_complex();
    if (value.is_double()) return -value.to_double();
    return -value.to_int();
  }
  return value;
}

}  // namespace heddle::cli
