// Half, BFloat16, complex numbers and the integers of quantised tensors.
#pragma once

#include <complex>
#include <cstdint>
#include <cstring>
#include <limits>
#include <ostream>
#include <type_traits>

#include "heddle_torch/config.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN
float half_to_float(uint16_t bits) noexcept;
uint16_t float_to_half(float value) noexcept;
uint16_t float_to_bfloat16(float value) noexcept;
HEDDLE_TORCH_END
}  // namespace heddle_torch

namespace c10 {
HEDDLE_TORCH_BEGIN

struct alignas(2) Half {
  uint16_t x;
  struct from_bits_t {};
  static constexpr from_bits_t from_bits() { return {}; }
  Half() = default;
  constexpr Half(uint16_t bits, from_bits_t) : x(bits) {}
  Half(float value) : x(heddle_torch::float_to_half(value)) {}
  operator float() const { return heddle_torch::half_to_float(x); }
};

struct alignas(2) BFloat16 {
  uint16_t x;
  struct from_bits_t {};
  static constexpr from_bits_t from_bits() { return {}; }
  BFloat16() = default;
  constexpr BFloat16(unsigned short bits, from_bits_t) : x(bits) {}
  BFloat16(float value) : x(heddle_torch::float_to_bfloat16(value)) {}
  operator float() const {
    const uint32_t bits = static_cast<uint32_t>(x) << 16;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
};

// With float and double they give those; with integers, their own type.
#define HEDDLE_TORCH_HALF_WITH(T, Other, Result, op)                              \
  inline Result operator op(T a, Other b) {                                       \
    return static_cast<Result>(static_cast<Result>(a) op static_cast<Result>(b)); \
  }                                                                               \
  inline Result operator op(Other a, T b) {                                       \
    return static_cast<Result>(static_cast<Result>(a) op static_cast<Result>(b)); \
  }
#define HEDDLE_TORCH_HALF_MIXED(T, op)          \
  HEDDLE_TORCH_HALF_WITH(T, float, float, op)   \
  HEDDLE_TORCH_HALF_WITH(T, double, double, op) \
  HEDDLE_TORCH_HALF_WITH(T, int, T, op)         \
  HEDDLE_TORCH_HALF_WITH(T, int64_t, T, op)
#define HEDDLE_TORCH_HALF_ARITHMETIC(T)                                                                \
  inline float& operator+=(float& a, const T& b) { return a += static_cast<float>(b); }                \
  inline float& operator-=(float& a, const T& b) { return a -= static_cast<float>(b); }                \
  inline float& operator*=(float& a, const T& b) { return a *= static_cast<float>(b); }                \
  inline float& operator/=(float& a, const T& b) { return a /= static_cast<float>(b); }                \
  inline T operator+(const T& a, const T& b) { return static_cast<float>(a) + static_cast<float>(b); } \
  inline T operator-(const T& a, const T& b) { return static_cast<float>(a) - static_cast<float>(b); } \
  inline T operator*(const T& a, const T& b) { return static_cast<float>(a) * static_cast<float>(b); } \
  inline T operator/(const T& a, const T& b) { return static_cast<float>(a) / static_cast<float>(b); } \
  HEDDLE_TORCH_HALF_MIXED(T, +)                                                                        \
  HEDDLE_TORCH_HALF_MIXED(T, -)                                                                        \
  HEDDLE_TORCH_HALF_MIXED(T, *)                                                                        \
  HEDDLE_TORCH_HALF_MIXED(T, /)                                                                        \
  inline T operator-(const T& a) { return -static_cast<float>(a); }                                    \
  inline T& operator+=(T& a, const T& b) { return a = a + b; }                                         \
  inline T& operator-=(T& a, const T& b) { return a = a - b; }                                         \
  inline T& operator*=(T& a, const T& b) { return a = a * b; }                                         \
  inline T& operator/=(T& a, const T& b) { return a = a / b; }                                         \
  inline std::ostream& operator<<(std::ostream& out, const T& v) { return out << static_cast<float>(v); }
HEDDLE_TORCH_HALF_ARITHMETIC(Half)
HEDDLE_TORCH_HALF_ARITHMETIC(BFloat16)
#undef HEDDLE_TORCH_HALF_ARITHMETIC
#undef HEDDLE_TORCH_HALF_MIXED
#undef HEDDLE_TORCH_HALF_WITH

// std::complex with the conversions PyTorch's has.
template <class T>
struct alignas(sizeof(T) * 2) complex {
  using value_type = T;
  T real_ = T(0);
  T imag_ = T(0);
  constexpr complex() = default;
  constexpr complex(const T& re, const T& im = T()) : real_(re), imag_(im) {}
  template <class U>
  constexpr complex(const std::complex<U>& o) : real_(static_cast<T>(o.real())), imag_(static_cast<T>(o.imag())) {}
  template <class U, class = std::enable_if_t<!std::is_same<U, T>::value>>
  constexpr complex(const complex<U>& o) : real_(static_cast<T>(o.real())), imag_(static_cast<T>(o.imag())) {}
  template <class U>
  constexpr operator std::complex<U>() const {
    return std::complex<U>(static_cast<U>(real_), static_cast<U>(imag_));
  }
  constexpr T real() const { return real_; }
  constexpr T imag() const { return imag_; }
  constexpr void real(T v) { real_ = v; }
  constexpr void imag(T v) { imag_ = v; }
  complex& operator+=(const complex& o) { return *this = complex(real_ + o.real_, imag_ + o.imag_); }
  complex& operator-=(const complex& o) { return *this = complex(real_ - o.real_, imag_ - o.imag_); }
  complex& operator*=(const complex& o) { return *this = std::complex<T>(*this) * std::complex<T>(o); }
  complex& operator/=(const complex& o) { return *this = std::complex<T>(*this) / std::complex<T>(o); }
  friend complex operator+(complex a, const complex& b) { return a += b; }
  friend complex operator-(complex a, const complex& b) { return a -= b; }
  friend complex operator*(complex a, const complex& b) { return a *= b; }
  friend complex operator/(complex a, const complex& b) { return a /= b; }
  friend complex operator-(const complex& a) { return complex(-a.real_, -a.imag_); }
  friend constexpr bool operator==(const complex& a, const complex& b) {
    return a.real_ == b.real_ && a.imag_ == b.imag_;
  }
  friend constexpr bool operator!=(const complex& a, const complex& b) { return !(a == b); }
  friend std::ostream& operator<<(std::ostream& out, const complex& v) { return out << std::complex<T>(v); }
};

#define HEDDLE_TORCH_QUANTIZED(name, integer)     \
  struct alignas(sizeof(integer)) name {          \
    using underlying = integer;                   \
    integer val_;                                 \
    name() = default;                             \
    explicit name(integer value) : val_(value) {} \
  };
HEDDLE_TORCH_QUANTIZED(qint8, int8_t)
HEDDLE_TORCH_QUANTIZED(quint8, uint8_t)
HEDDLE_TORCH_QUANTIZED(qint32, int32_t)
#undef HEDDLE_TORCH_QUANTIZED

HEDDLE_TORCH_END
}  // namespace c10

namespace std {
template <class T>
T abs(const c10::complex<T>& z) {
  return std::abs(std::complex<T>(z));
}
template <class T>
T arg(const c10::complex<T>& z) {
  return std::arg(std::complex<T>(z));
}
template <class T>
constexpr T real(const c10::complex<T>& z) {
  return z.real();
}
template <class T>
constexpr T imag(const c10::complex<T>& z) {
  return z.imag();
}
template <class T>
c10::complex<T> conj(const c10::complex<T>& z) {
  return {z.real(), -z.imag()};
}
template <>
class numeric_limits<c10::Half> : public numeric_limits<float> {
 public:
  static constexpr c10::Half lowest() { return {0xFBFF, c10::Half::from_bits()}; }
  static constexpr c10::Half max() { return {0x7BFF, c10::Half::from_bits()}; }
  static constexpr c10::Half min() { return {0x0400, c10::Half::from_bits()}; }
  static constexpr c10::Half infinity() { return {0x7C00, c10::Half::from_bits()}; }
  static constexpr c10::Half quiet_NaN() { return {0x7E00, c10::Half::from_bits()}; }
};
template <>
class numeric_limits<c10::BFloat16> : public numeric_limits<float> {
 public:
  static constexpr c10::BFloat16 lowest() { return {0xFF7F, c10::BFloat16::from_bits()}; }
  static constexpr c10::BFloat16 max() { return {0x7F7F, c10::BFloat16::from_bits()}; }
  static constexpr c10::BFloat16 infinity() { return {0x7F80, c10::BFloat16::from_bits()}; }
  static constexpr c10::BFloat16 quiet_NaN() { return {0x7FC0, c10::BFloat16::from_bits()}; }
};
}  // namespace std
