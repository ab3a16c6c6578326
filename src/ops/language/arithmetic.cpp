// + - * / // % ** and their kin on int, float, complex and Scalar.
#include <algorithm>
#include <cmath>
#include <complex>
#include <numeric>

#include "ops/language/integer_math.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using schema::TableBuilder;
using Complex = std::complex<double>;

struct Add {
  static int64_t of(int64_t a, int64_t b) { return wrapping_add(a, b); }
  template <class T>
  static T of(T a, T b) {
    return a + b;
  }
};
struct Sub {
  static int64_t of(int64_t a, int64_t b) { return wrapping_sub(a, b); }
  template <class T>
  static T of(T a, T b) {
    return a - b;
  }
};
struct Mul {
  static int64_t of(int64_t a, int64_t b) { return wrapping_mul(a, b); }
  template <class T>
  static T of(T a, T b) {
    return a * b;
  }
};

template <class Op, class T>
T same_kind(T a, T b) {
  return Op::of(a, b);
}

template <class Op>
Scalar any_kind(const Scalar& a, const Scalar& b) {
  if (a.is_complex() || b.is_complex()) return Op::of(a.to_complex(), b.to_complex());
  if (a.is_double() || b.is_double()) return Op::of(a.to_double(), b.to_double());
  return Op::of(a.to_int(), b.to_int());
}

// Operators that mix all three kinds: the arguments are converted to the result's kind as they are read.
template <class Op>
void add_arithmetic(TableBuilder& table, std::string_view name) {
  const auto overload = [&](std::string_view kinds, std::string_view a, std::string_view b, std::string_view result,
                            schema::Kernel kernel) {
    table.add(concat("aten::", name, ".", kinds, "(", a, " a, ", b, " b) -> ", result), kernel);
  };
  const schema::Kernel real = boxed<&same_kind<Op, double>>();
  const schema::Kernel complex = boxed<&same_kind<Op, Complex>>();
  // In PyTorch's order, which decides between overloads.
  overload("int", "int", "int", "int", boxed<&same_kind<Op, int64_t>>());
  overload("complex", "complex", "complex", "complex", complex);
  overload("float", "float", "float", "float", real);
  overload("int_complex", "int", "complex", "complex", complex);
  overload("complex_int", "complex", "int", "complex", complex);
  overload("float_complex", "float", "complex", "complex", complex);
  overload("complex_float", "complex", "float", "complex", complex);
  overload("int_float", "int", "float", "float", real);
  overload("float_int", "float", "int", "float", real);
  table.add(concat("aten::", name, "(Scalar a, Scalar b) -> Scalar"), boxed<&any_kind<Op>>());
}

// The overloads int_float, float_int and float of an operator that computes in double, and Scalar giving
// `scalar_result`.
void add_real(TableBuilder& table, std::string_view name, schema::Kernel kernel, bool with_int = false) {
  if (with_int) table.add(concat("aten::", name, ".int(int a, int b) -> float"), kernel);
  table.add(concat("aten::", name, ".float(float a, float b) -> float"), kernel);
  table.add(concat("aten::", name, ".int_float(int a, float b) -> float"), kernel);
  table.add(concat("aten::", name, ".float_int(float a, int b) -> float"), kernel);
}

double true_div(double a, double b) { return a / b; }
Complex complex_div(Complex a, Complex b) { return a / b; }
Result<double> scalar_div(const Scalar& a, const Scalar& b) {
  HEDDLE_REQUIRE_CODE(is_real(a) && is_real(b), kType, "division of Scalars is not defined for complex numbers");
  return a.to_double() / b.to_double();
}

double real_floordiv(double a, double b) { return std::floor(a / b); }
Result<Scalar> scalar_floordiv(const Scalar& a, const Scalar& b) {
  HEDDLE_REQUIRE_CODE(is_real(a) && is_real(b), kType, "floor division is not defined for complex numbers");
  if (a.is_double() || b.is_double()) return Scalar(real_floordiv(a.to_double(), b.to_double()));
  return Scalar(HEDDLE_TRY(floor_div(a.to_int(), b.to_int())));
}
Result<int64_t> int_floordiv(int64_t a, int64_t b) { return floor_div(a, b); }
Result<int64_t> int_remainder(int64_t a, int64_t b) { return floor_mod(a, b); }
double real_remainder(double a, double b) { return floor_mod(a, b); }
Result<Scalar> scalar_remainder(const Scalar& a, const Scalar& b) {
  HEDDLE_REQUIRE_CODE(is_real(a) && is_real(b), kType, "remainder is not defined for complex numbers");
  if (a.is_double() || b.is_double()) return Scalar(floor_mod(a.to_double(), b.to_double()));
  return Scalar(HEDDLE_TRY(floor_mod(a.to_int(), b.to_int())));
}
Result<std::tuple<int64_t, int64_t>> int_divmod(int64_t a, int64_t b) {
  return std::tuple(HEDDLE_TRY(floor_div(a, b)), HEDDLE_TRY(floor_mod(a, b)));
}
Result<std::tuple<double, double>> real_divmod(double a, double b) {
  HEDDLE_REQUIRE_CODE(b != 0, kRuntime, "ZeroDivisionError: float divmod()");
  const double rest = floor_mod(a, b);
  return std::tuple((a - rest) / b, rest);
}

Result<double> real_pow(double a, double b) {
  HEDDLE_REQUIRE(!(a == 0 && b < 0), "0.0 cannot be raised to a negative power");
  return std::pow(a, b);
}
Complex complex_pow(Complex a, Complex b) { return std::pow(a, b); }
Result<int64_t> int_pow(int64_t a, int64_t b) {
  HEDDLE_REQUIRE(b >= 0, "Integers to negative integer powers are not allowed.");
  int64_t result = 1;
  for (; b; b >>= 1, a = wrapping_mul(a, a)) {
    if (b & 1) result = wrapping_mul(result, a);
  }
  return result;
}
Result<double> scalar_pow(const Scalar& a, const Scalar& b) {
  HEDDLE_REQUIRE_CODE(!a.is_complex() && !b.is_complex(), kType, "pow is not defined for an int and a complex number");
  return real_pow(a.to_double(), b.to_double());
}

template <bool keep_larger, class T>
T extreme(T a, T b) {
  // As Python: the first one unless the second is strictly better.
  return keep_larger ? (a < b ? b : a) : (b < a ? b : a);
}
template <bool keep_larger>
Result<Scalar> scalar_extreme(const Scalar& a, const Scalar& b) {
  HEDDLE_REQUIRE_CODE(is_real(a) && is_real(b), kType, "complex numbers have no order");
  if (a.is_double() || b.is_double()) return Scalar(extreme<keep_larger>(a.to_double(), b.to_double()));
  return Scalar(extreme<keep_larger>(a.to_int(), b.to_int()));
}
template <bool keep_larger>
void add_extreme(TableBuilder& table, std::string_view name) {
  const schema::Kernel real = boxed<&extreme<keep_larger, double>>();
  table.add(concat("prim::", name, ".int(int a, int b) -> int"), boxed<&extreme<keep_larger, int64_t>>());
  table.add(concat("prim::", name, ".float(float a, float b) -> float"), real);
  table.add(concat("prim::", name, ".int_float(int a, float b) -> float"), real);
  table.add(concat("prim::", name, ".float_int(float a, int b) -> float"), real);
  table.add(concat("prim::", name, "(Scalar a, Scalar b) -> Scalar"), boxed<&scalar_extreme<keep_larger>>());
}

int64_t int_abs(int64_t a) { return a < 0 ? wrapping_sub(0, a) : a; }
double real_abs(double a) { return std::fabs(a); }
double complex_abs(Complex a) { return std::abs(a); }
Scalar scalar_abs(const Scalar& a) {
  if (a.is_complex()) return std::abs(a.to_complex());
  if (a.is_double()) return std::fabs(a.to_double());
  return int_abs(a.to_int());
}

int64_t int_neg(int64_t a) { return wrapping_sub(0, a); }
double real_neg(double a) { return -a; }
Complex complex_neg(Complex a) { return -a; }
Scalar scalar_neg(const Scalar& a) {
  if (a.is_complex()) return -a.to_complex();
  if (a.is_double()) return -a.to_double();
  return int_neg(a.to_int());
}

int64_t int_gcd(int64_t a, int64_t b) {
  return static_cast<int64_t>(std::gcd(static_cast<uint64_t>(int_abs(a)), static_cast<uint64_t>(int_abs(b))));
}
Result<int64_t> factorial(int64_t n) {
  HEDDLE_REQUIRE(n >= 0, "factorial() not defined for negative values");
  int64_t result = 1;
  for (int64_t i = 2; i <= n && i <= 66; ++i) result = wrapping_mul(result, i);
  // 66! and every later one are multiples of 2^64.
  return n >= 66 ? int64_t{0} : result;
}
Result<int64_t> shift_left(int64_t a, int64_t b) {
  HEDDLE_REQUIRE(b >= 0, "negative shift count");
  return b > 63 ? int64_t{0} : static_cast<int64_t>(static_cast<uint64_t>(a) << b);
}
Result<int64_t> shift_right(int64_t a, int64_t b) {
  HEDDLE_REQUIRE(b >= 0, "negative shift count");
  return a >> std::min<int64_t>(b, 63);
}
Result<int64_t> round_to_zero_div(int64_t a, int64_t b) {
  HEDDLE_REQUIRE_CODE(b != 0, kRuntime, "ZeroDivisionError: division by zero");
  return b == -1 ? wrapping_sub(0, a) : a / b;
}
Result<int64_t> range_length(int64_t low, int64_t high, int64_t step) {
  HEDDLE_REQUIRE(step != 0, "range() arg 3 must not be zero");
  // Differences in unsigned arithmetic: bounds may be as far apart as the integers go.
  const auto distance = [](int64_t from, int64_t to) {
    return static_cast<uint64_t>(to) - static_cast<uint64_t>(from);
  };
  if (step > 0 && low < high) {
    return static_cast<int64_t>(1 + (distance(low, high) - 1) / static_cast<uint64_t>(step));
  }
  if (step < 0 && low > high)
    return static_cast<int64_t>(1 + (distance(high, low) - 1) / (uint64_t{0} - static_cast<uint64_t>(step)));
  return int64_t{0};
}
int64_t derive_index(int64_t index, int64_t start, int64_t step) {
  return wrapping_add(start, wrapping_mul(index, step));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(language_arithmetic) {
  using namespace heddle::schema;
  add_arithmetic<Add>(table, "add");
  add_arithmetic<Sub>(table, "sub");
  add_arithmetic<Mul>(table, "mul");

  table.add("aten::div.int(int a, int b) -> float", boxed<&true_div>());
  table.add("aten::div.float(float a, float b) -> float", boxed<&true_div>());
  table.add("aten::div.complex(complex a, complex b) -> complex", boxed<&complex_div>());
  table.add("aten::div(Scalar a, Scalar b) -> float", boxed<&scalar_div>());

  table.add("aten::floordiv.int(int a, int b) -> int", boxed<&int_floordiv>());
  add_real(table, "floordiv", boxed<&real_floordiv>());
  table.add("aten::floordiv(Scalar a, Scalar b) -> Scalar", boxed<&scalar_floordiv>());
  table.add("aten::remainder.int(int a, int b) -> int", boxed<&int_remainder>());
  add_real(table, "remainder", boxed<&real_remainder>());
  table.add("aten::remainder(Scalar a, Scalar b) -> Scalar", boxed<&scalar_remainder>());
  table.add("aten::divmod.int(int x, int y) -> (int, int)", boxed<&int_divmod>());
  table.add("aten::divmod.float(float x, float y) -> (float, float)", boxed<&real_divmod>());
  table.add("aten::divmod.int_float(int x, float y) -> (float, float)", boxed<&real_divmod>());
  table.add("aten::divmod.float_int(float x, int y) -> (float, float)", boxed<&real_divmod>());

  add_real(table, "pow", boxed<&real_pow>(), true);
  table.add("aten::pow.complex(complex a, complex b) -> complex", boxed<&complex_pow>());
  table.add("aten::pow.complex_float(complex a, float b) -> complex", boxed<&complex_pow>());
  table.add("aten::pow.float_complex(float a, complex b) -> complex", boxed<&complex_pow>());
  table.add("aten::pow.int_to_int(int a, int b) -> int", boxed<&int_pow>());
  table.add("aten::pow.Scalar_Scalar(Scalar a, Scalar b) -> float", boxed<&scalar_pow>());

  add_extreme<true>(table, "max");
  add_extreme<false>(table, "min");
  table.add("prim::abs.int(int a) -> int", boxed<&int_abs>());
  table.add("prim::abs.float(float a) -> float", boxed<&real_abs>());
  table.add("prim::abs.complex(complex a) -> float", boxed<&complex_abs>());
  table.add("prim::abs.Scalar(Scalar a) -> Scalar", boxed<&scalar_abs>());
  table.add("aten::neg.int(int a) -> int", boxed<&int_neg>());
  table.add("aten::neg.float(float a) -> float", boxed<&real_neg>());
  table.add("aten::neg.complex(complex a) -> complex", boxed<&complex_neg>());
  table.add("aten::neg.Scalar(Scalar a) -> Scalar", boxed<&scalar_neg>());

  table.add("aten::gcd.int(int a, int b) -> int", boxed<&int_gcd>());
  table.add("aten::factorial.int(int a) -> int", boxed<&factorial>());
  table.add("aten::__and__.int(int a, int b) -> int", boxed<[](int64_t a, int64_t b) { return a & b; }>());
  table.add("aten::__or__.int(int a, int b) -> int", boxed<[](int64_t a, int64_t b) { return a | b; }>());
  table.add("aten::__xor__.int(int a, int b) -> int", boxed<[](int64_t a, int64_t b) { return a ^ b; }>());
  table.add("aten::__and__.bool(bool a, bool b) -> bool", boxed<[](bool a, bool b) { return a && b; }>());
  table.add("aten::__or__.bool(bool a, bool b) -> bool", boxed<[](bool a, bool b) { return a || b; }>());
  table.add("aten::__xor__.bool(bool a, bool b) -> bool", boxed<[](bool a, bool b) { return a != b; }>());
  table.add("aten::__lshift__.int(int a, int b) -> int", boxed<&shift_left>());
  table.add("aten::__rshift__.int(int a, int b) -> int", boxed<&shift_right>());

  table.add("aten::__round_to_zero_floordiv.int(int a, int b) -> int", boxed<&round_to_zero_div>());
  table.add("aten::__range_length(int lo, int hi, int step) -> int", boxed<&range_length>());
  table.add("aten::__derive_index(int index, int start, int step) -> int", boxed<&derive_index>());
}
