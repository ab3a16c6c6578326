// From a dtype at run time to a C++ type at compile time:
//   return dispatch<AllTypes>(dtype, "gather", [&]<class T>() -> Result<Tensor> { ... });
// Every case costs compile time and code size, so kernels take the smallest set that serves them. Kernels on top of the
// iterator (ops/common/iterator.h) never see float16 and bfloat16: it hands them float.
#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

#include "base/result.h"
#include "core/dtype.h"

namespace heddle::ops {

template <class... T>
struct Types {};

template <class... Lists>
struct JoinTypes;
template <class... A>
struct JoinTypes<Types<A...>> {
  using type = Types<A...>;
};
template <class... A, class... B, class... Rest>
struct JoinTypes<Types<A...>, Types<B...>, Rest...> {
  using type = typename JoinTypes<Types<A..., B...>, Rest...>::type;
};
template <class... Lists>
using Join = typename JoinTypes<Lists...>::type;

using FloatTypes = Types<float, double>;
using HalfTypes = Types<Half, BFloat16>;
using AllFloatTypes = Join<FloatTypes, HalfTypes>;
using IntTypes = Types<int64_t, int32_t, int16_t, int8_t, uint8_t>;
using ComplexTypes = Types<Complex64, Complex128>;
using BoolType = Types<bool>;
using IndexTypes = Types<int64_t, int32_t>;
// Without halves: what iterator loops compute in.
using RealTypes = Join<FloatTypes, IntTypes>;
using NumberTypes = Join<FloatTypes, IntTypes, ComplexTypes>;
using LoopTypes = Join<FloatTypes, IntTypes, ComplexTypes, BoolType>;
// With halves: every dtype a tensor may have, less the quantised ones.
using AllRealTypes = Join<AllFloatTypes, IntTypes>;
using AllTypes = Join<AllFloatTypes, IntTypes, ComplexTypes, BoolType>;

// One type of each size, for kernels that only move elements. Use dispatch_by_size.
struct alignas(8) Bytes16 {
  uint64_t words[2];
};

// PyTorch's error for a kernel that lacks a dtype: "\"add\" not implemented for 'Bool'".
Status not_implemented(std::string_view kernel, DType dtype);

namespace detail {
template <class F, class First, class... Rest>
auto dispatch_types(DType dtype, std::string_view kernel, F&& f, Types<First, Rest...>)
    -> decltype(f.template operator()<First>()) {
  if (dtype == dtype_of<First>) return f.template operator()<First>();
  if constexpr (sizeof...(Rest) > 0) {
    return dispatch_types(dtype, kernel, std::forward<F>(f), Types<Rest...>{});
  } else {
    return not_implemented(kernel, dtype);
  }
}
}  // namespace detail

// Calls f.operator()<T>() for the type of `dtype`; the error of not_implemented() when the set lacks it.
// f returns Status or Result.
template <class Set, class F>
auto dispatch(DType dtype, std::string_view kernel, F&& f) {
  return detail::dispatch_types(dtype, kernel, std::forward<F>(f), Set{});
}

// Calls f.operator()<T>() with an unsigned type (or Bytes16) as wide as the dtype's elements, quantised ones included.
template <class F>
auto dispatch_by_size(DType dtype, F&& f) {
  switch (element_size(dtype)) {
    case 1:
      return f.template operator()<uint8_t>();
    case 2:
      return f.template operator()<uint16_t>();
    case 4:
      return f.template operator()<uint32_t>();
    case 8:
      return f.template operator()<uint64_t>();
    default:
      return f.template operator()<Bytes16>();
  }
}

// What halves compute in, else the type itself.
template <class T>
using ComputeType = std::conditional_t<std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>, float, T>;
inline DType compute_dtype(DType dtype) {
  return dtype == DType::kFloat16 || dtype == DType::kBFloat16 ? DType::kFloat32 : dtype;
}

template <class T>
inline constexpr bool is_complex_type = std::is_same_v<T, Complex64> || std::is_same_v<T, Complex128>;
template <class T>
inline constexpr bool is_float_type = std::is_floating_point_v<T>;
template <class T>
inline constexpr bool is_half_type = std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;

}  // namespace heddle::ops
