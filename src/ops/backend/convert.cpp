#include "ops/backend/convert.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/convert.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using DI = hn::RebindToSigned<D>;
using DBits = hn::Rebind<uint16_t, D>;
using V = hn::Vec<D>;
using I = hn::Vec<DI>;

HWY_INLINE I bits(uint32_t value) { return hn::Set(DI(), static_cast<int32_t>(value)); }
HWY_INLINE I shifted_right(I v, int count) {
  const hn::RebindToUnsigned<D> du;
  return hn::BitCast(DI(), hn::ShiftRightSame(hn::BitCast(du, v), count));
}

HWY_INLINE V from_bfloat16(I half) { return hn::BitCast(D(), hn::ShiftLeft<16>(half)); }

HWY_INLINE I to_bfloat16(V value) {
  const I u = hn::BitCast(DI(), value);
  const I odd = hn::And(shifted_right(u, 16), bits(1));
  const I rounded = shifted_right(hn::Add(hn::Add(u, bits(0x7fff)), odd), 16);
  return hn::IfThenElse(hn::Gt(hn::And(u, bits(0x7fffffff)), bits(0x7f800000)), bits(0x7fc0), rounded);
}

HWY_INLINE V from_half(I half) {
  const I sign = hn::ShiftLeft<16>(hn::And(half, bits(0x8000)));
  const I magnitude = hn::And(half, bits(0x7fff));
  const I normal = hn::Add(hn::ShiftLeft<13>(magnitude), bits(112u << 23));
  const I subnormal = hn::BitCast(DI(), hn::Mul(hn::ConvertTo(D(), magnitude), hn::Set(D(), 0x1p-24f)));
  const I special = hn::Or(hn::ShiftLeft<13>(magnitude), bits(0x7f800000));
  const I finite = hn::IfThenElse(hn::Lt(magnitude, bits(0x0400)), subnormal, normal);
  return hn::BitCast(D(), hn::Or(sign, hn::IfThenElse(hn::Lt(magnitude, bits(0x7c00)), finite, special)));
}

HWY_INLINE I to_half(V value) {
  const I u = hn::BitCast(DI(), value);
  const I sign = hn::And(shifted_right(u, 16), bits(0x8000));
  const I magnitude = hn::And(u, bits(0x7fffffff));
  const I odd = hn::And(shifted_right(magnitude, 13), bits(1));
  const I normal = shifted_right(hn::Add(hn::Add(magnitude, bits(0xc8000fff)), odd), 13);
  // Adding 0.5 aligns the mantissa of a subnormal result so that the addition rounds it.
  const V aligned = hn::Add(hn::BitCast(D(), magnitude), hn::Set(D(), 0.5f));
  const I subnormal = hn::Sub(hn::BitCast(DI(), aligned), bits(0x3f000000));
  I result = hn::IfThenElse(hn::Lt(magnitude, bits(0x38800000)), subnormal, normal);
  result = hn::IfThenElse(hn::Lt(magnitude, bits(0x477ff000)), result, bits(0x7c00));
  result = hn::IfThenElse(hn::Gt(magnitude, bits(0x7f800000)), bits(0x7e00), result);
  return hn::Or(sign, result);
}

template <class T, class F>
HWY_INLINE void widen(const T* x, float* y, int64_t n, F f) {
  const auto step = static_cast<int64_t>(hn::Lanes(D()));
  const uint16_t* from = reinterpret_cast<const uint16_t*>(x);
  int64_t i = 0;
  for (; i + step <= n; i += step) hn::StoreU(f(hn::PromoteTo(DI(), hn::LoadU(DBits(), from + i))), D(), y + i);
  for (; i < n; ++i) y[i] = static_cast<float>(x[i]);
}

template <class T, class F>
HWY_INLINE void narrow(const float* x, T* y, int64_t n, F f) {
  const auto step = static_cast<int64_t>(hn::Lanes(D()));
  uint16_t* to = reinterpret_cast<uint16_t*>(y);
  int64_t i = 0;
  for (; i + step <= n; i += step) hn::StoreU(hn::DemoteTo(DBits(), f(hn::LoadU(D(), x + i))), DBits(), to + i);
  for (; i < n; ++i) y[i] = T(x[i]);
}

void WidenBFloat16(const BFloat16* x, float* y, int64_t n) {
  widen(x, y, n, [](I v) HWY_ATTR { return from_bfloat16(v); });
}
void WidenHalf(const Half* x, float* y, int64_t n) {
  widen(x, y, n, [](I v) HWY_ATTR { return from_half(v); });
}
void NarrowToBFloat16(const float* x, BFloat16* y, int64_t n) {
  narrow(x, y, n, [](V v) HWY_ATTR { return to_bfloat16(v); });
}
void NarrowToHalf(const float* x, Half* y, int64_t n) {
  narrow(x, y, n, [](V v) HWY_ATTR { return to_half(v); });
}

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {

HWY_EXPORT(WidenBFloat16);
HWY_EXPORT(WidenHalf);
HWY_EXPORT(NarrowToBFloat16);
HWY_EXPORT(NarrowToHalf);

void convert_row(const BFloat16* x, float* y, int64_t n) { HWY_DYNAMIC_DISPATCH(WidenBFloat16)(x, y, n); }
void convert_row(const Half* x, float* y, int64_t n) { HWY_DYNAMIC_DISPATCH(WidenHalf)(x, y, n); }
void convert_row(const float* x, BFloat16* y, int64_t n) { HWY_DYNAMIC_DISPATCH(NarrowToBFloat16)(x, y, n); }
void convert_row(const float* x, Half* y, int64_t n) { HWY_DYNAMIC_DISPATCH(NarrowToHalf)(x, y, n); }

}  // namespace heddle::ops::backend
#endif
