#include "ops/backend/unary64.h"

#include <cmath>
#include <cstring>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/unary64.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;
using M = hn::Mask<D>;

HWY_INLINE V constant(double value) { return hn::Set(D(), value); }
HWY_INLINE V keep_zero(V x, V result) { return hn::IfThenElse(hn::Eq(x, hn::Zero(D())), x, result); }
HWY_INLINE V keep_nan(V x, V result) { return hn::IfThenElse(hn::IsNaN(x), x, result); }
// NaN is below nothing.
HWY_INLINE M below(V x, double limit) { return hn::Lt(hn::Abs(x), constant(limit)); }

// vectors(x) inside the range that Highway's function is made for, the C library's elsewhere.
template <class Vectors, class Scalars>
HWY_INLINE V within(M inside, V x, Vectors vectors, Scalars scalars) {
  const D d;
  const V result = vectors(x);
  if (HWY_LIKELY(hn::AllTrue(d, inside))) return result;
  HWY_ALIGN double values[hn::MaxLanes(D())];
  hn::Store(x, d, values);
  for (size_t i = 0; i < hn::Lanes(d); ++i) values[i] = scalars(values[i]);
  return hn::IfThenElse(inside, result, hn::Load(d, values));
}

#define HEDDLE_FUNCTION(name, inside, vector, scalar)                                            \
  HWY_INLINE V name##_of(V v) {                                                                  \
    return within(                                                                               \
        inside, v, [](V x) HWY_ATTR -> V { return vector; }, [](double x) { return (scalar); }); \
  }
HEDDLE_FUNCTION(exp, below(v, 700), hn::Exp(D(), x), std::exp(x))
HEDDLE_FUNCTION(expm1, below(v, 700), keep_zero(x, hn::Expm1(D(), x)), std::expm1(x))
HWY_INLINE M is_normal(V x) {
  return hn::And(hn::Gt(x, constant(1e-300)), hn::Lt(x, constant(std::numeric_limits<double>::infinity())));
}
HEDDLE_FUNCTION(log, is_normal(v), hn::Log(D(), x), std::log(x))
HEDDLE_FUNCTION(log2, is_normal(v), hn::Log2(D(), x), std::log2(x))
HEDDLE_FUNCTION(log10, is_normal(v), hn::Log10(D(), x), std::log10(x))
HEDDLE_FUNCTION(log1p, hn::And(hn::Gt(v, constant(-0.999)), below(v, 1e300)), keep_zero(x, hn::Log1p(D(), x)),
                std::log1p(x))
// Beyond, Highway's reduction to a quarter of the circle loses digits.
HEDDLE_FUNCTION(sin, below(v, 8192), keep_zero(x, hn::Sin(D(), x)), std::sin(x))
HEDDLE_FUNCTION(cos, below(v, 8192), hn::Cos(D(), x), std::cos(x))
HEDDLE_FUNCTION(tan, below(v, 8192), keep_zero(x, hn::Div(hn::Sin(D(), x), hn::Cos(D(), x))), std::tan(x))
HEDDLE_FUNCTION(asin, below(v, 1), keep_zero(x, hn::Asin(D(), x)), std::asin(x))
HEDDLE_FUNCTION(acos, below(v, 1), hn::Acos(D(), x), std::acos(x))
HEDDLE_FUNCTION(atan, below(v, 1e300), keep_zero(x, hn::Atan(D(), x)), std::atan(x))
HEDDLE_FUNCTION(sinh, below(v, 700), keep_zero(x, hn::Sinh(D(), x)), std::sinh(x))
HEDDLE_FUNCTION(tanh, below(v, 300), keep_zero(x, hn::Tanh(D(), x)), std::tanh(x))
#undef HEDDLE_FUNCTION

HWY_INLINE V cosh_of(V v) {
  return within(
      below(v, 700), v,
      [](V x) HWY_ATTR -> V {
        const V e = hn::Exp(D(), hn::Abs(x));
        return hn::Mul(constant(0.5), hn::Add(e, hn::Div(constant(1), e)));
      },
      [](double x) { return std::cosh(x); });
}

// log(1 + e^x) for x <= 0.
HWY_INLINE V log_one_plus_exp(V x) { return log1p_of(exp_of(x)); }

HWY_INLINE V mish_of(V x) {
  // tanh(log(1 + e^x)) is n / (n + 2) for n = e^x (e^x + 2).
  const V e = exp_of(hn::Min(x, constant(40)));
  const V n = hn::Mul(e, hn::Add(e, constant(2)));
  const V result = hn::Mul(x, hn::Div(n, hn::Add(n, constant(2))));
  return keep_nan(x, hn::IfThenElse(hn::Gt(x, constant(40)), x, result));
}

HWY_INLINE V gelu_tanh_of(V x) {
  const V cubic = hn::MulAdd(hn::Mul(hn::Mul(x, x), x), constant(0.044715), x);
  const V inner = tanh_of(hn::Mul(constant(0.79788456080286535588), cubic));
  return hn::Mul(hn::Mul(x, constant(0.5)), hn::Add(constant(1), inner));
}

HWY_INLINE V softplus_of(V x, V beta, V threshold) {
  const V scaled = hn::Mul(x, beta);
  const V rest = log_one_plus_exp(hn::Neg(hn::Abs(scaled)));
  const V soft = hn::Div(hn::Add(hn::Max(scaled, constant(0)), rest), beta);
  return hn::IfThenElse(hn::Gt(scaled, threshold), x, keep_nan(scaled, soft));
}

HWY_INLINE V elu_of(V x, V below_zero, V above_zero, V inner) {
  // Only what is not above 0 is looked at, so that large numbers do not leave the vectors' range.
  const V small = hn::Mul(expm1_of(hn::Min(hn::Mul(x, inner), constant(1))), below_zero);
  return keep_nan(x, hn::IfThenElse(hn::Le(x, constant(0)), small, hn::Mul(x, above_zero)));
}

template <class F>
HWY_INLINE void map_row(const double* x, double* y, int64_t n, F f) {
  const D d;
  const auto step = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + step <= n; i += step) hn::StoreU(f(hn::LoadU(d, x + i)), d, y + i);
  if (i == n) return;
  // Ones are inside of every range.
  HWY_ALIGN double buffer[hn::MaxLanes(D())];
  hn::Store(constant(0.5), d, buffer);
  const size_t left = static_cast<size_t>(n - i) * sizeof(double);
  std::memcpy(buffer, x + i, left);
  hn::Store(f(hn::Load(d, buffer)), d, buffer);
  std::memcpy(y + i, buffer, left);
}

#define HEDDLE_DEFINE_ROW(name, expression)                                                             \
  void name##_row64(const double* x, double* y, int64_t n, [[maybe_unused]] const double* parameters) { \
    map_row(x, y, n, [=](V v) HWY_ATTR -> V { return expression; });                                    \
  }
#define HEDDLE_PARAMETER(i) constant(parameters[i])
HEDDLE_DEFINE_ROW(floor, keep_zero(v, hn::Floor(v)))
HEDDLE_DEFINE_ROW(ceil, keep_zero(v, hn::Ceil(v)))
HEDDLE_DEFINE_ROW(trunc, hn::Trunc(v))
HEDDLE_DEFINE_ROW(round, hn::Round(v))
HEDDLE_DEFINE_ROW(round_to_multiple, hn::Mul(hn::Round(hn::Div(v, HEDDLE_PARAMETER(0))), HEDDLE_PARAMETER(0)))
HEDDLE_DEFINE_ROW(round_to_part, hn::Div(hn::Round(hn::Mul(v, HEDDLE_PARAMETER(0))), HEDDLE_PARAMETER(0)))
HEDDLE_DEFINE_ROW(frac, hn::Sub(v, hn::Trunc(v)))
HEDDLE_DEFINE_ROW(sqrt, hn::Sqrt(v))
HEDDLE_DEFINE_ROW(rsqrt, hn::Div(constant(1), hn::Sqrt(v)))
HEDDLE_DEFINE_ROW(exp, exp_of(v))
HEDDLE_DEFINE_ROW(expm1, expm1_of(v))
HEDDLE_DEFINE_ROW(log, log_of(v))
HEDDLE_DEFINE_ROW(log2, log2_of(v))
HEDDLE_DEFINE_ROW(log10, log10_of(v))
HEDDLE_DEFINE_ROW(log1p, log1p_of(v))
HEDDLE_DEFINE_ROW(sin, sin_of(v))
HEDDLE_DEFINE_ROW(cos, cos_of(v))
HEDDLE_DEFINE_ROW(tan, tan_of(v))
HEDDLE_DEFINE_ROW(asin, asin_of(v))
HEDDLE_DEFINE_ROW(acos, acos_of(v))
HEDDLE_DEFINE_ROW(atan, atan_of(v))
HEDDLE_DEFINE_ROW(sinh, sinh_of(v))
HEDDLE_DEFINE_ROW(cosh, cosh_of(v))
HEDDLE_DEFINE_ROW(tanh, tanh_of(v))
HEDDLE_DEFINE_ROW(sigmoid, hn::Div(constant(1), hn::Add(constant(1), exp_of(hn::Neg(v)))))
HEDDLE_DEFINE_ROW(log_sigmoid, keep_nan(v, hn::Sub(hn::Min(v, constant(0)), log_one_plus_exp(hn::Neg(hn::Abs(v))))))
HEDDLE_DEFINE_ROW(silu, hn::Div(v, hn::Add(constant(1), exp_of(hn::Neg(v)))))
HEDDLE_DEFINE_ROW(mish, mish_of(v))
HEDDLE_DEFINE_ROW(gelu_tanh, gelu_tanh_of(v))
HEDDLE_DEFINE_ROW(leaky_relu, hn::IfThenElse(hn::Gt(v, constant(0)), v, hn::Mul(v, HEDDLE_PARAMETER(0))))
HEDDLE_DEFINE_ROW(elu, elu_of(v, HEDDLE_PARAMETER(0), HEDDLE_PARAMETER(1), HEDDLE_PARAMETER(2)))
HEDDLE_DEFINE_ROW(softplus, softplus_of(v, HEDDLE_PARAMETER(0), HEDDLE_PARAMETER(1)))
#undef HEDDLE_DEFINE_ROW
#undef HEDDLE_PARAMETER

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {

#define HEDDLE_UNARY64_ROW(name)                                                       \
  HWY_EXPORT(name##_row64);                                                            \
  void name##_row64(const double* x, double* y, int64_t n, const double* parameters) { \
    HWY_DYNAMIC_DISPATCH(name##_row64)(x, y, n, parameters);                           \
  }
#include "ops/backend/unary64.def"
#undef HEDDLE_UNARY64_ROW

}  // namespace heddle::ops::backend
#endif
