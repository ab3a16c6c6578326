// c10::Scalar: a number whose kind is known at run time, made implicitly of any number.
#pragma once

#include "heddle_torch/scalar_type.h"

namespace c10 {
HEDDLE_TORCH_BEGIN

class Scalar {
 public:
  Scalar() : Scalar(int64_t(0)) {}
  template <class T, class = std::enable_if_t<std::is_arithmetic<T>::value>>
  Scalar(T value) {
    if constexpr (std::is_same<T, bool>::value) {
      kind_ = Kind::kBool;
      integer_ = value;
    } else if constexpr (std::is_integral<T>::value) {
      integer_ = static_cast<int64_t>(value);
    } else {
      kind_ = Kind::kDouble;
      real_ = static_cast<double>(value);
    }
  }
  Scalar(Half value) : Scalar(static_cast<double>(static_cast<float>(value))) {}
  Scalar(BFloat16 value) : Scalar(static_cast<double>(static_cast<float>(value))) {}
  template <class T>
  Scalar(complex<T> value)
      : kind_(Kind::kComplex), real_(static_cast<double>(value.real())), imag_(static_cast<double>(value.imag())) {}
  template <class T>
  Scalar(std::complex<T> value) : Scalar(complex<double>(value)) {}

  bool isFloatingPoint() const { return kind_ == Kind::kDouble; }
  bool isComplex() const { return kind_ == Kind::kComplex; }
  bool isBoolean() const { return kind_ == Kind::kBool; }
  bool isIntegral(bool includeBool) const { return kind_ == Kind::kInt || (includeBool && isBoolean()); }
  bool isIntegral() const { return isIntegral(false); }
  bool isSymbolic() const { return false; }
  ScalarType type() const {
    return kind_ == Kind::kDouble    ? ScalarType::Double
           : kind_ == Kind::kComplex ? ScalarType::ComplexDouble
           : kind_ == Kind::kBool    ? ScalarType::Bool
                                     : ScalarType::Long;
  }
  // Throws c10::Error where T cannot hold the value.
  template <class T>
  T to() const {
    if constexpr (std::is_same<T, bool>::value) {
      return is_integer() ? integer_ != 0 : (real_ != 0 || imag_ != 0);
    } else if constexpr (std::is_integral<T>::value) {
      if (is_integer()) {
        check(integer_ >= 0 || std::is_signed<T>::value || sizeof(T) < 8 ||
              static_cast<int64_t>(static_cast<T>(integer_)) == integer_);
        if constexpr (sizeof(T) < 8) {
          check(integer_ <= static_cast<int64_t>(std::numeric_limits<T>::max()) &&
                integer_ >= (std::is_signed<T>::value ? static_cast<int64_t>(std::numeric_limits<T>::lowest())
                                                      : -static_cast<int64_t>(std::numeric_limits<T>::max())));
        }
        return static_cast<T>(integer_);
      }
      check(imag_ == 0 && real_ >= -9223372036854775808.0 && real_ < 9223372036854775808.0);
      return Scalar(static_cast<int64_t>(real_)).to<T>();
    } else if constexpr (std::is_floating_point<T>::value || std::is_same<T, Half>::value ||
                         std::is_same<T, BFloat16>::value) {
      check(imag_ == 0);
      return static_cast<T>(
          static_cast<std::conditional_t<std::is_same<T, double>::value, double, float>>(as_double()));
    } else {
      using Part = typename T::value_type;
      if constexpr (std::is_same<Part, Half>::value) {
        return T(static_cast<float>(as_double()), static_cast<float>(imag_));
      } else {
        return T(static_cast<Part>(as_double()), static_cast<Part>(imag_));
      }
    }
  }
  int toInt() const { return to<int>(); }
  int64_t toLong() const { return to<int64_t>(); }
  int64_t toSymInt() const { return to<int64_t>(); }
  float toFloat() const { return to<float>(); }
  double toDouble() const { return to<double>(); }
  bool toBool() const { return to<bool>(); }
  uint8_t toByte() const { return to<uint8_t>(); }
  int8_t toChar() const { return to<int8_t>(); }
  int16_t toShort() const { return to<int16_t>(); }
  Half toHalf() const { return to<Half>(); }
  BFloat16 toBFloat16() const { return to<BFloat16>(); }
  complex<float> toComplexFloat() const { return to<complex<float>>(); }
  complex<double> toComplexDouble() const { return to<complex<double>>(); }

  Scalar operator-() const {
    TORCH_CHECK(!isBoolean(), "torch boolean negative, the `-` operator, is not supported.");
    Scalar out = *this;
    out.integer_ = -out.integer_;
    out.real_ = -out.real_;
    out.imag_ = -out.imag_;
    return out;
  }
  Scalar conj() const {
    Scalar out = *this;
    out.imag_ = -out.imag_;
    return out;
  }
  bool equal(const Scalar& o) const {
    return is_integer() && o.is_integer() ? integer_ == o.integer_ : as_double() == o.as_double() && imag_ == o.imag_;
  }
  template <class T>
  bool equal(T value) const {
    return equal(Scalar(value));
  }

 private:
  enum class Kind : uint8_t { kInt, kDouble, kBool, kComplex };
  bool is_integer() const { return kind_ == Kind::kInt || kind_ == Kind::kBool; }
  double as_double() const { return is_integer() ? static_cast<double>(integer_) : real_; }
  static void check(bool fits) { TORCH_CHECK(fits, "value cannot be converted to the type without overflow"); }

  Kind kind_ = Kind::kInt;
  int64_t integer_ = 0;
  double real_ = 0;
  double imag_ = 0;
};

std::ostream& operator<<(std::ostream& out, const Scalar& scalar);
std::string toString(const Scalar& scalar);

HEDDLE_TORCH_END
}  // namespace c10
