// isnan and its kin, nan_to_num.
#include <cmath>
#include <limits>

#include "ops/common/copy.h"
#include "ops/elementwise/names.h"
#include "ops/elementwise/spec.h"
#include "ops/elementwise/unary.h"

namespace heddle::ops {
namespace {

struct IsNan {
  template <class T>
  bool operator()(T x) const {
    return x != x;
  }
};
struct IsInf {
  template <class T>
  bool operator()(T x) const {
    if constexpr (is_complex_type<T>) {
      return std::isinf(x.real()) || std::isinf(x.imag());
    } else if constexpr (std::is_floating_point_v<T>) {
      return std::isinf(x);
    } else {
      return false;
    }
  }
};
struct IsFinite {
  template <class T>
  bool operator()(T x) const {
    if constexpr (is_complex_type<T>) {
      return std::isfinite(x.real()) && std::isfinite(x.imag());
    } else if constexpr (std::is_floating_point_v<T>) {
      return std::isfinite(x);
    } else {
      return true;
    }
  }
};
struct IsPosInf {
  template <class T>
  bool operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>) {
      return x == std::numeric_limits<T>::infinity();
    } else {
      return false;
    }
  }
};
struct IsNegInf {
  template <class T>
  bool operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>) {
      return x == -std::numeric_limits<T>::infinity();
    } else {
      return false;
    }
  }
};
struct IsReal {
  template <class T>
  bool operator()(T x) const {
    if constexpr (is_complex_type<T>) {
      return x.imag() == 0;
    } else {
      return true;
    }
  }
};
struct SignBit {
  template <class T>
  bool operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>) {
      return std::signbit(x);
    } else if constexpr (std::is_signed_v<T>) {
      return x < 0;
    } else {
      return false;
    }
  }
};

using OrderedTypes = Join<RealTypes, BoolType>;
template <class F, class Set = LoopTypes>
constexpr UnaryOperator predicate(std::string_view name) {
  return {name, Promote::kCommon, unary_predicate_loops<F>(Set{}), DType::kBool};
}
constexpr UnaryOperator kIsNan = predicate<IsNan>("isnan");
constexpr UnaryOperator kIsInf = predicate<IsInf>("isinf");
constexpr UnaryOperator kIsFinite = predicate<IsFinite>("isfinite");
constexpr UnaryOperator kIsReal = predicate<IsReal>("isreal");
constexpr UnaryOperator kIsPosInf = predicate<IsPosInf, OrderedTypes>("isposinf");
constexpr UnaryOperator kIsNegInf = predicate<IsNegInf, OrderedTypes>("isneginf");
constexpr UnaryOperator kSignBit = predicate<SignBit, OrderedTypes>("signbit");

struct Largest {
  double high;
  double low;
};
// The largest and smallest finite numbers of a floating dtype.
Largest largest_of(DType dtype) {
  switch (dtype) {
    case DType::kFloat16:
      return {65504.0, -65504.0};
    case DType::kBFloat16:
      return {0x1.fep127, -0x1.fep127};
    case DType::kFloat64:
    case DType::kComplex128:
      return {std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()};
    default:
      return {std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()};
  }
}

template <class T>
T replaced(T x, T nan, T high, T low) {
  if (x != x) return nan;
  if (x == std::numeric_limits<T>::infinity()) return high;
  return x == -std::numeric_limits<T>::infinity() ? low : x;
}

Result<Tensor> nan_to_num(const Tensor& self, std::optional<double> nan, std::optional<double> posinf,
                          std::optional<double> neginf, const Out& out) {
  if (is_integral_or_bool(self.dtype())) {
    if (out.given()) return out.deliver(self);
    return clone(self);
  }
  const Largest largest = largest_of(self.dtype());
  Iterator it;
  it.output(out).input(self);
  HEDDLE_TRY(it.build(Promote::kCommon));
  HEDDLE_TRY(dispatch<Join<FloatTypes, ComplexTypes>>(it.compute_dtype(), "nan_to_num", [&]<class T>() {
    using Real = decltype(std::real(T()));
    const Real n = static_cast<Real>(nan.value_or(0));
    const Real high = static_cast<Real>(posinf.value_or(largest.high));
    const Real low = static_cast<Real>(neginf.value_or(largest.low));
    it.run<T(T)>([=](T x) {
      if constexpr (is_complex_type<T>) {
        return T(replaced(x.real(), n, high, low), replaced(x.imag(), n, high, low));
      } else {
        return replaced(x, n, high, low);
      }
    });
    return ok_status();
  }));
  return it.result();
}

template <const UnaryOperator& op>
void add_predicate(schema::TableBuilder& table, const std::string& name, const std::string& out = "") {
  add_forms<&unary<op>>(table, concat("aten::", name, "(Tensor self) -> Tensor"), {.out = out});
}

}  // namespace

Result<Tensor> isnan(const Tensor& self) { return run_unary(kIsNan, self, {}); }

}  // namespace heddle::ops

HEDDLE_OPERATORS(predicates) {
  using namespace heddle::ops;
  add_predicate<kIsNan>(table, "isnan", "isnan.out");
  add_predicate<kIsInf>(table, "isinf", "isinf.out");
  add_predicate<kIsFinite>(table, "isfinite");
  add_predicate<kIsReal>(table, "isreal");
  add_predicate<kIsPosInf>(table, "isposinf", "isposinf.out");
  add_predicate<kIsNegInf>(table, "isneginf", "isneginf.out");
  add_predicate<kSignBit>(table, "signbit", "signbit.out");
  add_forms<&nan_to_num>(
      table, "aten::nan_to_num(Tensor self, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor",
      {"nan_to_num_", "nan_to_num.out"});
}
