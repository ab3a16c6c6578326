// Element types of tensors. The numbers are PyTorch's, because archives and TorchScript code carry them as integers.
#pragma once

#include <complex>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/half.h"

namespace heddle {

enum class DType : int8_t {
  kUInt8 = 0,
  kInt8 = 1,
  kInt16 = 2,
  kInt32 = 3,
  kInt64 = 4,
  kFloat16 = 5,
  kFloat32 = 6,
  kFloat64 = 7,
  kComplex32 = 8,  // named so that archives can be read; no operator computes in it
  kComplex64 = 9,
  kComplex128 = 10,
  kBool = 11,
  kQInt8 = 12,
  kQUInt8 = 13,
  kQInt32 = 14,
  kBFloat16 = 15,
};

using Complex64 = std::complex<float>;
using Complex128 = std::complex<double>;

int64_t element_size(DType dtype);
// "float", "long int", ... as PyTorch's messages call them: dtype_name(kFloat32) is "Float".
std::string_view dtype_name(DType dtype);
// "float32", "int64": the name in Python, without "torch.".
std::string_view python_name(DType dtype);
std::optional<DType> dtype_from_number(int64_t number);
std::optional<DType> dtype_from_python_name(std::string_view name);

bool is_floating(DType dtype);  // float16, bfloat16, float32, float64
bool is_complex(DType dtype);
bool is_integral(DType dtype);  // without bool
bool is_quantized(DType dtype);
inline bool is_integral_or_bool(DType dtype) { return is_integral(dtype) || dtype == DType::kBool; }
// The real type of a complex one, else the type itself.
DType real_dtype(DType dtype);
DType complex_dtype(DType dtype);

// torch.promote_types; quantised types promote only with themselves (nullopt otherwise).
std::optional<DType> promote_types(DType a, DType b);
// torch.can_cast(from, to): whether an in-place result may be stored.
bool can_cast(DType from, DType to);

template <class T>
struct DTypeOf;
#define HEDDLE_DTYPE_OF(type, name)             \
  template <>                                   \
  struct DTypeOf<type> {                        \
    static constexpr DType value = DType::name; \
  };
HEDDLE_DTYPE_OF(uint8_t, kUInt8)
HEDDLE_DTYPE_OF(int8_t, kInt8)
HEDDLE_DTYPE_OF(int16_t, kInt16)
HEDDLE_DTYPE_OF(int32_t, kInt32)
HEDDLE_DTYPE_OF(int64_t, kInt64)
HEDDLE_DTYPE_OF(Half, kFloat16)
HEDDLE_DTYPE_OF(float, kFloat32)
HEDDLE_DTYPE_OF(double, kFloat64)
HEDDLE_DTYPE_OF(Complex64, kComplex64)
HEDDLE_DTYPE_OF(Complex128, kComplex128)
HEDDLE_DTYPE_OF(bool, kBool)
HEDDLE_DTYPE_OF(BFloat16, kBFloat16)
#undef HEDDLE_DTYPE_OF
template <class T>
inline constexpr DType dtype_of = DTypeOf<T>::value;

}  // namespace heddle
