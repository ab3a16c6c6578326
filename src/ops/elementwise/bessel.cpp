// Bessel and Airy functions, and scaled complements of the error function.
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "ops/common/forms.h"
#include "ops/elementwise/spec.h"

namespace heddle::ops {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Far out the asymptotic expansion of exp(x) K(order, x).
double scaled_k_far(double order, double x) {
  const double mu = 4 * order * order;
  double term = 1;
  double total = 1;
  for (int k = 1; k < 40; ++k) {
    const double odd = 2.0 * k - 1;
    const double next = term * (mu - odd * odd) / (k * 8 * x);
    if (std::fabs(next) >= std::fabs(term) || std::fabs(next) < 1e-17) break;
    term = next;
    total += term;
  }
  return total * std::sqrt(std::numbers::pi / (2 * x));
}

// cosh t - 1 and cosh(t / 3) at the places t of the rule below.
struct Places {
  static constexpr double kStep = 0.125;
  static constexpr size_t kCount = 48;
  std::array<double, kCount> cosh_less_one;
  std::array<double, kCount> cosh_third;
  Places() {
    for (size_t i = 0; i < kCount; ++i) {
      const double t = kStep * static_cast<double>(i);
      const double half = std::sinh(t / 2);
      cosh_less_one[i] = 2 * half * half;
      cosh_third[i] = std::cosh(t / 3);
    }
  }
};

enum class Order { kZero, kOne, kThird };

// exp(x) K(order, x) for x of at least two: the integral of exp(-x (cosh t - 1)) cosh(order t) over t > 0. The
// trapezoidal rule is exact to the last digit at this step, because the integrand and all its derivatives vanish at the
// ends.
double scaled_k_integral(Order order, double x) {
  constexpr double kFar = 30;
  constexpr double kNothing = 40;  // exp(-40) is less than a double can tell
  if (x > kFar) return scaled_k_far(order == Order::kZero ? 0 : order == Order::kOne ? 1 : 1.0 / 3, x);
  static const Places places;
  double total = 0.5;
  for (size_t i = 1; i < Places::kCount; ++i) {
    const double grown = places.cosh_less_one[i];
    if (x * grown > kNothing) break;
    const double weight = order == Order::kZero ? 1 : order == Order::kOne ? grown + 1 : places.cosh_third[i];
    total += std::exp(-x * grown) * weight;
  }
  return total * Places::kStep;
}

// K(0, x) and K(1, x) for x below two, by their power series.
double small_k(int order, double x) {
  const double quarter = x * x / 4;
  const double logarithm = std::log(x / 2) + std::numbers::egamma;
  double term = order == 0 ? 1 : x / 2;  // (x/2)^(2k + order) / (k! (k + order)!)
  double harmonic = 0;
  double total = order == 0 ? -logarithm : 1 / x + term * (logarithm - 0.5);
  for (int k = 1; k < 30; ++k) {
    term *= quarter / (static_cast<double>(k) * (k + order));
    harmonic += 1.0 / k;
    const double weight = order == 0 ? harmonic - logarithm : logarithm - harmonic - 0.5 / (k + 1);
    total += term * weight;
    if (term < 1e-18) break;
  }
  return total;
}

double scaled_k(int order, double x) {
  if (std::isnan(x) || x < 0) return kNan;
  if (x == 0) return kInfinity;
  return x < 2 ? small_k(order, x) * std::exp(x) : scaled_k_integral(order ? Order::kOne : Order::kZero, x);
}
double plain_k(int order, double x) {
  if (std::isnan(x) || x < 0) return kNan;
  if (x == 0) return kInfinity;
  return x < 2 ? small_k(order, x) : scaled_k_integral(order ? Order::kOne : Order::kZero, x) * std::exp(-x);
}

// Near zero the power series, from the values of the function and its derivative there.
double airy_series(double x) {
  constexpr double kValue = 0.35502805388781723926;
  constexpr double kSlope = -0.25881940379280679840;
  const double cube = x * x * x;
  double even = kValue;
  double odd = kSlope * x;
  double total = even + odd;
  for (int k = 1; k < 100; ++k) {
    even *= cube / ((3.0 * k - 1) * (3.0 * k));
    odd *= cube / ((3.0 * k) * (3.0 * k + 1));
    total += even + odd;
    if (std::fabs(even) + std::fabs(odd) < 1e-18) break;
  }
  return total;
}

// Far below zero, where the function swings: the asymptotic expansion of its two waves.
double airy_waves(double size) {
  const double zeta = 2.0 / 3 * size * std::sqrt(size);
  double term = 1;
  double sums[2] = {1, 0};  // of even and of odd terms
  for (int k = 1; k < 40; ++k) {
    const double next = term * (6.0 * k - 5) * (6.0 * k - 3) * (6.0 * k - 1) / (216.0 * k * (2.0 * k - 1)) / zeta;
    if (next >= term) break;
    term = next;
    sums[k % 2] += k / 2 % 2 ? -term : term;
  }
  const double angle = zeta + std::numbers::pi / 4;
  return (std::sin(angle) * sums[0] - std::cos(angle) * sums[1]) * std::numbers::inv_sqrtpi /
         std::sqrt(std::sqrt(size));
}

double airy(double x) {
  // Beyond, the function is less than the smallest number.
  constexpr double kVanishes = 103.892;
  if (!std::isfinite(x)) return kNan;
  if (x > kVanishes) return 0;
  if (x < -7) return airy_waves(-x);
  if (x < 2.1) return airy_series(x);
  const double zeta = 2.0 / 3 * x * std::sqrt(x);
  return std::sqrt(x / 3) / std::numbers::pi * scaled_k_integral(Order::kThird, zeta) * std::exp(-zeta);
}

double spherical_j0(double x) {
  if (std::isinf(x)) return 0;
  if (std::fabs(x) >= 0.5) return std::sin(x) / x;
  const double y = x * x;
  return 1 - y / 6 * (1 - y / 20 * (1 - y / 42 * (1 - y / 72 * (1 - y / 110 * (1 - y / 156)))));
}

// exp(x^2) erfc(x).
double erfcx(double x) {
  if (std::isnan(x)) return x;
  if (x < 10) return std::exp(x * x) * std::erfc(x);
  const double y = 1 / (2 * x * x);
  double term = 1;
  double total = 1;
  for (int k = 1; k < 30; ++k) {
    const double next = -term * (2 * k - 1) * y;
    if (std::fabs(next) >= std::fabs(term)) break;
    term = next;
    total += term;
  }
  return total * std::numbers::inv_sqrtpi / x;
}

double log_ndtr(double x) {
  const double t = x * (std::numbers::sqrt2 / 2);
  return x < -1 ? std::log(erfcx(-t) / 2) - t * t : std::log1p(-std::erfc(t) / 2);
}

double j0(double x) { return ::j0(x); }
double j1(double x) { return ::j1(x); }
// Errors of the C library would be set for these arguments.
double y0(double x) { return x == 0 ? -kInfinity : x < 0 ? kNan : ::y0(x); }
double y1(double x) { return x == 0 ? -kInfinity : x < 0 ? kNan : ::y1(x); }
double k0(double x) { return plain_k(0, x); }
double k1(double x) { return plain_k(1, x); }
double scaled_k0(double x) { return scaled_k(0, x); }
double scaled_k1(double x) { return scaled_k(1, x); }

template <double (*f)(double)>
struct Of {
  template <class T>
  T operator()(T x) const {
    return static_cast<T>(f(static_cast<double>(x)));
  }
};
template <double (*f)(double)>
constexpr UnaryOperator kFunction{"special", Promote::kFloat, unary_loops<Of<f>>(FloatTypes{})};

template <double (*f)(double)>
void add(schema::TableBuilder& table, const std::string& name, std::string_view argument) {
  add_forms<&unary<kFunction<f>>>(table, concat("aten::special_", name, "(Tensor ", argument, ") -> Tensor"),
                                  {.out = concat("special_", name, ".out")});
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(bessel) {
  using namespace heddle::ops;
  add<&j0>(table, "bessel_j0", "self");
  add<&j1>(table, "bessel_j1", "self");
  add<&y0>(table, "bessel_y0", "self");
  add<&y1>(table, "bessel_y1", "self");
  add<&k0>(table, "modified_bessel_k0", "self");
  add<&k1>(table, "modified_bessel_k1", "self");
  add<&scaled_k0>(table, "scaled_modified_bessel_k0", "x");
  add<&scaled_k1>(table, "scaled_modified_bessel_k1", "x");
  add<&spherical_j0>(table, "spherical_bessel_j0", "x");
  add<&airy>(table, "airy_ai", "x");
  add<&erfcx>(table, "erfcx", "self");
  add<&log_ndtr>(table, "log_ndtr", "self");
}
