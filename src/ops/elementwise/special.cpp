// Special functions that the C++ library lacks or shapes otherwise: gamma and its kin, inverse error function, Bessel
// functions i0, i1.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

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
struct NdtriOf {
  template <class T>
  T operator()(T x) const {
    return static_cast<T>(std::numbers::sqrt2 * erfinv(2 * static_cast<double>(x) - 1, sizeof(T) / 4));
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

// exp(-|x|) I1(x) of float32, the terms of many elements side by side. An element's sum ends with its own terms.
void scaled_i1_row(const float* x, float* y, int64_t n, const float*) {
  constexpr int64_t kChunk = 256;
  constexpr double kMost = 30;
  for (int64_t first = 0; first < n; first += kChunk) {
    const int64_t count = std::min(kChunk, n - first);
    alignas(64) double quarter[kChunk];
    alignas(64) double term[kChunk];
    alignas(64) double total[kChunk];
    alignas(64) double decay[kChunk];
    for (int64_t i = 0; i < count; ++i) {
      const double value = std::fabs(x[first + i]) < kMost ? static_cast<double>(x[first + i]) : 0.0;
      quarter[i] = value * value / 4;
      term[i] = total[i] = value / 2;
      decay[i] = -std::fabs(value);
    }
    backend::exp_row64(decay, decay, count);
    double left = 1;
    for (int k = 1; left > 0; ++k) {
      const double inverse = 1 / (static_cast<double>(k) * (k + 1));
      double lanes[4] = {};
      for (int64_t i = 0; i < count; ++i) {
        const double next = term[i] * quarter[i] * inverse;
        term[i] = std::fabs(next) > 1e-10 * std::fabs(total[i]) ? next : 0.0;
        total[i] += term[i];
        lanes[i % 4] += std::fabs(term[i]);
      }
      left = lanes[0] + lanes[1] + lanes[2] + lanes[3];
    }
    for (int64_t i = 0; i < count; ++i) {
      const float value = x[first + i];
      const double near = total[i] * decay[i];
      y[first + i] = static_cast<float>(std::fabs(value) < kMost ? near : bessel_scaled(value, 1));
    }
  }
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
