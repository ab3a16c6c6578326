#include "ops/backend/unary.h"

#include <cmath>
#include <cstring>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/unary.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {
#include "ops/backend/simd_math.inc"

// vectors(x) for numbers below the limit, scalars(x) for others.
template <class Vectors, class Scalars>
HWY_INLINE V up_to(float limit, V x, Vectors vectors, Scalars scalars) {
  const D d;
  const V result = vectors(x);
  const auto inside = hn::Lt(hn::Abs(x), constant(limit));
  if (HWY_LIKELY(hn::AllTrue(d, inside))) return result;
  HWY_ALIGN float values[hn::MaxLanes(D())];
  hn::Store(x, d, values);
  for (size_t i = 0; i < hn::Lanes(d); ++i) values[i] = scalars(values[i]);
  return hn::IfThenElse(inside, result, hn::Load(d, values));
}
// Highway's reduction to a quarter of the circle loses digits in large numbers.
template <class Vectors, class Scalars>
HWY_INLINE V on_the_circle(V x, Vectors vectors, Scalars scalars) {
  return up_to(8192.0f, x, vectors, scalars);
}

// For |x| <= 80.
HWY_INLINE V cosh_of(V x) {
  const V e = exp_of_moderate(hn::Abs(x));
  return hn::Mul(constant(0.5f), hn::Add(e, hn::Div(constant(1.0f), e)));
}

HWY_INLINE V gelu_of(V x, V inner) { return hn::Mul(hn::Mul(x, constant(0.5f)), hn::Add(constant(1.0f), inner)); }

// min(max(x + 3, 0), 6) / 6
HWY_INLINE V hard_step(V x) {
  const V raised = hn::Add(x, constant(3.0f));
  return hn::Div(hn::Min(hn::Max(raised, constant(0.0f)), constant(6.0f)), constant(6.0f));
}

HWY_INLINE V mish_of(V x) {
  // tanh(log(1 + e^x)) is n / (n + 2) for n = e^x (e^x + 2).
  const V e = exp_of(hn::Min(x, constant(20.0f)));
  const V n = hn::Mul(e, hn::Add(e, constant(2.0f)));
  const V result = hn::Mul(x, hn::Div(n, hn::Add(n, constant(2.0f))));
  return hn::IfThenElse(hn::Gt(x, constant(20.0f)), x, result);
}

HWY_INLINE V softplus_of(V x, V beta, V threshold) {
  const V scaled = hn::Mul(x, beta);
  // log(1 + e^z) = max(z, 0) + log(1 + e^-|z|)
  const V rest = log1p_of_fraction(exp_of(hn::Neg(hn::Abs(scaled))));
  const V soft = hn::Div(hn::Add(hn::Max(scaled, constant(0.0f)), rest), beta);
  return hn::IfThenElse(hn::Gt(scaled, threshold), x, keep_nan(scaled, soft));
}

#define HEDDLE_DEFINE_ROW(name, expression)                                                        \
  void name##_row(const float* x, float* y, int64_t n, [[maybe_unused]] const float* parameters) { \
    map_row(x, y, n, [=](V v) HWY_ATTR -> V { return expression; });                               \
  }
#define HEDDLE_PARAMETER(i) constant(parameters[i])

HEDDLE_DEFINE_ROW(abs, hn::Abs(v))
HEDDLE_DEFINE_ROW(floor, keep_zero(v, hn::Floor(v)))
HEDDLE_DEFINE_ROW(ceil, keep_zero(v, hn::Ceil(v)))
HEDDLE_DEFINE_ROW(trunc, hn::Trunc(v))
HEDDLE_DEFINE_ROW(round, hn::Round(v))
HEDDLE_DEFINE_ROW(round_to_multiple, hn::Mul(hn::Round(hn::Div(v, HEDDLE_PARAMETER(0))), HEDDLE_PARAMETER(0)))
HEDDLE_DEFINE_ROW(round_to_part, hn::Div(hn::Round(hn::Mul(v, HEDDLE_PARAMETER(0))), HEDDLE_PARAMETER(0)))
HEDDLE_DEFINE_ROW(frac, hn::Sub(v, hn::Trunc(v)))
HEDDLE_DEFINE_ROW(sqrt, hn::Sqrt(v))
HEDDLE_DEFINE_ROW(rsqrt, hn::Div(constant(1.0f), hn::Sqrt(v)))
HEDDLE_DEFINE_ROW(reciprocal, hn::Div(constant(1.0f), v))
HEDDLE_DEFINE_ROW(exp, exp_of(v))
HEDDLE_DEFINE_ROW(exp2, exp2_of(v))
HEDDLE_DEFINE_ROW(expm1, expm1_of(v))
HEDDLE_DEFINE_ROW(log, log_of(v))
HEDDLE_DEFINE_ROW(log2, log_everywhere(v, hn::Log2(D(), v)))
HEDDLE_DEFINE_ROW(log10, log_everywhere(v, hn::Log10(D(), v)))
HEDDLE_DEFINE_ROW(log1p, log1p_of(v))
HEDDLE_DEFINE_ROW(sin, keep_zero(v, on_the_circle(
                                        v, [](V a) HWY_ATTR { return hn::Sin(D(), a); },
                                        [](float a) { return std::sin(a); })))
HEDDLE_DEFINE_ROW(cos, on_the_circle(
                           v, [](V a) HWY_ATTR { return hn::Cos(D(), a); }, [](float a) { return std::cos(a); }))
HEDDLE_DEFINE_ROW(tan, keep_zero(v, on_the_circle(
                                        v, [](V a) HWY_ATTR { return hn::Div(hn::Sin(D(), a), hn::Cos(D(), a)); },
                                        [](float a) { return std::tan(a); })))
HEDDLE_DEFINE_ROW(asin, keep_zero(v, up_to(
                                         1.0f, v, [](V a) HWY_ATTR { return hn::Asin(D(), a); },
                                         [](float a) { return std::asin(a); })))
HEDDLE_DEFINE_ROW(acos,
                  up_to(
                      1.0f, v, [](V a) HWY_ATTR { return hn::Acos(D(), a); }, [](float a) { return std::acos(a); }))
HEDDLE_DEFINE_ROW(atan, keep_zero(v, up_to(
                                         1e30f, v, [](V a) HWY_ATTR { return hn::Atan(D(), a); },
                                         [](float a) { return std::atan(a); })))
HEDDLE_DEFINE_ROW(sinh, keep_zero(v, up_to(
                                         80.0f, v, [](V a) HWY_ATTR { return hn::Sinh(D(), a); },
                                         [](float a) { return std::sinh(a); })))
HEDDLE_DEFINE_ROW(cosh, up_to(
                            80.0f, v, [](V a) HWY_ATTR { return cosh_of(a); }, [](float a) { return std::cosh(a); }))
HEDDLE_DEFINE_ROW(tanh, tanh_of(v))
HEDDLE_DEFINE_ROW(sigmoid, sigmoid_of(v))
HEDDLE_DEFINE_ROW(log_sigmoid,
                  keep_nan(v, hn::Sub(hn::Min(v, constant(0.0f)), log1p_of_fraction(exp_of(hn::Neg(hn::Abs(v)))))))
HEDDLE_DEFINE_ROW(erf, erf_of(v))
HEDDLE_DEFINE_ROW(relu, hn::IfThenZeroElse(hn::Lt(v, constant(0.0f)), v))
HEDDLE_DEFINE_ROW(silu, hn::Div(v, hn::Add(constant(1.0f), exp_of(hn::Neg(v)))))
HEDDLE_DEFINE_ROW(mish, mish_of(v))
HEDDLE_DEFINE_ROW(hardsigmoid, keep_nan(v, hard_step(v)))
HEDDLE_DEFINE_ROW(hardswish, hn::Mul(v, hard_step(v)))
HEDDLE_DEFINE_ROW(gelu, gelu_of(v, erf_of(hn::Mul(v, constant(0.707106781f)))))
HEDDLE_DEFINE_ROW(gelu_tanh, gelu_of(v, tanh_of(hn::Mul(constant(0.797884561f), hn::MulAdd(hn::Mul(hn::Mul(v, v), v),
                                                                                           constant(0.044715f), v)))))
HEDDLE_DEFINE_ROW(leaky_relu, hn::IfThenElse(hn::Gt(v, constant(0.0f)), v, hn::Mul(v, HEDDLE_PARAMETER(0))))
HEDDLE_DEFINE_ROW(elu, hn::IfThenElse(hn::Le(v, constant(0.0f)),
                                      hn::Mul(expm1_of(hn::Mul(v, HEDDLE_PARAMETER(2))), HEDDLE_PARAMETER(0)),
                                      hn::Mul(v, HEDDLE_PARAMETER(1))))
HEDDLE_DEFINE_ROW(softplus, softplus_of(v, HEDDLE_PARAMETER(0), HEDDLE_PARAMETER(1)))
HEDDLE_DEFINE_ROW(clamp, keep_nan(v, hn::Min(hn::Max(v, HEDDLE_PARAMETER(0)), HEDDLE_PARAMETER(1))))
#undef HEDDLE_DEFINE_ROW
#undef HEDDLE_PARAMETER

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {

#define HEDDLE_UNARY_ROW(name)                                                    \
  HWY_EXPORT(name##_row);                                                         \
  void name##_row(const float* x, float* y, int64_t n, const float* parameters) { \
    HWY_DYNAMIC_DISPATCH(name##_row)(x, y, n, parameters);                        \
  }
#include "ops/backend/unary.def"
#undef HEDDLE_UNARY_ROW

}  // namespace heddle::ops::backend
#endif
