#include "ops/backend/fmod.h"

#include <cmath>
#include <cstring>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/fmod.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The rests of one vector, and whether that is so for all lanes.
template <class D, class V>
HWY_INLINE V rest_of(D d, V a, V b, bool& all) {
  using T = hn::TFromD<D>;
  // Up to here a quotient's whole part is at most one too large after rounding.
  constexpr T kMost = sizeof(T) == 4 ? T(1 << 22) : T(int64_t{1} << 51);
  const V quotient = hn::Div(a, b);
  const auto inside = hn::And(hn::Lt(hn::Abs(quotient), hn::Set(d, kMost)),
                              hn::Lt(hn::Abs(b), hn::Set(d, std::numeric_limits<T>::infinity())));
  all = hn::AllTrue(d, inside);
  // Exact: both this difference and the one corrected by b are multiples of the operands' last place, and small.
  const V first = hn::NegMulAdd(hn::Trunc(quotient), b, a);
  const V too_far = hn::Abs(b);
  const V corrected = hn::Add(first, hn::CopySign(too_far, a));
  const auto overshot = hn::Lt(hn::Mul(first, hn::CopySign(hn::Set(d, T(1)), a)), hn::Zero(d));
  return hn::CopySign(hn::IfThenElse(overshot, corrected, first), a);
}

template <class T>
HWY_INLINE void rests(const T* a, const T* b, T* y, int64_t n) {
  int64_t i = 0;
#if HWY_NATIVE_FMA
  const hn::ScalableTag<T> d;
  const auto step = static_cast<int64_t>(hn::Lanes(d));
  for (; i + step <= n; i += step) {
    bool all = false;
    const auto rest = rest_of(d, hn::LoadU(d, a + i), hn::LoadU(d, b + i), all);
    if (HWY_LIKELY(all)) {
      hn::StoreU(rest, d, y + i);
    } else {
      for (int64_t k = i; k < i + step; ++k) y[k] = std::fmod(a[k], b[k]);
    }
  }
#endif
  for (; i < n; ++i) y[i] = std::fmod(a[i], b[i]);
}

void fmod_row32(const float* a, const float* b, float* y, int64_t n) { rests(a, b, y, n); }
void fmod_row64(const double* a, const double* b, double* y, int64_t n) { rests(a, b, y, n); }

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {

HWY_EXPORT(fmod_row32);
HWY_EXPORT(fmod_row64);

void fmod_row(const float* a, const float* b, float* y, int64_t n) { HWY_DYNAMIC_DISPATCH(fmod_row32)(a, b, y, n); }
void fmod_row(const double* a, const double* b, double* y, int64_t n) { HWY_DYNAMIC_DISPATCH(fmod_row64)(a, b, y, n); }

}  // namespace heddle::ops::backend
#endif
