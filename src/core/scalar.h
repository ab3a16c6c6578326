// A number whose kind is known only at run time: TorchScript's Scalar. A value, free to copy.
#pragma once

#include <complex>
#include <cstdint>

#include "core/dtype.h"

namespace heddle {

class Scalar {
 public:
  enum class Kind : uint8_t { kInt, kDouble, kBool, kComplex };
  Scalar() = default;
  Scalar(int64_t v) : kind_(Kind::kInt), int_(v) {}
  Scalar(int v) : Scalar(static_cast<int64_t>(v)) {}
  Scalar(double v) : kind_(Kind::kDouble), real_(v) {}
  Scalar(bool v) : kind_(Kind::kBool), int_(v) {}
  Scalar(std::complex<double> v) : kind_(Kind::kComplex), real_(v.real()), imag_(v.imag()) {}

  Kind kind() const { return kind_; }
  bool is_int() const { return kind_ == Kind::kInt; }
  bool is_bool() const { return kind_ == Kind::kBool; }
  bool is_double() const { return kind_ == Kind::kDouble; }
  bool is_complex() const { return kind_ == Kind::kComplex; }
  bool is_integral_or_bool() const { return is_int() || is_bool(); }
  // The dtype it takes part in promotion with: int64, float64 (as "some float"), bool, complex128.
  DType dtype() const {
    switch (kind_) {
      case Kind::kInt:
        return DType::kInt64;
      case Kind::kDouble:
        return DType::kFloat64;
      case Kind::kBool:
        return DType::kBool;
      default:
        return DType::kComplex128;
    }
  }
  // Conversions truncate as C++ does; a complex number gives its real part.
  int64_t to_int() const { return is_integral_or_bool() ? int_ : static_cast<int64_t>(real_); }
  double to_double() const { return is_integral_or_bool() ? static_cast<double>(int_) : real_; }
  bool to_bool() const { return is_integral_or_bool() ? int_ != 0 : (real_ != 0 || imag_ != 0); }
  std::complex<double> to_complex() const { return {to_double(), imag_}; }

  template <class T>
  T to() const {
    if constexpr (std::is_same_v<T, bool>) {
      return to_bool();
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(to_int());
    } else if constexpr (std::is_same_v<T, Complex64> || std::is_same_v<T, Complex128>) {
      return T(to_complex());
    } else if constexpr (std::is_same_v<T, double>) {
      return to_double();
    } else {
      return static_cast<T>(static_cast<float>(to_double()));
    }
  }

 private:
  Kind kind_ = Kind::kInt;
  int64_t int_ = 0;
  double real_ = 0;
  double imag_ = 0;
};

}  // namespace heddle
