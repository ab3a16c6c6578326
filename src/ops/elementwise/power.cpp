// pow, float_power, square, ldexp.
#include <cmath>

#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/common/promotion.h"
#include "ops/elementwise/arithmetic_functions.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/spec.h"

namespace heddle::ops {
namespace {

struct PowOf {
  template <class T>
  T operator()(T base, T exponent) const {
    if constexpr (std::is_integral_v<T>) {
      if constexpr (std::is_signed_v<T>) {
        // 1 / base ** -exponent, rounded towards zero.
        if (exponent < 0) return base == 1 ? T(1) : base == -1 ? static_cast<T>(exponent % 2 ? -1 : 1) : T(0);
      }
      T result = 1;
      for (; exponent; exponent = static_cast<T>(exponent >> 1), base = MulOf()(base, base)) {
        if (exponent & 1) result = MulOf()(result, base);
      }
      return result;
    } else {
      return std::pow(base, exponent);
    }
  }
};
constexpr BinaryOperator kPow{"pow", Promote::kCommon, binary_loops<PowOf>(NumberTypes{})};

// Powers that a multiplication or two give, exactly as PyTorch does them. False when `exponent` is none of these.
template <class T>
bool run_small_power(const Iterator& it, double exponent) {
  const auto run = [&](auto f) {
    it.run<T(T, T)>([f](T x, T) { return f(x); });
    return true;
  };
  if (exponent == 2) return run([](T x) { return MulOf()(x, x); });
  if (exponent == 3) return run([](T x) { return MulOf()(MulOf()(x, x), x); });
  if constexpr (std::is_floating_point_v<T>) {
    if (exponent == 0.5) return run([](T x) { return std::sqrt(x); });
    if (exponent == -0.5) return run([](T x) { return T(1) / std::sqrt(x); });
    if (exponent == -1) return run([](T x) { return T(1) / x; });
    if (exponent == -2) return run([](T x) { return T(1) / (x * x); });
  }
  return false;
}

Status check_integer_exponent(DType base, const Scalar& exponent) {
  HEDDLE_REQUIRE(!is_integral_or_bool(base) || !exponent.is_int() || exponent.to_int() >= 0,
                 "Integers to negative integer powers are not allowed.");
  return ok_status();
}

Result<Tensor> pow_number(const Tensor& self, const Scalar& exponent, const Out& out) {
  return pow(self, exponent, out);
}
Result<Tensor> pow_tensor(const Tensor& self, const Tensor& exponent, const Out& out) {
  return pow(self, exponent, out);
}
Result<Tensor> number_pow(const Scalar& self, const Tensor& exponent, const Out& out) {
  return run_binary(kPow, self, exponent, out);
}

// float_power computes in double, whatever it is given.
DType wide(bool complex) { return complex ? DType::kComplex128 : DType::kFloat64; }
Scalar wide(const Scalar& number) { return number.is_complex() ? number : Scalar(number.to_double()); }
Status check_wide_out(const Out& out, DType dtype) {
  HEDDLE_REQUIRE(!out.given() || out.tensor().dtype() == dtype, "the base given to float_power_ has dtype ",
                 dtype_name(out.given() ? out.tensor().dtype() : dtype), " but the operation's result requires dtype ",
                 dtype_name(dtype));
  return ok_status();
}
Result<Tensor> float_power_tensors(const Tensor& self, const Tensor& exponent, const Out& out) {
  const DType dtype = wide(is_complex(self.dtype()) || is_complex(exponent.dtype()));
  HEDDLE_TRY(check_wide_out(out, dtype));
  return pow(HEDDLE_TRY(to_dtype(self, dtype)), HEDDLE_TRY(to_dtype(exponent, dtype)), out);
}
Result<Tensor> float_power_number(const Tensor& self, const Scalar& exponent, const Out& out) {
  const DType dtype = wide(is_complex(self.dtype()) || exponent.is_complex());
  HEDDLE_TRY(check_wide_out(out, dtype));
  return pow(HEDDLE_TRY(to_dtype(self, dtype)), wide(exponent), out);
}
Result<Tensor> number_float_power(const Scalar& self, const Tensor& exponent, const Out& out) {
  const DType dtype = wide(self.is_complex() || is_complex(exponent.dtype()));
  HEDDLE_TRY(check_wide_out(out, dtype));
  return run_binary(kPow, wide(self), HEDDLE_TRY(to_dtype(exponent, dtype)), out);
}

Result<Tensor> square(const Tensor& self, const Out& out) { return pow(self, 2, out); }

// self * 2 ** other
Result<Tensor> ldexp(const Tensor& self, const Tensor& other, const Out& out) {
  return mul(self, HEDDLE_TRY(run_binary(kPow, Scalar(2.0), other, {})), out);
}

}  // namespace

Result<Tensor> pow(const Tensor& self, const Tensor& exponent, const Out& out) {
  return run_binary(kPow, self, exponent, out);
}

Result<Tensor> pow(const Tensor& self, const Scalar& exponent, const Out& out) {
  HEDDLE_TRY(check_integer_exponent(self.dtype(), exponent));
  Iterator it;
  it.output(out).input(self).number(exponent);
  HEDDLE_TRY(it.build(Promote::kCommon));
  bool done = false;
  if (!exponent.is_complex()) {
    HEDDLE_TRY(dispatch<NumberTypes>(it.compute_dtype(), "pow", [&]<class T>() {
      done = run_small_power<T>(it, exponent.to_double());
      return ok_status();
    }));
  }
  if (!done) HEDDLE_TRY(it.run(kPow.loops, kPow.name));
  return it.result();
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(power) {
  using namespace heddle::ops;
  add_forms<&pow_tensor>(table, "aten::pow.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor",
                         {"pow_.Tensor", "pow.Tensor_Tensor_out"});
  add_forms<&pow_number>(table, "aten::pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor",
                         {"pow_.Scalar", "pow.Tensor_Scalar_out"});
  add_forms<&number_pow>(table, "aten::pow.Scalar(Scalar self, Tensor exponent) -> Tensor", {.out = "pow.Scalar_out"});
  add_forms<&float_power_tensors>(table, "aten::float_power.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor",
                                  {"float_power_.Tensor", "float_power.Tensor_Tensor_out"});
  add_forms<&float_power_number>(table, "aten::float_power.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor",
                                 {"float_power_.Scalar", "float_power.Tensor_Scalar_out"});
  add_forms<&number_float_power>(table, "aten::float_power.Scalar(Scalar self, Tensor exponent) -> Tensor",
                                 {.out = "float_power.Scalar_out"});
  add_forms<&square>(table, "aten::square(Tensor self) -> Tensor", {"square_", "square.out"});
  add_forms<&ldexp>(table, "aten::ldexp.Tensor(Tensor self, Tensor other) -> Tensor", {"ldexp_", "ldexp.out"});
}
