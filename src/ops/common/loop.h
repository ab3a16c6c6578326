// Loops: the inner part of element-wise kernels, one C++ function a dtype, type-erased so that the iterator is compiled
// once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/dtype.h"
#include "ops/common/dispatch.h"

namespace heddle::ops {

// Computes n1 rows of n0 elements. data[i] is the first element of operand i, outputs first. strides[i] are the bytes
// from one element of a row to the next, strides[operands + i] those from one row to the next; inputs may have stride
// 0. An output may be the very memory of an input, element for element. Runs on any thread, several at once on disjoint
// outputs.
using Loop = void (*)(const void* context, char* const* data, const int64_t* strides, int64_t n0, int64_t n1);

namespace detail {

template <class R, class... A, class F, size_t... I>
inline void map_row(const F& f, char* const* data, const int64_t* strides, int64_t n, std::index_sequence<I...>) {
  char* out = data[0];
  [[maybe_unused]] const std::array<const char*, sizeof...(A)> in = {data[I + 1]...};
  const bool packed = strides[0] == sizeof(R) && ((strides[I + 1] == sizeof(A)) && ...);
  if (packed) {
    // Outputs are inputs element for element or not at all, so no iteration depends on another.
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) reinterpret_cast<R*>(out)[i] = f(reinterpret_cast<const A*>(in[I])[i]...);
    return;
  }
  for (int64_t i = 0; i < n; ++i) {
    *reinterpret_cast<R*>(out + i * strides[0]) = f(*reinterpret_cast<const A*>(in[I] + i * strides[I + 1])...);
  }
}

// Two inputs, one of them the same for the whole row: as frequent as the packed case, and worth its own loop.
template <class R, class A, class B, class F>
inline bool map_row_with_constant(const F& f, char* const* data, const int64_t* strides, int64_t n) {
  if (strides[0] != sizeof(R)) return false;
  R* out = reinterpret_cast<R*>(data[0]);
  if (strides[2] == 0 && strides[1] == sizeof(A)) {
    const A* a = reinterpret_cast<const A*>(data[1]);
    const B b = *reinterpret_cast<const B*>(data[2]);
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) out[i] = f(a[i], b);
    return true;
  }
  if (strides[1] == 0 && strides[2] == sizeof(B)) {
    const A a = *reinterpret_cast<const A*>(data[1]);
    const B* b = reinterpret_cast<const B*>(data[2]);
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) out[i] = f(a, b[i]);
    return true;
  }
  return false;
}

template <class Signature, class F>
struct MapLoop;
template <class R, class... A, class F>
struct MapLoop<R(A...), F> {
  static void run(const void* context, char* const* data, const int64_t* strides, int64_t n0, int64_t n1) {
    constexpr size_t kOperands = sizeof...(A) + 1;
    const F& f = *static_cast<const F*>(context);
    std::array<char*, kOperands> at;
    for (size_t i = 0; i < kOperands; ++i) at[i] = data[i];
    for (int64_t j = 0; j < n1; ++j) {
      bool done = false;
      if constexpr (sizeof...(A) == 2) done = map_row_with_constant<R, A...>(f, at.data(), strides, n0);
      if (!done) map_row<R, A...>(f, at.data(), strides, n0, std::index_sequence_for<A...>{});
      for (size_t i = 0; i < kOperands; ++i) at[i] += strides[kOperands + i];
    }
  }
};

template <class Signature, class F>
void run_stateless(const void*, char* const* data, const int64_t* strides, int64_t n0, int64_t n1) {
  const F f{};
  MapLoop<Signature, F>::run(&f, data, strides, n0, n1);
}

}  // namespace detail

// The loop `out = f(inputs...)` for a signature R(A...); its context is a pointer to f.
template <class Signature, class F>
constexpr Loop map_loop() {
  return &detail::MapLoop<Signature, F>::run;
}

// The same for a function object without state; its context is ignored.
template <class Signature, class F>
constexpr Loop stateless_loop() {
  return &detail::run_stateless<Signature, F>;
}

// A loop for each dtype that has one (null otherwise), indexed by DType: how an element-wise operator describes itself.
struct LoopTable {
  std::array<Loop, 16> loops{};
  constexpr Loop operator[](DType dtype) const { return loops[static_cast<size_t>(dtype)]; }
  constexpr Loop& at(DType dtype) { return loops[static_cast<size_t>(dtype)]; }
};

// Tables of loops of one function object, whose operator() is a template over the element type: T(T), T(T, T), bool(T,
// T) ...
template <class F, class... T>
constexpr LoopTable unary_loops(Types<T...>) {
  LoopTable table;
  ((table.at(dtype_of<T>) = stateless_loop<T(T), F>()), ...);
  return table;
}
template <class F, class... T>
constexpr LoopTable binary_loops(Types<T...>) {
  LoopTable table;
  ((table.at(dtype_of<T>) = stateless_loop<T(T, T), F>()), ...);
  return table;
}
template <class F, class... T>
constexpr LoopTable unary_predicate_loops(Types<T...>) {
  LoopTable table;
  ((table.at(dtype_of<T>) = stateless_loop<bool(T), F>()), ...);
  return table;
}
template <class F, class... T>
constexpr LoopTable binary_predicate_loops(Types<T...>) {
  LoopTable table;
  ((table.at(dtype_of<T>) = stateless_loop<bool(T, T), F>()), ...);
  return table;
}

}  // namespace heddle::ops
