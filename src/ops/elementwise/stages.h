// Loops over two float operands in stages: a chunk at a time goes through plain loops, which the compiler vectorises,
// and the row functions of ops/backend. An element's result depends neither on its layout nor on its place. Private to
// ops/elementwise and ops/loss.
#pragma once

#include <algorithm>
#include <type_traits>

#include "ops/backend/unary.h"
#include "ops/backend/unary64.h"
#include "ops/elementwise/spec.h"

namespace heddle::ops {

// The row functions in place, by type.
template <class T>
struct Stage {
#define HEDDLE_STAGE(name)                    \
  static void name(T* x, int64_t n) {         \
    if constexpr (std::is_same_v<T, float>) { \
      backend::name##_row(x, x, n);           \
    } else {                                  \
      backend::name##_row64(x, x, n);         \
    }                                         \
  }
  HEDDLE_STAGE(exp)
  HEDDLE_STAGE(log)
  HEDDLE_STAGE(log1p)
  HEDDLE_STAGE(atan)
  HEDDLE_STAGE(sqrt)
  HEDDLE_STAGE(floor)
  HEDDLE_STAGE(trunc)
#undef HEDDLE_STAGE
};

inline constexpr int64_t kStageElements = 256;

// A loop of F::run(a, b, out, n) on at most kStageElements elements, none of the three overlapping.
template <class F, class T>
void staged_loop(const void*, char* const* data, const int64_t* strides, int64_t n0, int64_t n1) {
  alignas(64) T a[kStageElements];
  alignas(64) T b[kStageElements];
  alignas(64) T result[kStageElements];
  const auto gather = [](const char* from, int64_t stride, int64_t n, T* to) {
    if (stride == sizeof(T)) {
      std::copy_n(reinterpret_cast<const T*>(from), n, to);
    } else {
      for (int64_t i = 0; i < n; ++i) to[i] = *reinterpret_cast<const T*>(from + i * stride);
    }
  };
  for (int64_t j = 0; j < n1; ++j) {
    for (int64_t i = 0; i < n0; i += kStageElements) {
      const int64_t n = std::min(kStageElements, n0 - i);
      gather(data[1] + j * strides[4] + i * strides[1], strides[1], n, a);
      gather(data[2] + j * strides[5] + i * strides[2], strides[2], n, b);
      F::run(a, b, result, n);
      char* const out = data[0] + j * strides[3] + i * strides[0];
      for (int64_t k = 0; k < n; ++k) *reinterpret_cast<T*>(out + k * strides[0]) = result[k];
    }
  }
}

// The operator with staged loops for float32 and float64.
template <class F>
constexpr BinaryOperator staged(BinaryOperator op) {
  op.loops.at(DType::kFloat32) = &staged_loop<F, float>;
  op.loops.at(DType::kFloat64) = &staged_loop<F, double>;
  return op;
}

}  // namespace heddle::ops
