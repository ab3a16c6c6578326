// The gamma family beyond lgamma: incomplete gamma functions, Hurwitz zeta, polygamma, the multivariate logarithm.
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "ops/common/call.h"
#include "ops/elementwise/names.h"
#include "ops/elementwise/spec.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

// x^a e^-x / Gamma(a), the factor of both expansions.
double gamma_factor(double a, double x) { return std::exp(a * std::log(x) - x - log_gamma(a)); }

// The lower part, for x up to about a: a power series.
double lower_series(double a, double x) {
  double term = 1 / a;
  double total = term;
  for (int n = 1; n < 100000 && std::fabs(term) > kEpsilon * total; ++n) {
    term *= x / (a + n);
    total += term;
  }
  return total * gamma_factor(a, x);
}

// The upper part, for larger x: a continued fraction, evaluated from its beginning (Lentz).
double upper_fraction(double a, double x) {
  constexpr double kTiny = 1e-300;
  double b = x + 1 - a;
  double c = 1 / kTiny;
  double d = 1 / b;
  double h = d;
  for (int n = 1; n < 100000; ++n) {
    const double numerator = -n * (n - a);
    b += 2;
    d = numerator * d + b;
    if (std::fabs(d) < kTiny) d = kTiny;
    c = b + numerator / c;
    if (std::fabs(c) < kTiny) c = kTiny;
    d = 1 / d;
    const double step = d * c;
    h *= step;
    if (std::fabs(step - 1) < kEpsilon) break;
  }
  return h * gamma_factor(a, x);
}

// The share of Gamma(a) that lies below x, or above.
double incomplete_gamma(double a, double x, bool upper) {
  if (std::isnan(a) || std::isnan(x) || a < 0 || x < 0) return kNan;
  const double none = upper ? 1 : 0;
  if (a == 0) return x > 0 ? 1 - none : kNan;
  if (x == 0) return none;
  if (std::isinf(a)) return std::isinf(x) ? kNan : none;
  if (std::isinf(x)) return 1 - none;
  if (x < a + 1) return upper ? 1 - lower_series(a, x) : lower_series(a, x);
  return upper ? upper_fraction(a, x) : 1 - upper_fraction(a, x);
}

// B(2k) / (2k)!
constexpr std::array<double, 12> kEulerMaclaurin = {
    1.0 / 12,
    -1.0 / 720,
    1.0 / 30240,
    -1.0 / 1209600,
    1.0 / 47900160,
    -691.0 / 1307674368000.0,
    1.0 / 74724249600.0,
    -3617.0 / 10670622842880000.0,
    43867.0 / 5109094217170944000.0,
    -174611.0 / 802857662698291200000.0,
    77683.0 / 14101100039391805440000.0,
    -236364091.0 / 1693824136731743669452800000.0,
};

// The sum of (q + k)^-x: some terms by themselves, the rest by Euler and Maclaurin's formula.
double zeta(double x, double q) {
  if (x == 1) return kInfinity;
  if (!(x > 1)) return kNan;
  if (q <= 0) {
    if (q == std::floor(q)) return kInfinity;
    if (x != std::floor(x)) return kNan;
  }
  double total = std::pow(q, -x);
  double a = q;
  double power = total;
  // Below zero, to where the terms are positive; no further than what a double can tell apart.
  for (int n = 0; n < 9 || a <= 9; ++n) {
    a += 1;
    power = std::pow(a, -x);
    total += power;
    if (std::fabs(power) < kEpsilon * std::fabs(total) || n > 1000000) return total;
  }
  total += power * a / (x - 1) - 0.5 * power;
  double rising = x;
  power /= a;
  for (size_t k = 0; k < kEulerMaclaurin.size(); ++k) {
    const double term = kEulerMaclaurin[k] * rising * power;
    total += term;
    if (std::fabs(term) < kEpsilon * std::fabs(total)) break;
    const double step = 2.0 * static_cast<double>(k);
    rising *= (x + step + 1) * (x + step + 2);
    power /= a * a;
  }
  return total;
}

// Reflected below one half; the sine is taken in the tensor's own precision, which decides what negative integers give.
struct TrigammaOf {
  template <class T>
  T operator()(T x) const {
    if (x >= T(0.5)) return static_cast<T>(zeta(2, static_cast<double>(x)));
    const T sine = std::sin(std::numbers::pi_v<T> * x);
    return std::numbers::pi_v<T> * std::numbers::pi_v<T> / (sine * sine) -
           static_cast<T>(zeta(2, 1 - static_cast<double>(x)));
  }
};
constexpr UnaryOperator kTrigamma{"trigamma", Promote::kFloat, unary_loops<TrigammaOf>(FloatTypes{})};

template <bool upper>
struct IncompleteGammaOf {
  template <class T>
  T operator()(T a, T x) const {
    return static_cast<T>(incomplete_gamma(static_cast<double>(a), static_cast<double>(x), upper));
  }
};
struct ZetaOf {
  template <class T>
  T operator()(T x, T q) const {
    return static_cast<T>(zeta(static_cast<double>(x), static_cast<double>(q)));
  }
};
constexpr BinaryOperator kIgamma{"igamma", Promote::kCommon, binary_loops<IncompleteGammaOf<false>>(FloatTypes{})};
constexpr BinaryOperator kIgammac{"igammac", Promote::kCommon, binary_loops<IncompleteGammaOf<true>>(FloatTypes{})};
constexpr BinaryOperator kZeta{"zeta", Promote::kFloat, binary_loops<ZetaOf>(FloatTypes{})};

template <class F>
Result<Tensor> map(std::string_view name, const Tensor& self, const Out& out, const F& f) {
  Iterator it;
  it.output(out).input(self);
  HEDDLE_TRY(it.build(Promote::kFloat));
  HEDDLE_TRY(
      it.map_unary<FloatTypes>(name, [&f]<class T>(T x) -> T { return static_cast<T>(f(static_cast<double>(x))); }));
  return it.result();
}

Result<Tensor> polygamma(int64_t n, const Tensor& self, const Out& out) {
  HEDDLE_REQUIRE(n >= 0, "polygamma(n, x) does not support negative n.");
  if (n == 0) {
    return out.deliver(HEDDLE_TRY(call_tensor_operator("aten::digamma", "", {self})));
  }
  if (n == 1) return run_unary(kTrigamma, self, out);
  const double factorial = std::exp(log_gamma(static_cast<double>(n) + 1)) * (n % 2 ? 1 : -1);
  return map("polygamma", self, out,
             [n, factorial](double x) { return factorial * zeta(static_cast<double>(n) + 1, x); });
}
Result<Tensor> polygamma_in_place(const Tensor& self, int64_t n) { return polygamma(n, self, Out::in_place(self)); }

Result<Tensor> mvlgamma(const Tensor& self, int64_t p, const Out& out) {
  HEDDLE_REQUIRE(p >= 1, "p has to be greater than or equal to 1");
  HEDDLE_REQUIRE(!is_complex(self.dtype()) && self.dtype() != DType::kBool,
                 "mvlgamma is not implemented for complex or bool tensors");
  // PyTorch makes a tensor of p columns, and fails where that is too large.
  constexpr int64_t kMostDimensions = int64_t{1} << 20;
  HEDDLE_REQUIRE_CODE(p <= kMostDimensions, kLimit, "mvlgamma: p = ", p, " is too large");
  const double constant = static_cast<double>(p) * static_cast<double>(p - 1) / 4 * std::log(std::numbers::pi);
  return map("mvlgamma", self, out, [p, constant](double x) {
    double total = constant;
    for (int64_t j = 0; j < p; ++j) total += log_gamma(x - static_cast<double>(j) / 2);
    return total;
  });
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(gamma) {
  using namespace heddle::ops;
  add_forms<&binary<kIgamma>>(table, "aten::igamma(Tensor self, Tensor other) -> Tensor",
                              {.in_place = "igamma_", .out = "igamma.out"});
  add_forms<&binary<kIgammac>>(table, "aten::igammac(Tensor self, Tensor other) -> Tensor",
                               {.in_place = "igammac_", .out = "igammac.out"});
  add_forms<&binary<kIgamma>>(table, "aten::special_gammainc(Tensor self, Tensor other) -> Tensor",
                              {.out = "special_gammainc.out"});
  add_forms<&binary<kIgammac>>(table, "aten::special_gammaincc(Tensor self, Tensor other) -> Tensor",
                               {.out = "special_gammaincc.out"});
  add_forms<&binary<kZeta>>(table, "aten::special_zeta(Tensor self, Tensor other) -> Tensor",
                            {.out = "special_zeta.out"});
  add_forms<&number_binary<kZeta>>(table, "aten::special_zeta.self_scalar(Scalar self, Tensor other) -> Tensor",
                                   {.out = "special_zeta.self_scalar_out"});
  add_forms<&binary_number<kZeta>>(table, "aten::special_zeta.other_scalar(Tensor self, Scalar other) -> Tensor",
                                   {.out = "special_zeta.other_scalar_out"});
  add_forms<&polygamma>(table, "aten::polygamma(int n, Tensor self) -> Tensor", {.out = "polygamma.out"});
  table.add("aten::polygamma_(Tensor(a!) self, int n) -> Tensor(a!)", boxed<&polygamma_in_place>());
  add_forms<&polygamma>(table, "aten::special_polygamma(int n, Tensor self) -> Tensor",
                        {.out = "special_polygamma.out"});
  add_forms<&mvlgamma>(table, "aten::mvlgamma(Tensor self, int p) -> Tensor",
                       {.in_place = "mvlgamma_", .out = "mvlgamma.out"});
  add_forms<&mvlgamma>(table, "aten::special_multigammaln(Tensor self, int p) -> Tensor",
                       {.out = "special_multigammaln.out"});
}
