// Division with rounding: div(rounding_mode), floor_divide, remainder, fmod.
#include <atomic>
#include <cmath>
#include <limits>

#include "ops/backend/fmod.h"
#include "ops/common/forms.h"
#include "ops/elementwise/arithmetic_functions.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/stages.h"

namespace heddle::ops {
namespace {

// of: an operation on integers; run: on rows of floats, by the exact rest of their division; quotient: on floats.
struct FloorDiv {
  template <class T>
  static T of(T a, T b) {
    return floored_quotient(a, b);
  }
  // Exact where a / b would round up to the next integer: Python's way.
  template <class T>
  static void run(const T* a, const T* b, T* out, int64_t n) {
    alignas(64) T quotient[kStageElements];
    backend::fmod_row(a, b, out, n);
    for (int64_t i = 0; i < n; ++i) {
      const T less = (out[i] != 0) & ((b[i] < 0) != (out[i] < 0)) ? T(1) : T(0);
      quotient[i] = (a[i] - out[i]) / b[i] - less;
      out[i] = quotient[i];
    }
    Stage<T>::floor(out, n);
    for (int64_t i = 0; i < n; ++i) {
      const T whole = quotient[i] - out[i] > T(0.5) ? out[i] + 1 : out[i];
      const T plain = a[i] / b[i];
      const T inexact = quotient[i] == 0 ? std::copysign(T(0), plain) : whole;
      out[i] = b[i] == 0 ? plain : inexact;
    }
  }
};
struct TruncDiv {
  template <class T>
  static T of(T a, T b) {
    return truncated_quotient(a, b);
  }
  template <class T>
  static T quotient(T a, T b) {
    // Adding this and taking it away leaves a whole number, at most one too large.
    constexpr T kWhole = T(int64_t{1} << (std::numeric_limits<T>::digits - 1));
    const T exact = a / b;
    const T size = std::fabs(exact);
    const T near = (size + kWhole) - kWhole;
    const T whole = near > size ? near - 1 : near;
    return size < kWhole ? std::copysign(whole, exact) : exact;
  }
};
struct Remainder {
  template <class T>
  static T of(T a, T b) {
    return floored_rest(a, b);
  }
  template <class T>
  static void run(const T* a, const T* b, T* out, int64_t n) {
    backend::fmod_row(a, b, out, n);
    for (int64_t i = 0; i < n; ++i) out[i] = (out[i] != 0) & ((b[i] < 0) != (out[i] < 0)) ? out[i] + b[i] : out[i];
  }
};
struct Fmod {
  template <class T>
  static T of(T a, T b) {
    return integer_rest(a, b);
  }
  template <class T>
  static void run(const T* a, const T* b, T* out, int64_t n) {
    backend::fmod_row(a, b, out, n);
  }
};

template <class Op, class T>
concept HasQuotient = requires(T x) {
  Op::quotient(x, x);
};

// Runs Op over the operands of `it`. An integer divisor of zero is an error, as in PyTorch, found while running.
template <class Op>
Result<Tensor> divide(Iterator& it, std::string_view name) {
  HEDDLE_TRY(it.build(Promote::kCommon));
  std::atomic<bool> by_zero = false;
  HEDDLE_TRY(dispatch<RealTypes>(it.compute_dtype(), name, [&]<class T>() {
    if constexpr (std::is_integral_v<T>) {
      it.run<T(T, T)>([&by_zero](T a, T b) -> T {
        if (b == 0) {
          // Relaxed: read only after the loop's threads have been joined.
          by_zero.store(true, std::memory_order_relaxed);
          return 0;
        }
        return Op::of(a, b);
      });
    } else if constexpr (HasQuotient<Op, T>) {
      it.run<T(T, T)>([](T a, T b) { return Op::quotient(a, b); });
    } else {
      it.run(&staged_loop<Op, T>, nullptr);
    }
    return ok_status();
  }));
  HEDDLE_REQUIRE_CODE(!by_zero, kRuntime, "ZeroDivisionError");
  return it.result();
}

template <class Op, class A, class B>
Result<Tensor> divide(const A& a, const B& b, const Out& out, std::string_view name) {
  Iterator it;
  it.output(out);
  const auto give = [&it](const auto& operand) {
    if constexpr (std::is_same_v<std::decay_t<decltype(operand)>, Tensor>) {
      it.input(operand);
    } else {
      it.number(operand);
    }
  };
  give(a);
  give(b);
  return divide<Op>(it, name);
}

template <class B>
Result<Tensor> divide_in_mode(const Tensor& self, const B& other, std::optional<std::string_view> mode,
                              const Out& out) {
  if (!mode) return div(self, other, out);
  if (*mode == "floor") return divide<FloorDiv>(self, other, out, "div_floor");
  if (*mode == "trunc") return divide<TruncDiv>(self, other, out, "div_trunc");
  return invalid("div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '", *mode, "'");
}

template <class Op>
Result<Tensor> by_tensor(const Tensor& self, const Tensor& other, const Out& out) {
  return divide<Op>(self, other, out, "div");
}
template <class Op>
Result<Tensor> by_number(const Tensor& self, const Scalar& other, const Out& out) {
  return divide<Op>(self, other, out, "div");
}
template <class Op>
Result<Tensor> number_by(const Scalar& self, const Tensor& other, const Out& out) {
  return divide<Op>(self, other, out, "div");
}
Result<Tensor> mode_by_tensor(const Tensor& self, const Tensor& other, std::optional<std::string_view> mode,
                              const Out& out) {
  return divide_in_mode(self, other, mode, out);
}
Result<Tensor> mode_by_number(const Tensor& self, const Scalar& other, std::optional<std::string_view> mode,
                              const Out& out) {
  return divide_in_mode(self, other, mode, out);
}

}  // namespace

Result<Tensor> div(const Tensor& self, const Tensor& other, std::optional<std::string_view> rounding_mode,
                   const Out& out) {
  return divide_in_mode(self, other, rounding_mode, out);
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(division) {
  using namespace heddle::ops;
  for (const std::string name : {"div", "divide"}) {
    add_forms<&mode_by_tensor>(
        table, concat("aten::", name, ".Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor"),
        {name + "_.Tensor_mode", name + ".out_mode"});
    add_forms<&mode_by_number>(
        table, concat("aten::", name, ".Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor"),
        {name + "_.Scalar_mode", name == "div" ? "div.Scalar_mode_out" : ""});
  }
  add_forms<&by_tensor<FloorDiv>>(table, "aten::floor_divide(Tensor self, Tensor other) -> Tensor",
                                  {"floor_divide_.Tensor", "floor_divide.out"});
  add_forms<&by_number<FloorDiv>>(table, "aten::floor_divide.Scalar(Tensor self, Scalar other) -> Tensor",
                                  {.in_place = "floor_divide_.Scalar"});
  add_forms<&by_tensor<Remainder>>(table, "aten::remainder.Tensor(Tensor self, Tensor other) -> Tensor",
                                   {"remainder_.Tensor", "remainder.Tensor_out"});
  add_forms<&by_number<Remainder>>(table, "aten::remainder.Scalar(Tensor self, Scalar other) -> Tensor",
                                   {"remainder_.Scalar", "remainder.Scalar_out"});
  add_forms<&number_by<Remainder>>(table, "aten::remainder.Scalar_Tensor(Scalar self, Tensor other) -> Tensor",
                                   {.out = "remainder.Scalar_Tensor_out"});
  add_forms<&by_tensor<Fmod>>(table, "aten::fmod.Tensor(Tensor self, Tensor other) -> Tensor",
                              {"fmod_.Tensor", "fmod.Tensor_out"});
  add_forms<&by_number<Fmod>>(table, "aten::fmod.Scalar(Tensor self, Scalar other) -> Tensor",
                              {"fmod_.Scalar", "fmod.Scalar_out"});
}
