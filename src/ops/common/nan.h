// NaN for every dtype's element type: integers have none, a complex number is NaN where one of its parts is.
#pragma once

#include <cmath>
#include <complex>
#include <type_traits>

namespace heddle::ops {

template <class T>
bool is_nan(const T& x) {
  if constexpr (std::is_integral_v<T>) {
    return false;
  } else {
    return x != x;
  }
}

}  // namespace heddle::ops
