#include "ops/backend/binary.h"

#include <cmath>
#include <cstring>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/binary.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {
#include "ops/backend/simd_math.inc"

template <class F>
HWY_INLINE void map(const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t n, F f) {
  if (n == 0) return;
  const V first_a = constant(*a);
  const V first_b = constant(*b);
  if (a_step == 0 && b_step == 0) {
    each_vector(n, [=](const auto& at) HWY_ATTR { at.store(f(first_a, first_b), y); });
  } else if (a_step == 0) {
    each_vector(n, [=](const auto& at) HWY_ATTR { at.store(f(first_a, at.load(b)), y); });
  } else if (b_step == 0) {
    each_vector(n, [=](const auto& at) HWY_ATTR { at.store(f(at.load(a), first_b), y); });
  } else {
    each_vector(n, [=](const auto& at) HWY_ATTR { at.store(f(at.load(a), at.load(b)), y); });
  }
}

#define HEDDLE_DEFINE_ROW(name, expression)                                                              \
  void name##_row(const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t n) { \
    map(a, a_step, b, b_step, y, n, [](V v, V w) HWY_ATTR -> V { return expression; });                  \
  }
HEDDLE_DEFINE_ROW(add, hn::Add(v, w))
HEDDLE_DEFINE_ROW(sub, hn::Sub(v, w))
HEDDLE_DEFINE_ROW(mul, hn::Mul(v, w))
HEDDLE_DEFINE_ROW(div, hn::Div(v, w))
HEDDLE_DEFINE_ROW(maximum, hn::IfThenElse(hn::Or(hn::Gt(v, w), hn::IsNaN(v)), v, w))
HEDDLE_DEFINE_ROW(minimum, hn::IfThenElse(hn::Or(hn::Lt(v, w), hn::IsNaN(v)), v, w))
HEDDLE_DEFINE_ROW(glu, hn::Div(v, hn::Add(constant(1.0f), exp_of(hn::Neg(w)))))
#undef HEDDLE_DEFINE_ROW

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {

#define HEDDLE_BINARY_ROW(name)                                                                          \
  HWY_EXPORT(name##_row);                                                                                \
  void name##_row(const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t n) { \
    HWY_DYNAMIC_DISPATCH(name##_row)(a, a_step, b, b_step, y, n);                                        \
  }
HEDDLE_BINARY_ROW(add)
HEDDLE_BINARY_ROW(sub)
HEDDLE_BINARY_ROW(mul)
HEDDLE_BINARY_ROW(div)
HEDDLE_BINARY_ROW(maximum)
HEDDLE_BINARY_ROW(minimum)
HEDDLE_BINARY_ROW(glu)
#undef HEDDLE_BINARY_ROW

}  // namespace heddle::ops::backend
#endif
