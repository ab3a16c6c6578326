// The functions of Python's math module, and their complex and Scalar overloads.
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include "ops/language/integer_math.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using schema::TableBuilder;
using Complex = std::complex<double>;

// Named functions as types, so that one template serves real and complex arguments.
#define HEDDLE_FUNCTION(type, expression) \
  struct type {                           \
    template <class T>                    \
    static auto of(T x) {                 \
      return expression;                  \
    }                                     \
  };
HEDDLE_FUNCTION(Acos, std::acos(x))
HEDDLE_FUNCTION(Acosh, std::acosh(x))
HEDDLE_FUNCTION(Asin, std::asin(x))
HEDDLE_FUNCTION(Asinh, std::asinh(x))
HEDDLE_FUNCTION(Atan, std::atan(x))
HEDDLE_FUNCTION(Atanh, std::atanh(x))
HEDDLE_FUNCTION(Cos, std::cos(x))
HEDDLE_FUNCTION(Cosh, std::cosh(x))
HEDDLE_FUNCTION(Sin, std::sin(x))
HEDDLE_FUNCTION(Sinh, std::sinh(x))
HEDDLE_FUNCTION(Tan, std::tan(x))
HEDDLE_FUNCTION(Tanh, std::tanh(x))
HEDDLE_FUNCTION(Exp, std::exp(x))
HEDDLE_FUNCTION(Log, std::log(x))
HEDDLE_FUNCTION(Log10, std::log10(x))
HEDDLE_FUNCTION(Sqrt, std::sqrt(x))
HEDDLE_FUNCTION(Log1p, std::log1p(x))
HEDDLE_FUNCTION(Expm1, std::expm1(x))
HEDDLE_FUNCTION(Erf, std::erf(x))
HEDDLE_FUNCTION(Erfc, std::erfc(x))
HEDDLE_FUNCTION(Fabs, std::fabs(x))
HEDDLE_FUNCTION(Gamma, std::tgamma(x))
HEDDLE_FUNCTION(Lgamma, std::lgamma(x))
HEDDLE_FUNCTION(Radians, x*(std::numbers::pi / 180))
HEDDLE_FUNCTION(Degrees, x*(180 / std::numbers::pi))
// Half to even, which is the processor's default rounding.
HEDDLE_FUNCTION(Round, std::nearbyint(x))
#undef HEDDLE_FUNCTION

template <class Op>
double real_function(double x) {
  return Op::of(x);
}
template <class Op>
Complex complex_function(Complex x) {
  return Op::of(x);
}
template <class Op, bool has_complex>
Result<Scalar> scalar_function(const Scalar& x) {
  if (!x.is_complex()) return Scalar(Op::of(x.to_double()));
  if constexpr (has_complex) {
    return Scalar(Complex(Op::of(x.to_complex())));
  } else {
    return error(ErrorCode::kType, "the function is not defined for complex numbers");
  }
}

template <class Op, bool has_complex>
void add_function(TableBuilder& table, std::string_view name) {
  const schema::Kernel real = boxed<&real_function<Op>>();
  table.add(concat("aten::", name, ".int(int a) -> float"), real);
  table.add(concat("aten::", name, ".float(float a) -> float"), real);
  if constexpr (has_complex) {
    table.add(concat("aten::", name, ".complex(complex a) -> complex"), boxed<&complex_function<Op>>());
  }
  table.add(concat("aten::", name, ".Scalar(Scalar a) -> Scalar"), boxed<&scalar_function<Op, has_complex>>());
}

Result<double> real_part(const Scalar& x) {
  HEDDLE_REQUIRE_CODE(is_real(x), kType, "the function is not defined for complex numbers");
  return x.to_double();
}
template <double (*f)(double, double)>
Result<double> scalar_pair(const Scalar& a, const Scalar& b) {
  return f(HEDDLE_TRY(real_part(a)), HEDDLE_TRY(real_part(b)));
}
// Real functions of two numbers that give a float whatever they are given.
template <double (*f)(double, double)>
void add_pair(TableBuilder& table, std::string_view name, std::string_view scalar_overload = "") {
  const schema::Kernel kernel = boxed<f>();
  table.add(concat("aten::", name, ".int(int a, int b) -> float"), kernel);
  table.add(concat("aten::", name, ".float(float a, float b) -> float"), kernel);
  table.add(concat("aten::", name, ".int_float(int a, float b) -> float"), kernel);
  table.add(concat("aten::", name, ".float_int(float a, int b) -> float"), kernel);
  table.add(concat("aten::", name, scalar_overload, "(Scalar a, Scalar b) -> float"), boxed<&scalar_pair<f>>());
}
double atan2_of(double a, double b) { return std::atan2(a, b); }
double copysign_of(double a, double b) { return std::copysign(a, b); }
double fmod_of(double a, double b) { return std::fmod(a, b); }
double remainder_of(double a, double b) { return std::remainder(a, b); }

double log_base(double a, double b) { return std::log(a) / std::log(b); }
Complex complex_log_base(Complex a, Complex b) { return std::log(a) / std::log(b); }
Complex polar(double radius, double angle) { return std::polar(radius, angle); }
Result<Scalar> scalar_polar(const Scalar& a, const Scalar& b) {
  return Scalar(polar(HEDDLE_TRY(real_part(a)), HEDDLE_TRY(real_part(b))));
}
double real_angle(double a) { return std::isnan(a) ? a : (a < 0 ? std::numbers::pi : 0); }
double complex_angle(Complex a) { return std::arg(a); }
Scalar scalar_angle(const Scalar& a) { return a.is_complex() ? std::arg(a.to_complex()) : real_angle(a.to_double()); }

// Out of range gives what the processor's conversion gives, as in PyTorch.
int64_t whole(double a) {
  constexpr double kRange = 9223372036854775808.0;
  return a >= -kRange && a < kRange ? static_cast<int64_t>(a) : std::numeric_limits<int64_t>::min();
}
int64_t real_floor(double a) { return whole(std::floor(a)); }
int64_t real_ceil(double a) { return whole(std::ceil(a)); }
int64_t identity(int64_t a) { return a; }
template <int64_t (*f)(double)>
Result<Scalar> scalar_whole(const Scalar& a) {
  return a.is_int() ? a : Scalar(f(HEDDLE_TRY(real_part(a))));
}

std::tuple<double, double> modf_of(double a) {
  double whole_part = 0;
  const double fraction = std::modf(a, &whole_part);
  return {fraction, whole_part};
}
std::tuple<double, int64_t> frexp_of(double a) {
  int exponent = 0;
  const double mantissa = std::frexp(a, &exponent);
  return {mantissa, exponent};
}
double ldexp_of(double a, int64_t exponent) {
  return std::ldexp(a, static_cast<int>(std::clamp<int64_t>(exponent, -100000, 100000)));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(language_math) {
  using namespace heddle::schema;
  add_function<Acos, true>(table, "acos");
  add_function<Acosh, true>(table, "acosh");
  add_function<Asin, true>(table, "asin");
  add_function<Asinh, true>(table, "asinh");
  add_function<Atan, true>(table, "atan");
  add_function<Atanh, true>(table, "atanh");
  add_function<Cos, true>(table, "cos");
  add_function<Cosh, true>(table, "cosh");
  add_function<Sin, true>(table, "sin");
  add_function<Sinh, true>(table, "sinh");
  add_function<Tan, true>(table, "tan");
  add_function<Tanh, true>(table, "tanh");
  add_function<Exp, true>(table, "exp");
  add_function<Log, true>(table, "log");
  add_function<Log10, true>(table, "log10");
  add_function<Sqrt, true>(table, "sqrt");
  add_function<Log1p, false>(table, "log1p");
  add_function<Expm1, false>(table, "expm1");
  add_function<Erf, false>(table, "erf");
  add_function<Erfc, false>(table, "erfc");
  add_function<Fabs, false>(table, "fabs");
  add_function<Gamma, false>(table, "gamma");
  add_function<Lgamma, false>(table, "lgamma");
  add_function<Radians, false>(table, "radians");
  add_function<Degrees, false>(table, "degrees");
  add_function<Round, false>(table, "round");

  add_pair<atan2_of>(table, "atan2", ".Scalar_Scalar");
  add_pair<copysign_of>(table, "copysign");
  add_pair<fmod_of>(table, "fmod");
  add_pair<remainder_of>(table, "mathremainder");

  for (std::string_view b : {"int", "float", "complex"}) {
    for (std::string_view a : {"int", "float", "complex"}) {
      const bool complex = a == "complex" || b == "complex";
      table.add(concat("aten::log.", a, "_", b, "(", a, " a, ", b, " b) -> ", complex ? "complex" : "float"),
                complex ? boxed<&complex_log_base>() : boxed<&log_base>());
    }
  }
  table.add("aten::log.Scalar_Scalar(Scalar a, Scalar b) -> float", boxed<&scalar_pair<log_base>>());
  table.add("aten::polar.int(int a, int b) -> complex", boxed<&polar>());
  table.add("aten::polar.float(float a, float b) -> complex", boxed<&polar>());
  table.add("aten::polar.int_float(int a, float b) -> complex", boxed<&polar>());
  table.add("aten::polar.float_int(float a, int b) -> complex", boxed<&polar>());
  table.add("aten::polar.Scalar_Scalar(Scalar a, Scalar b) -> Scalar", boxed<&scalar_polar>());
  table.add("aten::angle.int(int a) -> float", boxed<&real_angle>());
  table.add("aten::angle.float(float a) -> float", boxed<&real_angle>());
  table.add("aten::angle.complex(complex a) -> float", boxed<&complex_angle>());
  table.add("aten::angle.Scalar(Scalar a) -> Scalar", boxed<&scalar_angle>());

  table.add("aten::floor.int(int a) -> int", boxed<&identity>());
  table.add("aten::floor.float(float a) -> int", boxed<&real_floor>());
  table.add("aten::floor.Scalar(Scalar a) -> Scalar", boxed<&scalar_whole<real_floor>>());
  table.add("aten::ceil.int(int a) -> int", boxed<&identity>());
  table.add("aten::ceil.float(float a) -> int", boxed<&real_ceil>());
  table.add("aten::ceil.Scalar(Scalar a) -> Scalar", boxed<&scalar_whole<real_ceil>>());

  table.add("aten::modf(float a) -> (float, float)", boxed<&modf_of>());
  table.add("aten::frexp(float a) -> (float, int)", boxed<&frexp_of>());
  table.add("aten::ldexp(float x, int i) -> float", boxed<&ldexp_of>());
  table.add("aten::isnan.float(float a) -> bool", boxed<[](double a) { return std::isnan(a); }>());
  table.add("aten::isinf.float(float a) -> bool", boxed<[](double a) { return std::isinf(a); }>());
  table.add("aten::isfinite.float(float a) -> bool", boxed<[](double a) { return std::isfinite(a); }>());
  table.add("aten::isnan.complex(complex a) -> bool",
            boxed<[](Complex a) { return std::isnan(a.real()) || std::isnan(a.imag()); }>());
  table.add("aten::isinf.complex(complex a) -> bool",
            boxed<[](Complex a) { return std::isinf(a.real()) || std::isinf(a.imag()); }>());
  table.add("aten::isfinite.complex(complex a) -> bool",
            boxed<[](Complex a) { return std::isfinite(a.real()) && std::isfinite(a.imag()); }>());
}
