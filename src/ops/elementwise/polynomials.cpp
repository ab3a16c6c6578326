// Orthogonal polynomials by degree: Chebyshev's four kinds and the shifted ones, Hermite's two, Laguerre's, Legendre's.
#include <cmath>
#include <limits>

#include "ops/common/forms.h"
#include "ops/elementwise/spec.h"

namespace heddle::ops {
namespace {

// No recurrence runs longer; higher degrees give nan.
constexpr double kMostSteps = 1e6;

// p(k + 1) from p(k) and p(k - 1), from p(0) = 1 on.
template <class Step>
double recur(double first, int64_t n, const Step& step) {
  if (n == 0) return 1;
  double before = 1;
  double now = first;
  for (int64_t k = 1; k < n && !std::isnan(now); ++k) {
    const double next = step(static_cast<double>(k), now, before);
    before = now;
    now = next;
  }
  return now;
}

// The kinds differ in their second polynomial, in their values at the ends, and in how they are written by angles.
enum class Kind { kFirst, kSecond, kThird, kFourth };

double at_end(Kind kind, bool right, int64_t n) {
  const double sign = right || n % 2 == 0 ? 1 : -1;
  const auto degree = static_cast<double>(n);
  switch (kind) {
    case Kind::kFirst:
      return sign;
    case Kind::kSecond:
      return sign * (degree + 1);
    case Kind::kThird:
      return right ? 1 : sign * (2 * degree + 1);
    default:
      return right ? 2 * degree + 1 : sign;
  }
}

double by_angle(Kind kind, double x, int64_t n) {
  const double angle = std::acos(x);
  const auto degree = static_cast<double>(n);
  switch (kind) {
    case Kind::kFirst:
      return std::cos(degree * angle);
    case Kind::kSecond:
      return std::sin((degree + 1) * angle) / std::sin(angle);
    case Kind::kThird:
      return std::cos((degree + 0.5) * angle) / std::cos(angle / 2);
    default:
      return std::sin((degree + 0.5) * angle) / std::sin(angle / 2);
  }
}

double chebyshev(Kind kind, double x, int64_t n) {
  constexpr int64_t kFewSteps = 8;
  if (std::fabs(x) == 1) return at_end(kind, x > 0, n);
  if (n > kFewSteps && std::fabs(x) < 1) return by_angle(kind, x, n);
  const double first = kind == Kind::kFirst    ? x
                       : kind == Kind::kSecond ? 2 * x
                       : kind == Kind::kThird  ? 2 * x - 1
                                               : 2 * x + 1;
  return recur(first, n, [x](double, double now, double before) { return 2 * x * now - before; });
}

template <Kind kind, bool shifted>
double chebyshev_of(double x, int64_t n) {
  return chebyshev(kind, shifted ? 2 * x - 1 : x, n);
}
double hermite_h(double x, int64_t n) {
  return recur(2 * x, n, [x](double k, double now, double before) { return 2 * (x * now - k * before); });
}
double hermite_he(double x, int64_t n) {
  return recur(x, n, [x](double k, double now, double before) { return x * now - k * before; });
}
double laguerre(double x, int64_t n) {
  if (x == 0) return 1;
  return recur(1 - x, n,
               [x](double k, double now, double before) { return ((2 * k + 1 - x) * now - k * before) / (k + 1); });
}
double legendre(double x, int64_t n) {
  if (std::fabs(x) == 1) return at_end(Kind::kFirst, x > 0, n);
  return recur(x, n,
               [x](double k, double now, double before) { return ((2 * k + 1) * x * now - k * before) / (k + 1); });
}

template <double (*f)(double, int64_t)>
struct Of {
  template <class T>
  T operator()(T x, T n) const {
    const auto degree = static_cast<double>(n);
    if (std::isnan(degree) || std::fabs(degree) > kMostSteps) return std::numeric_limits<T>::quiet_NaN();
    const auto whole = static_cast<int64_t>(degree);
    return whole < 0 ? T(0) : static_cast<T>(f(static_cast<double>(x), whole));
  }
};
template <double (*f)(double, int64_t)>
constexpr BinaryOperator kPolynomial{"polynomial", Promote::kFloat, binary_loops<Of<f>>(FloatTypes{})};

template <double (*f)(double, int64_t)>
void add(schema::TableBuilder& table, const std::string& polynomial) {
  const std::string name = concat("special_", polynomial);
  add_forms<&binary<kPolynomial<f>>>(table, concat("aten::", name, "(Tensor x, Tensor n) -> Tensor"),
                                     {.out = name + ".out"});
  add_forms<&number_binary<kPolynomial<f>>>(table, concat("aten::", name, ".x_scalar(Scalar x, Tensor n) -> Tensor"),
                                            {.out = name + ".x_scalar_out"});
  add_forms<&binary_number<kPolynomial<f>>>(table, concat("aten::", name, ".n_scalar(Tensor x, Scalar n) -> Tensor"),
                                            {.out = name + ".n_scalar_out"});
}

template <Kind kind>
void add_chebyshev(schema::TableBuilder& table, const std::string& letter) {
  add<&chebyshev_of<kind, false>>(table, concat("chebyshev_polynomial_", letter));
  add<&chebyshev_of<kind, true>>(table, concat("shifted_chebyshev_polynomial_", letter));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(polynomials) {
  using namespace heddle::ops;
  add_chebyshev<Kind::kFirst>(table, "t");
  add_chebyshev<Kind::kSecond>(table, "u");
  add_chebyshev<Kind::kThird>(table, "v");
  add_chebyshev<Kind::kFourth>(table, "w");
  add<&hermite_h>(table, "hermite_polynomial_h");
  add<&hermite_he>(table, "hermite_polynomial_he");
  add<&laguerre>(table, "laguerre_polynomial_l");
  add<&legendre>(table, "legendre_polynomial_p");
}
