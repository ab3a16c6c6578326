// abs, neg, sign, rounding, and other functions that stay in their dtype.
#include <cmath>
#include <limits>
#include <numbers>

#include "ops/backend/complex.h"
#include "ops/common/copy.h"
#include "ops/elementwise/arithmetic_functions.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/names.h"
#include "ops/elementwise/rows.h"
#include "ops/elementwise/spec.h"
#include "ops/elementwise/unary.h"
#include "ops/shape/view.h"

namespace heddle::ops {
namespace {

struct NegOf {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_integral_v<T>) {
      return SubOf()(T(0), x);
    } else {
      return -x;
    }
  }
};
struct AbsOf {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>) {
      return std::fabs(x);
    } else if constexpr (std::is_signed_v<T>) {
      // Without a branch: the smallest number stays itself.
      using U = std::make_unsigned_t<T>;
      const auto sign = static_cast<U>(x >> (8 * sizeof(T) - 1));
      return static_cast<T>(static_cast<U>(static_cast<U>(x) ^ sign) - sign);
    } else {
      return x;
    }
  }
};
struct SignOf {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_same_v<T, bool>) {
      return x;
    } else if constexpr (std::is_integral_v<T>) {
      // By the sign bits of x and -x, as vectors compare no integers of 64 bits on older processors.
      using U = std::make_unsigned_t<T>;
      constexpr int kTop = 8 * sizeof(T) - 1;
      const auto bits = static_cast<U>(x);
      if constexpr (std::is_unsigned_v<T>) {
        return static_cast<T>(bits != 0);
      } else {
        const auto negative = static_cast<U>(U(0) - static_cast<U>(bits >> kTop));
        return static_cast<T>(negative | static_cast<U>(static_cast<U>(U(0) - bits) >> kTop));
      }
    } else {
      return x > T(0) ? T(1) : x < T(0) ? T(-1) : T(0);
    }
  }
};
struct Magnitude {
  template <class T>
  auto operator()(T x) const {
    if constexpr (std::is_same_v<T, Complex64>) {
      // Squares of float32 neither overflow nor vanish in float64.
      const double re = x.real();
      const double im = x.imag();
      const auto length = static_cast<float>(std::sqrt(re * re + im * im));
      constexpr float kInfinity = std::numeric_limits<float>::infinity();
      return std::fabs(x.real()) == kInfinity || std::fabs(x.imag()) == kInfinity ? kInfinity : length;
    } else {
      return std::abs(x);
    }
  }
};
struct SgnOf {
  template <class T>
  T operator()(T x) const {
    const auto magnitude = Magnitude()(x);
    return magnitude == 0 ? T(0) : x / magnitude;
  }
};
struct FloorOf {
  template <class T>
  T operator()(T x) const {
    return std::floor(x);
  }
};
struct CeilOf {
  template <class T>
  T operator()(T x) const {
    return std::ceil(x);
  }
};
struct TruncOf {
  template <class T>
  T operator()(T x) const {
    return std::trunc(x);
  }
};
struct RoundOf {
  template <class T>
  T operator()(T x) const {
    return std::nearbyint(x);
  }
};
struct FracOf {
  template <class T>
  T operator()(T x) const {
    return x - std::trunc(x);
  }
};
struct ConjOf {
  template <class T>
  T operator()(T x) const {
    return std::conj(x);
  }
};
struct AngleOf {
  template <class T>
  T operator()(T x) const {
    return std::isnan(x) ? x : x < 0 ? static_cast<T>(std::numbers::pi) : T(0);
  }
};

constexpr UnaryOperator kNeg{"neg", Promote::kCommon, unary_loops<NegOf>(NumberTypes{})};
constexpr UnaryOperator kAbs = vectorised<backend::abs_row>({"abs", Promote::kCommon, unary_loops<AbsOf>(RealTypes{})});
constexpr UnaryOperator kSign{"sign", Promote::kCommon, unary_loops<SignOf>(Join<RealTypes, BoolType>{})};
constexpr UnaryOperator kSgnComplex =
    vectorised_complex<&backend::complex_sign_row>({"sgn", Promote::kCommon, unary_loops<SgnOf>(ComplexTypes{})});
constexpr UnaryOperator kConj{"conj", Promote::kCommon, unary_loops<ConjOf>(ComplexTypes{})};
constexpr UnaryOperator kFloor = vectorised<backend::floor_row, backend::floor_row64>(
    {"floor", Promote::kCommon, unary_loops<FloorOf>(FloatTypes{})});
constexpr UnaryOperator kCeil =
    vectorised<backend::ceil_row, backend::ceil_row64>({"ceil", Promote::kCommon, unary_loops<CeilOf>(FloatTypes{})});
constexpr UnaryOperator kTrunc = vectorised<backend::trunc_row, backend::trunc_row64>(
    {"trunc", Promote::kCommon, unary_loops<TruncOf>(FloatTypes{})});
constexpr UnaryOperator kRound = vectorised<backend::round_row, backend::round_row64>(
    {"round", Promote::kCommon, unary_loops<RoundOf>(FloatTypes{})});
constexpr UnaryOperator kFrac =
    vectorised<backend::frac_row, backend::frac_row64>({"frac", Promote::kCommon, unary_loops<FracOf>(FloatTypes{})});

Result<Tensor> copy_of(const Tensor& self, const Out& out) {
  if (!out.given()) return clone(self);
  return out.deliver(self);
}

// A real result of complex numbers.
template <class F>
Result<Tensor> real_of_complex(const Tensor& self, const Out& out, const F& f) {
  Iterator it;
  it.output(out).input(self);
  it.output_dtype(real_dtype(self.dtype()));
  HEDDLE_TRY(it.build(Promote::kCommon));
  HEDDLE_TRY(dispatch<ComplexTypes>(self.dtype(), "abs", [&]<class T>() {
    it.run<typename T::value_type(T)>(f);
    return ok_status();
  }));
  return it.result();
}

Result<Tensor> sign(const Tensor& self, const Out& out) {
  HEDDLE_REQUIRE(!is_complex(self.dtype()),
                 "Unlike NumPy, torch.sign doesn't allow negative complex numbers: use torch.sgn for complex tensors");
  return run_unary(kSign, self, out);
}
Result<Tensor> sgn(const Tensor& self, const Out& out) {
  return is_complex(self.dtype()) ? run_unary(kSgnComplex, self, out) : run_unary(kSign, self, out);
}

// Integers are whole already.
template <const UnaryOperator& op>
Result<Tensor> rounded(const Tensor& self, const Out& out) {
  return is_integral(self.dtype()) ? copy_of(self, out) : run_unary(op, self, out);
}
Result<Tensor> round_decimals(const Tensor& self, int64_t decimals, const Out& out) {
  if (decimals == 0) return rounded<kRound>(self, out);
  Iterator it;
  it.output(out).input(self);
  HEDDLE_TRY(it.build(Promote::kCommon));
  const double power = std::pow(10.0, static_cast<double>(decimals < 0 ? -decimals : decimals));
  HEDDLE_TRY(dispatch<FloatTypes>(it.compute_dtype(), "round", [&]<class T>() {
    const T scale = static_cast<T>(power);
    UnaryCall<T> call;
    if constexpr (std::is_same_v<T, float>) {
      call.row = decimals < 0 ? &backend::round_to_multiple_row : &backend::round_to_part_row;
    } else {
      call.row = decimals < 0 ? &backend::round_to_multiple_row64 : &backend::round_to_part_row64;
    }
    call.parameters[0] = scale;
    it.run(&unary_call_loop<T>, &call);
    return ok_status();
  }));
  return it.result();
}
Result<Tensor> positive(const Tensor& self) {
  HEDDLE_REQUIRE(self.dtype() != DType::kBool, "The `+` operator, on a bool tensor is not supported.");
  return self;
}
Result<Tensor> conj_physical(const Tensor& self, const Out& out) {
  return is_complex(self.dtype()) ? run_unary(kConj, self, out) : copy_of(self, out);
}
Result<Tensor> angle(const Tensor& self, const Out& out) {
  if (is_complex(self.dtype())) {
    const Tensor parts = HEDDLE_TRY(view_as_real(self));
    return atan2(parts.select(self.dim(), 1), parts.select(self.dim(), 0), out);
  }
  Iterator it;
  it.output(out).input(self);
  HEDDLE_TRY(it.build(Promote::kFloat));
  HEDDLE_TRY(it.map_unary<FloatTypes>("angle", []<class T>(T x) -> T { return AngleOf()(x); }));
  return it.result();
}
Result<Tensor> abs_kernel(const Tensor& self, const Out& out) { return abs(self, out); }
Result<Tensor> neg_kernel(const Tensor& self, const Out& out) { return neg(self, out); }

}  // namespace

Result<Tensor> abs(const Tensor& self, const Out& out) {
  if (is_complex(self.dtype())) {
    HEDDLE_REQUIRE(!out.is_in_place(), "In-place abs is not supported for complex tensors.");
    return real_of_complex(self, out, Magnitude());
  }
  return run_unary(kAbs, self, out);
}
Result<Tensor> neg(const Tensor& self, const Out& out) {
  HEDDLE_REQUIRE(
      self.dtype() != DType::kBool,
      "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use "
      "the `~` or `logical_not()` operator instead.");
  return run_unary(kNeg, self, out);
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(unary_basic) {
  using namespace heddle::ops;
  add_unary<&abs_kernel>(table, {"abs", "absolute"});
  add_unary<&neg_kernel>(table, {"neg", "negative"});
  add_unary<&sign>(table, {"sign"});
  add_unary<&sgn>(table, {"sgn"});
  add_unary<&rounded<kFloor>>(table, {"floor"});
  add_unary<&rounded<kCeil>>(table, {"ceil"});
  add_unary<&rounded<kTrunc>>(table, {"trunc", "fix"});
  add_unary<&rounded<kRound>>(table, {"round"});
  add_unary<&unary<kFrac>>(table, {"frac"});
  add_unary<&conj_physical>(table, {"conj_physical"});
  add_forms<&round_decimals>(table, "aten::round.decimals(Tensor self, *, int decimals) -> Tensor",
                             {"round_.decimals", "round.decimals_out"});
  add_forms<&round_decimals>(table, "aten::special_round(Tensor self, *, int decimals=0) -> Tensor",
                             {.out = "special_round.out"});
  add_forms<&conj_physical>(table, "aten::_conj_physical(Tensor self) -> Tensor", {.out = "_conj_physical.out"});
  add_forms<&angle>(table, "aten::angle(Tensor self) -> Tensor", {.out = "angle.out"});
  table.add("aten::positive(Tensor(a) self) -> Tensor(a)", heddle::schema::boxed<&positive>());
  table.add("prim::abs(Tensor x) -> Tensor", functional<&abs_kernel>());
}
