// Conversion of elements between dtypes, as Tensor.to does it: floats truncate towards zero, complex numbers lose their
// imaginary part, anything but zero is true, integers wrap around.
#pragma once

#include <complex>
#include <type_traits>

#include "ops/common/dispatch.h"
#include "ops/common/loop.h"

namespace heddle::ops {

template <class To, class From>
inline To cast_element(From value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (is_half_type<From>) {
    return cast_element<To>(static_cast<float>(value));
  } else if constexpr (std::is_same_v<To, bool>) {
    return value != From(0);
  } else if constexpr (is_complex_type<From>) {
    if constexpr (is_complex_type<To>) {
      return To(static_cast<typename To::value_type>(value.real()), static_cast<typename To::value_type>(value.imag()));
    } else {
      return cast_element<To>(value.real());
    }
  } else if constexpr (is_complex_type<To>) {
    return To(static_cast<typename To::value_type>(value));
  } else if constexpr (is_half_type<To>) {
    return To(static_cast<float>(value));
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To> && sizeof(To) < 4) {
    // Through a wide integer, so that negative and large values wrap around.
    return static_cast<To>(static_cast<int64_t>(value));
  } else {
    return static_cast<To>(value);
  }
}

// The loop with one output of dtype `to` and one input of dtype `from`; its context is ignored. Equal dtypes (quantised
// ones too) copy bytes; null when there is no such conversion.
Loop cast_loop(DType from, DType to);

}  // namespace heddle::ops
