// Special functions that the C++ library lacks or shapes otherwise: gamma and its kin, inverse error function, Bessel
// functions i0, i1.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "ops/elementwise/names.h"
#include "ops/elementwise/rows.h"
#include "ops/elementwise/spec.h"

namespace heddle::ops {
namespace {

// Psi, by recurrence up to where the asymptotic series is exact, and by reflection below zero.
double digamma(double x) {
  if (x == 0) return std::copysign(std::numeric_limits<double>::infinity(), -x);
  double result = 0;
  if (x < 0) {
    if (x == std::trunc(x)) return std::numeric_limits<double>::quiet_NaN();
    const double fraction = x - std::trunc(x);
    result = -std::numbers::pi / std::tan(std::numbers::pi * fraction);
    x = 1 - x;
  }
  for (; x < 10; x += 1) result -= 1 / x;
  if (std::isinf(x)) return x;
  // log x - 1/2x - sum of B(2k) / (2k x^2k)
  const double y = 1 / (x * x);
  const double series =
      y *
      (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y * (1.0 / 240 - y * (1.0 / 132 - y * (691.0 / 32760 - y / 12))))));
  return result + std::log(x) - 0.5 / x - series;
}

// Starts from an approximation by the tail's logarithm (Giles, "Approximating the erfinv function") and corrects it by
// Newton's method.
// One step is enough for float32.
double erfinv(double y, int steps) {
  if (!(std::fabs(y) < 1)) {
    return std::fabs(y) == 1 ? std::copysign(std::numeric_limits<double>::infinity(), y)
                             : std::numeric_limits<double>::quiet_NaN();
  }
  double w = -std::log((1 - y) * (1 + y));
  double p = 0;
  if (w < 5) {
    w -= 2.5;
    for (double c : {2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503,
                     -0.00417768164, 0.246640727, 1.50140941}) {
      p = c + p * w;
    }
  } else {
    w = std::sqrt(w) - 3;
    for (double c : {-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613,
                     0.00943887047, 1.00167406, 2.83297682}) {
      p = c + p * w;
    }
  }
  double x = p * y;
  const double slope = 2 * std::numbers::inv_sqrtpi;
  for (int i = 0; i < steps; ++i) {
    // Near one the difference of complements keeps its digits.
    const double error = y > 0.5 ? (1 - y) - std::erfc(x) : y < -0.5 ? std::erfc(-x) - (1 + y) : std::erf(x) - y;
    x -= error / (slope * std::exp(-x * x));
  }
  return x;
}

struct DigammaOf {
  template <class T>
  T operator()(T x) const {
    return static_cast<T>(digamma(static_cast<double>(x)));
  }
};
struct LgammaOf {
  template <class T>
  T operator()(T x) const {
    // The reentrant form: std::lgamma writes a global sign.
    int sign = 0;
    return static_cast<T>(::lgamma_r(static_cast<double>(x), &sign));
  }
};
struct ErfinvOf {
  template <class T>
  T operator()(T x) const {
    return static_cast<T>(erfinv(static_cast<double>(x), sizeof(T) / 4));
  }
};
struct NdtrOf {
  template <class T>
  T operator()(T x) const {
    return T(0.5) * std::erfc(-x * static_cast<T>(std::numbers::sqrt2 / 2));
  }
};
// Coefficients from the constant on. Written out, so that loops around it are vectorised.
template <size_t n>
double polynomial(const double (&coefficients)[n], double x) {
  return [&]<size_t... i>(std::index_sequence<i...>) {
    double sum = coefficients[n - 1];
    ((sum = sum * x + coefficients[n - 2 - i]), ...);
    return sum;
  }
  (std::make_index_sequence<n - 1>());
}

// The quantile of the normal distribution by rational approximations to 16 digits (Wichura, algorithm AS 241).
double ndtri(double p) {
  if (!(p > 0 && p < 1)) {
    const double end = p == 0 ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
    return p == 0 || p == 1 ? end : std::numeric_limits<double>::quiet_NaN();
  }
  constexpr double kMiddle[] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                3.3430575583588128105e4, 2.5090809287301226727e3};
  constexpr double kUnderMiddle[] = {1,
                                     4.2313330701600911252e1,
                                     6.8718700749205790830e2,
                                     5.3941960214247511077e3,
                                     2.1213794301586595867e4,
                                     3.9307895800092710610e4,
                                     2.8729085735721942674e4,
                                     5.2264952788528545610e3};
  constexpr double kTail[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                              3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                              2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr double kUnderTail[] = {1,
                                   2.05319162663775882187e0,
                                   1.67638483018380384940e0,
                                   6.89767334985100004550e-1,
                                   1.48103976427480074590e-1,
                                   1.51986665636164571966e-2,
                                   5.47593808499534494600e-4,
                                   1.05075007164441684324e-9};
  constexpr double kFarTail[] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                 2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                 2.71155556874348757815e-5, 2.01033439929228813265e-7};
  constexpr double kUnderFarTail[] = {1,
                                      5.99832206555887937690e-1,
                                      1.36929880922735805310e-1,
                                      1.48753612908506148525e-2,
                                      7.86869131145613259100e-4,
                                      1.84631831751005468180e-5,
                                      1.42151175831644588870e-7,
                                      2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(kMiddle, r) / polynomial(kUnderMiddle, r);
  }
  const double r = std::sqrt(-std::log(q < 0 ? p : 1 - p));
  const double size = r <= 5 ? polynomial(kTail, r - 1.6) / polynomial(kUnderTail, r - 1.6)
                             : polynomial(kFarTail, r - 5) / polynomial(kUnderFarTail, r - 5);
  return q < 0 ? -size : size;
}
struct NdtriOf {
  template <class T>
  T operator()(T x) const {
    return static_cast<T>(ndtri(static_cast<double>(x)));
  }
};
struct EntrOf {
  template <class T>
  T operator()(T x) const {
    if (std::isnan(x)) return x;
    if (x > 0) return -x * std::log(x);
    return x == 0 ? T(0) : -std::numeric_limits<T>::infinity();
  }
};
// Modified Bessel functions of the first kind; the power series converges for all that a double can hold before it
// overflows.
double bessel_series(double x, int order) {
  const double quarter = x * x / 4;
  double term = order == 0 ? 1 : x / 2;
  double total = term;
  for (int k = 1; k < 2000 && std::fabs(term) > 1e-17 * std::fabs(total); ++k) {
    term *= quarter / (static_cast<double>(k) * (k + order));
    total += term;
  }
  return total;
}
// exp(-|x|) times the function. Far out the asymptotic expansion, where the series would overflow.
double bessel_scaled(double x, int order) {
  const double size = std::fabs(x);
  if (size < 30) return bessel_series(x, order) * std::exp(-size);
  const double mu = 4.0 * order * order;
  double term = 1;
  double total = 1;
  for (int k = 1; k < 30; ++k) {
    const double odd = 2.0 * k - 1;
    const double next = term * -(mu - odd * odd) / (k * 8 * size);
    if (std::fabs(next) >= std::fabs(term)) break;
    term = next;
    total += term;
  }
  const double value = total / std::sqrt(2 * std::numbers::pi * size);
  return order == 1 && x < 0 ? -value : value;
}
template <int order, bool scaled>
struct BesselOf {
  template <class T>
  T operator()(T x) const {
    const double value = static_cast<double>(x);
    if (scaled) return static_cast<T>(bessel_scaled(value, order));
    return static_cast<T>(std::fabs(value) < 30 ? bessel_series(value, order)
                                                : bessel_scaled(value, order) * std::exp(std::fabs(value)));
  }
};

// exp(-|x|) I1(x) of float32, by Chebyshev approximations good to 3e-9: of the function over x up to 8, and of the
// function times the root of x behind it.
float scaled_i1(float value) {
  constexpr double kNear[] = {
      0.044687709864187505,   -0.061124339255199875,   0.068057602180878057,   -0.068482533198097717,
      0.063767329273599127,   -0.055281312762061482,   0.044675517298544687,   -0.033661282867009347,
      0.023679943764613076,   -0.01561430098814905,    0.0096063064740281607,  -0.0054274213306723428,
      0.002956003926515786,   -0.0016985943073618685,  0.00081240351729162409, -0.00020262659339929337,
      9.3568176429487986e-05, -0.00012368279858492319, 4.7521342639811355e-05};
  constexpr double kFar[] = {0.38939845905965925,     -0.0097495813703771788,  -0.00021923712538187562,
                             -1.5003965466109383e-05, -1.8256907317659718e-06, -4.2103501552981369e-07,
                             -1.2273217238067959e-07};
  const double x = value;
  const double size = std::fabs(x);
  const double near = size < 8 ? size : 8.0;
  const double far = size < 8 ? 8.0 : size;
  const double inside = polynomial(kNear, near / 4 - 1) * x;
  const double outside = std::copysign(polynomial(kFar, 16 / far - 1) / std::sqrt(far), x);
  return static_cast<float>(size < 8 ? inside : outside);
}
void scaled_i1_row(const float* x, float* y, int64_t n, const float*) {
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) y[i] = scaled_i1(x[i]);
}

template <class F>
constexpr UnaryOperator function(std::string_view name) {
  return {name, Promote::kFloat, unary_loops<F>(FloatTypes{})};
}
constexpr UnaryOperator kDigamma = function<DigammaOf>("digamma");
constexpr UnaryOperator kLgamma = function<LgammaOf>("lgamma");
constexpr UnaryOperator kErfinv = function<ErfinvOf>("erfinv");
constexpr UnaryOperator kNdtr = function<NdtrOf>("ndtr");
constexpr UnaryOperator kNdtri = function<NdtriOf>("ndtri");
constexpr UnaryOperator kEntr = function<EntrOf>("entr");
constexpr UnaryOperator kI0 = function<BesselOf<0, false>>("i0");
constexpr UnaryOperator kI0e = function<BesselOf<0, true>>("i0e");
constexpr UnaryOperator kI1 = function<BesselOf<1, false>>("i1");
constexpr UnaryOperator kI1e = vectorised<&scaled_i1_row>(function<BesselOf<1, true>>("i1e"));

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(special) {
  using namespace heddle::ops;
  add_unary<&unary<kDigamma>>(table, {"digamma", "special_digamma", "special_psi"});
  add_unary<&unary<kLgamma>>(table, {"lgamma", "special_gammaln"});
  add_unary<&unary<kErfinv>>(table, {"erfinv", "special_erfinv"});
  add_unary<&unary<kNdtr>>(table, {"special_ndtr"});
  add_unary<&unary<kNdtri>>(table, {"special_ndtri"});
  add_unary<&unary<kEntr>>(table, {"special_entr"});
  add_unary<&unary<kI0>>(table, {"i0", "special_i0", "special_modified_bessel_i0"});
  add_unary<&unary<kI0e>>(table, {"special_i0e"});
  add_unary<&unary<kI1>>(table, {"special_i1", "special_modified_bessel_i1"});
  add_unary<&unary<kI1e>>(table, {"special_i1e"});
}
