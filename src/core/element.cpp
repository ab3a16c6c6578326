#include "core/element.h"

#include <cstring>

namespace heddle {
namespace {

template <class T>
T read(const void* address) {
  T value;
  std::memcpy(&value, address, sizeof value);
  return value;
}

template <class T>
bool write(void* address, const Scalar& value) {
  const T converted = value.to<T>();
  std::memcpy(address, &converted, sizeof converted);
  return true;
}

std::complex<double> read_complex_half(const void* address) {
  Half parts[2];
  std::memcpy(parts, address, sizeof parts);
  return {static_cast<float>(parts[0]), static_cast<float>(parts[1])};
}

}  // namespace

Scalar load_element(const void* address, DType dtype) {
  switch (dtype) {
    case DType::kQUInt8:
    case DType::kUInt8:
      return static_cast<int64_t>(read<uint8_t>(address));
    case DType::kQInt8:
    case DType::kInt8:
      return static_cast<int64_t>(read<int8_t>(address));
    case DType::kInt16:
      return static_cast<int64_t>(read<int16_t>(address));
    case DType::kQInt32:
    case DType::kInt32:
      return static_cast<int64_t>(read<int32_t>(address));
    case DType::kInt64:
      return read<int64_t>(address);
    case DType::kFloat16:
      return static_cast<double>(static_cast<float>(read<Half>(address)));
    case DType::kBFloat16:
      return static_cast<double>(static_cast<float>(read<BFloat16>(address)));
    case DType::kFloat32:
      return static_cast<double>(read<float>(address));
    case DType::kFloat64:
      return read<double>(address);
    case DType::kComplex32:
      return read_complex_half(address);
    case DType::kComplex64:
      return std::complex<double>(read<Complex64>(address));
    case DType::kComplex128:
      return read<Complex128>(address);
    // Bytes other than 0 and 1 may come from a file; as a C++ bool they would be undefined.
    case DType::kBool:
      return read<uint8_t>(address) != 0;
  }
  return Scalar();
}

Scalar load_single(const Tensor& tensor) {
  Scalar value = load_element(tensor.raw_data(), tensor.dtype());
  if (tensor.impl()->conj && value.is_complex()) value = std::conj(value.to_complex());
  if (tensor.impl()->neg) value = value.is_complex() ? Scalar(-value.to_complex()) : Scalar(-value.to_double());
  return value;
}

namespace {

Status copy_elements(const Tensor& from, const Tensor& to) {
  if (from.dim() == 0) {
    HEDDLE_REQUIRE(store_element(to.raw_data(), to.dtype(), load_single(from)), "dtype ", dtype_name(to.dtype()),
                   " has no elements to copy");
    return ok_status();
  }
  for (int64_t i = 0; i < from.size(0); ++i) HEDDLE_TRY(copy_elements(from.select(0, i), to.select(0, i)));
  return ok_status();
}

}  // namespace

Result<Tensor> without_marks(const Tensor& tensor) {
  Tensor copy = HEDDLE_TRY(Tensor::empty(tensor.sizes(), tensor.dtype()));
  HEDDLE_TRY(copy_elements(tensor, copy));
  return copy;
}

bool store_element(void* address, DType dtype, const Scalar& value) {
  switch (dtype) {
    case DType::kQUInt8:
    case DType::kUInt8:
      return write<uint8_t>(address, value);
    case DType::kQInt8:
    case DType::kInt8:
      return write<int8_t>(address, value);
    case DType::kInt16:
      return write<int16_t>(address, value);
    case DType::kQInt32:
    case DType::kInt32:
      return write<int32_t>(address, value);
    case DType::kInt64:
      return write<int64_t>(address, value);
    case DType::kFloat16:
      return write<Half>(address, value);
    case DType::kBFloat16:
      return write<BFloat16>(address, value);
    case DType::kFloat32:
      return write<float>(address, value);
    case DType::kFloat64:
      return write<double>(address, value);
    case DType::kComplex32:
      return false;
    case DType::kComplex64:
      return write<Complex64>(address, value);
    case DType::kComplex128:
      return write<Complex128>(address, value);
    case DType::kBool:
      return write<bool>(address, value);
  }
  return false;
}

}  // namespace heddle
