#include "ops/backend/complex.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/complex.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Wide = hn::ScalableTag<double>;
using Narrow = hn::Rebind<float, Wide>;
using V = hn::Vec<Wide>;

// The parts of a vector of numbers.
struct Parts {
  V re, im;
};

HWY_INLINE Parts load(const float* x) {
  hn::Vec<Narrow> re, im;
  hn::LoadInterleaved2(Narrow(), x, re, im);
  return {hn::PromoteTo(Wide(), re), hn::PromoteTo(Wide(), im)};
}
HWY_INLINE void store(V re, V im, float* y) {
  hn::StoreInterleaved2(hn::DemoteTo(Narrow(), re), hn::DemoteTo(Narrow(), im), Narrow(), y);
}

struct Quotient {
  HWY_INLINE void operator()(const float* a, const float* b, float* y) const {
    const Parts x = load(a);
    const Parts by = load(b);
    const V inverse = hn::Div(hn::Set(Wide(), 1.0), hn::Add(hn::Mul(by.re, by.re), hn::Mul(by.im, by.im)));
    store(hn::Mul(hn::Add(hn::Mul(x.re, by.re), hn::Mul(x.im, by.im)), inverse),
          hn::Mul(hn::Sub(hn::Mul(x.im, by.re), hn::Mul(x.re, by.im)), inverse), y);
  }
};
struct Reciprocal {
  HWY_INLINE void operator()(const float* a, const float*, float* y) const {
    const Parts x = load(a);
    const V inverse = hn::Div(hn::Set(Wide(), 1.0), hn::Add(hn::Mul(x.re, x.re), hn::Mul(x.im, x.im)));
    store(hn::Mul(x.re, inverse), hn::Neg(hn::Mul(x.im, inverse)), y);
  }
};
struct Sign {
  HWY_INLINE void operator()(const float* a, const float*, float* y) const {
    const Parts x = load(a);
    const V size = hn::Sqrt(hn::Add(hn::Mul(x.re, x.re), hn::Mul(x.im, x.im)));
    const auto none = hn::Eq(size, hn::Zero(Wide()));
    store(hn::IfThenZeroElse(none, hn::Div(x.re, size)), hn::IfThenZeroElse(none, hn::Div(x.im, size)), y);
  }
};

// The last few pass through a vector of their own, so that a number's bits do not depend on its place.
template <class F>
HWY_INLINE void each_vector(const float* a, const float* b, float* y, int64_t n, const F& f) {
  const auto step = static_cast<int64_t>(hn::Lanes(Wide()));
  int64_t i = 0;
  for (; i + step <= n; i += step) f(a + 2 * i, b + 2 * i, y + 2 * i);
  if (i == n) return;
  HWY_ALIGN float left[2 * hn::MaxLanes(Wide())] = {};
  HWY_ALIGN float right[2 * hn::MaxLanes(Wide())] = {};
  HWY_ALIGN float result[2 * hn::MaxLanes(Wide())];
  std::copy_n(a + 2 * i, 2 * (n - i), left);
  std::copy_n(b + 2 * i, 2 * (n - i), right);
  f(left, right, result);
  std::copy_n(result, 2 * (n - i), y + 2 * i);
}

void QuotientRow(const float* a, const float* b, float* y, int64_t n) { each_vector(a, b, y, n, Quotient()); }
void ReciprocalRow(const float* x, float* y, int64_t n) { each_vector(x, x, y, n, Reciprocal()); }
void SignRow(const float* x, float* y, int64_t n) { each_vector(x, x, y, n, Sign()); }

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {

HWY_EXPORT(QuotientRow);
HWY_EXPORT(ReciprocalRow);
HWY_EXPORT(SignRow);

void complex_quotient_row(const float* a, const float* b, float* y, int64_t n) {
  HWY_DYNAMIC_DISPATCH(QuotientRow)(a, b, y, n);
}
void complex_reciprocal_row(const float* x, float* y, int64_t n) { HWY_DYNAMIC_DISPATCH(ReciprocalRow)(x, y, n); }
void complex_sign_row(const float* x, float* y, int64_t n) { HWY_DYNAMIC_DISPATCH(SignRow)(x, y, n); }

}  // namespace heddle::ops::backend
#endif
