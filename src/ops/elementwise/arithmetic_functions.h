// Arithmetic on single elements with PyTorch's results in the corners: integers wrap around, bools are logic.
// Private to ops/elementwise.
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "ops/common/dispatch.h"

namespace heddle::ops {

// Wide enough that no small product overflows, unsigned so that overflow wraps.
template <class T>
using Wrapping = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

struct AddOf {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_same_v<T, bool>) {
      return a | b;
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
    } else {
      return a + b;
    }
  }
};
struct SubOf {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<Wrapping<T>>(a) - static_cast<Wrapping<T>>(b));
    } else {
      return a - b;
    }
  }
};
struct MulOf {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_same_v<T, bool>) {
      return a & b;
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
    } else {
      return a * b;
    }
  }
};
struct DivOf {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_same_v<T, Complex64>) {
      // a times b's conjugate over b's square, which float64 holds without a scale, and so without branches.
      const double re = b.real();
      const double im = b.imag();
      const double inverse = 1 / (re * re + im * im);
      const double x = a.real();
      const double y = a.imag();
      return T(static_cast<float>((x * re + y * im) * inverse), static_cast<float>((y * re - x * im) * inverse));
    } else {
      return a / b;
    }
  }
};

// Division of integers; b is not 0. The one overflow wraps.
template <class T>
T truncated_quotient(T a, T b) {
  if constexpr (std::is_signed_v<T>) {
    if (b == -1) return SubOf()(T(0), a);
  }
  return static_cast<T>(a / b);
}
template <class T>
T integer_rest(T a, T b) {
  if constexpr (std::is_signed_v<T>) {
    if (b == -1) return 0;
  }
  return static_cast<T>(a % b);
}
template <class T>
T floored_quotient(T a, T b) {
  const T quotient = truncated_quotient(a, b);
  if constexpr (std::is_signed_v<T>) {
    if ((a < 0) != (b < 0) && integer_rest(a, b) != 0) return static_cast<T>(quotient - 1);
  }
  return quotient;
}
template <class T>
T floored_rest(T a, T b) {
  const T rest = integer_rest(a, b);
  if constexpr (std::is_signed_v<T>) {
    if (rest != 0 && (rest < 0) != (b < 0)) return static_cast<T>(rest + b);
  }
  return rest;
}

}  // namespace heddle::ops
