// maximum, minimum, fmax, fmin, and the clamps.
#include <cmath>
#include <limits>

#include "ops/common/forms.h"
#include "ops/common/nan.h"
#include "ops/common/promotion.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/clamp.h"
#include "ops/elementwise/rows.h"
#include "ops/elementwise/spec.h"

namespace heddle::ops {
namespace {

// A nan on either side is the result.
struct Maximum {
  template <class T>
  T operator()(T a, T b) const {
    return (a > b) | is_nan(a) ? a : b;
  }
};
struct Minimum {
  template <class T>
  T operator()(T a, T b) const {
    return (a < b) | is_nan(a) ? a : b;
  }
};
// A nan is no candidate.
struct Fmax {
  template <class T>
  T operator()(T a, T b) const {
    return (a > b) | is_nan(b) ? a : b;
  }
};
struct Fmin {
  template <class T>
  T operator()(T a, T b) const {
    return (a < b) | is_nan(b) ? a : b;
  }
};
// A nan of either is the result; where the bounds cross, the upper one is.
struct ClampMin {
  template <class T>
  T operator()(T x, T low) const {
    return (x < low) | is_nan(low) ? low : x;
  }
};
struct ClampMax {
  template <class T>
  T operator()(T x, T high) const {
    return (x > high) | is_nan(high) ? high : x;
  }
};
struct Clamp {
  template <class T>
  T operator()(T x, T low, T high) const {
    // Selections one after another, which vectors do.
    const T raised = x < low ? low : x;
    const T kept = raised > high ? high : raised;
    const T bounded = is_nan(high) ? high : kept;
    return is_nan(low) ? low : bounded;
  }
};

using OrderedTypes = Join<RealTypes, BoolType>;

constexpr BinaryOperator kMaximum =
    vectorised<backend::maximum_row, Maximum>({"maximum", Promote::kCommon, binary_loops<Maximum>(OrderedTypes{})});
constexpr BinaryOperator kMinimum =
    vectorised<backend::minimum_row, Minimum>({"minimum", Promote::kCommon, binary_loops<Minimum>(OrderedTypes{})});
constexpr BinaryOperator kFmax{"fmax", Promote::kCommon, binary_loops<Fmax>(OrderedTypes{})};
constexpr BinaryOperator kFmin{"fmin", Promote::kCommon, binary_loops<Fmin>(OrderedTypes{})};
constexpr BinaryOperator kClampMin{"clamp_min", Promote::kCommon, binary_loops<ClampMin>(OrderedTypes{})};
constexpr BinaryOperator kClampMax{"clamp_max", Promote::kCommon, binary_loops<ClampMax>(OrderedTypes{})};

Status check_clamp(const Tensor& self, bool has_bound) {
  HEDDLE_REQUIRE(has_bound, "torch.clamp: At least one of 'min' or 'max' must not be None");
  HEDDLE_REQUIRE(!is_complex(self.dtype()), "clamp is not supported for complex types");
  return ok_status();
}

Result<Tensor> clamp_numbers(const Tensor& self, const std::optional<Scalar>& low, const std::optional<Scalar>& high,
                             const Out& out) {
  return clamp(self, low, high, out);
}
Result<Tensor> clamp_tensors(const Tensor& self, const std::optional<Tensor>& low, const std::optional<Tensor>& high,
                             const Out& out) {
  HEDDLE_TRY(check_clamp(self, low || high));
  if (!high) return run_binary(kClampMin, self, *low, out);
  if (!low) return run_binary(kClampMax, self, *high, out);
  Iterator it;
  it.output(out).input(self).input(*low).input(*high);
  HEDDLE_TRY(it.build(Promote::kCommon));
  HEDDLE_TRY(it.map_ternary<RealTypes>("clamp", Clamp()));
  return it.result();
}
// Between numbers that do not change the dtype.
Result<Tensor> clamp_in_dtype(const Tensor& self, const std::optional<Scalar>& low, const std::optional<Scalar>& high,
                              const Out& out) {
  Iterator it;
  it.output(out).input(self);
  HEDDLE_TRY(it.build(Promote::kCommon));
  HEDDLE_TRY(dispatch<RealTypes>(it.compute_dtype(), "clamp", [&]<class T>() {
    const T least = low ? low->to<T>() : T(0);
    const T most = high ? high->to<T>() : T(0);
    if (!high) {
      it.run<T(T)>([least](T x) { return ClampMin()(x, least); });
    } else if (!low) {
      it.run<T(T)>([most](T x) { return ClampMax()(x, most); });
    } else {
      // A bound that is nan is the result, whatever x.
      if (is_nan(least) || is_nan(most)) {
        it.run<T(T)>([least, most](T x) { return Clamp()(x, least, most); });
      } else {
        it.run<T(T)>([least, most](T x) {
          const T raised = x < least ? least : x;
          return raised > most ? most : raised;
        });
      }
    }
    return ok_status();
  }));
  return it.result();
}

template <const BinaryOperator& op>
Result<Tensor> clamp_one(const Tensor& self, const Scalar& bound, const Out& out) {
  HEDDLE_TRY(check_clamp(self, true));
  return run_binary(op, self, bound, out);
}

template <const BinaryOperator& op>
void add_clamp(schema::TableBuilder& table, const std::string& name, const std::string& bound) {
  add_forms<&clamp_one<op>>(table, concat("aten::", name, "(Tensor self, Scalar ", bound, ") -> Tensor"),
                            {name + "_", name + ".out"});
  add_forms<&binary<op>>(table, concat("aten::", name, ".Tensor(Tensor self, Tensor ", bound, ") -> Tensor"),
                         {name + "_.Tensor", name + ".Tensor_out"});
}

template <const BinaryOperator& op>
void add_extreme(schema::TableBuilder& table, const std::string& name) {
  add_forms<&binary<op>>(table, concat("aten::", name, "(Tensor self, Tensor other) -> Tensor"),
                         {.out = name + ".out"});
}

}  // namespace

Result<Tensor> maximum(const Tensor& self, const Tensor& other, const Out& out) {
  return run_binary(kMaximum, self, other, out);
}
Result<Tensor> minimum(const Tensor& self, const Tensor& other, const Out& out) {
  return run_binary(kMinimum, self, other, out);
}
Result<Tensor> clamp(const Tensor& self, const std::optional<Scalar>& low, const std::optional<Scalar>& high,
                     const Out& out) {
  HEDDLE_TRY(check_clamp(self, low || high));
  ResultType type;
  type.add(self);
  if (low) type.add(*low);
  if (high) type.add(*high);
  if (type.result() == self.dtype() && self.dtype() != DType::kFloat32) return clamp_in_dtype(self, low, high, out);
  Iterator it;
  it.output(out).input(self);
  if (low) it.number(*low);
  if (high) it.number(*high);
  HEDDLE_TRY(it.build(Promote::kCommon));
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float low_float = low ? low->to<float>() : -kInfinity;
  const float high_float = high ? high->to<float>() : kInfinity;
  if (it.compute_dtype() == DType::kFloat32 && !is_nan(low_float) && !is_nan(high_float)) {
    const UnaryCall<float> call{
        backend::clamp_row, {low_float, high_float}, size_t{2} + (low ? 1 : 0) + (high ? 1 : 0)};
    it.run(&unary_call_loop<float>, &call);
    return it.result();
  }
  if (!high) {
    HEDDLE_TRY(it.run(kClampMin.loops, kClampMin.name));
  } else if (!low) {
    HEDDLE_TRY(it.run(kClampMax.loops, kClampMax.name));
  } else {
    HEDDLE_TRY(it.map_ternary<RealTypes>("clamp", Clamp()));
  }
  return it.result();
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(extremes) {
  using namespace heddle::ops;
  add_extreme<kMaximum>(table, "maximum");
  add_extreme<kMinimum>(table, "minimum");
  add_extreme<kFmax>(table, "fmax");
  add_extreme<kFmin>(table, "fmin");
  add_forms<&binary<kMaximum>>(table, "aten::max.other(Tensor self, Tensor other) -> Tensor", {.out = "max.out"});
  add_forms<&binary<kMinimum>>(table, "aten::min.other(Tensor self, Tensor other) -> Tensor", {.out = "min.out"});
  for (const std::string name : {"clamp", "clip"}) {
    add_forms<&clamp_numbers>(table,
                              concat("aten::", name, "(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor"),
                              {name + "_", name + ".out"});
    add_forms<&clamp_tensors>(
        table, concat("aten::", name, ".Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor"),
        {name + "_.Tensor", name + ".Tensor_out"});
  }
  add_clamp<kClampMin>(table, "clamp_min", "min");
  add_clamp<kClampMax>(table, "clamp_max", "max");
}
