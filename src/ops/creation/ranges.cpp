// arange, range, linspace, logspace.
#include <cmath>

#include "ops/common/promotion.h"
#include "ops/creation/creation.h"
#include "ops/creation/factory.h"

namespace heddle::ops {
namespace {

// The number of elements from start to end, or an error; `last` tells whether end itself belongs to it.
Result<int64_t> count_steps(const Scalar& start, const Scalar& end, const Scalar& step, bool integral, bool last) {
  const double from = start.to_double();
  const double to = end.to_double();
  const double by = step.to_double();
  HEDDLE_REQUIRE(by != 0, "step must be nonzero");
  HEDDLE_REQUIRE(std::isfinite(from) && std::isfinite(to), "unsupported range: ", from, " -> ", to);
  HEDDLE_REQUIRE((by > 0 && to >= from) || (by < 0 && to <= from),
                 "upper bound and larger bound inconsistent with step sign");
  double count = (to - from) / by;
  if (integral) {
    // In integers where the bounds are: doubles would lose the low bits of large ones.
    HEDDLE_REQUIRE(step.to_int() != 0, "step must be nonzero");
    count = static_cast<double>(end.to_int() - start.to_int()) / static_cast<double>(step.to_int());
  }
  count = last ? std::floor(count) + 1 : std::ceil(count);
  HEDDLE_REQUIRE(count >= 0 && count < 9.2e18, "invalid size, possible overflow?");
  return static_cast<int64_t>(count);
}

Result<Tensor> stepped(DType dtype, const Scalar& start, const Scalar& end, const Scalar& step, bool last) {
  const bool integral = dtype == DType::kInt64;
  const int64_t count = HEDDLE_TRY(count_steps(start, end, step, integral, last));
  const Tensor t = HEDDLE_TRY(Tensor::empty(Dims{count}, dtype));
  if (is_integral(dtype)) {
    const auto from = static_cast<uint64_t>(start.to_int());
    const auto by = static_cast<uint64_t>(step.to_int());
    HEDDLE_TRY(fill_by_index<IntTypes>(
        t, "arange", [&](int64_t i) { return static_cast<int64_t>(from + by * static_cast<uint64_t>(i)); }));
  } else {
    HEDDLE_TRY(fill_by_index<AllFloatTypes>(t, "arange", [from = start.to_double(), by = step.to_double()](int64_t i) {
      return from + by * static_cast<double>(i);
    }));
  }
  return t;
}

bool all_integral(const Scalar& a, const Scalar& b, const Scalar& c) {
  return a.is_integral_or_bool() && b.is_integral_or_bool() && c.is_integral_or_bool();
}

Result<Tensor> arange_step(std::optional<DType> dtype, const Scalar& start, const Scalar& end, const Scalar& step) {
  return stepped(dtype.value_or(all_integral(start, end, step) ? DType::kInt64 : kDefaultDType), start, end, step,
                 false);
}
Result<Tensor> arange_start(std::optional<DType> dtype, const Scalar& start, const Scalar& end) {
  return arange_step(dtype, start, end, 1);
}
Result<Tensor> arange_end(std::optional<DType> dtype, const Scalar& end) { return arange_step(dtype, 0, end, 1); }

Result<Tensor> range_step(std::optional<DType> dtype, const Scalar& start, const Scalar& end, const Scalar& step) {
  return stepped(dtype.value_or(kDefaultDType), start, end, step, true);
}
Result<Tensor> range_start(std::optional<DType> dtype, const Scalar& start, const Scalar& end) {
  return range_step(dtype, start, end, 1);
}

Result<Tensor> spaced(std::optional<DType> dtype, const Scalar& start, const Scalar& end, int64_t steps) {
  HEDDLE_REQUIRE(steps >= 0, "number of steps must be non-negative");
  const bool complex = start.is_complex() || end.is_complex();
  const DType result = dtype.value_or(complex ? default_complex_dtype() : kDefaultDType);
  HEDDLE_REQUIRE(!complex || is_complex(result), "linspace with complex bounds needs a complex dtype, but got ",
                 python_name(result));
  return Tensor::empty(Dims{steps}, result);
}

// Element i of n from start to end, counted from the nearer end so that both are exact.
template <class T>
T between(T start, T end, int64_t i, int64_t n) {
  if (n == 1) return start;
  const T step = (end - start) / static_cast<double>(n - 1);
  return i < n / 2 ? start + step * static_cast<double>(i) : end - step * static_cast<double>(n - 1 - i);
}

// Bounds of integer results are cut to integers first.
double bound(const Scalar& value, DType dtype) {
  return is_integral_or_bool(dtype) ? static_cast<double>(value.to_int()) : value.to_double();
}

Result<Tensor> linspace(std::optional<DType> dtype, const Scalar& start, const Scalar& end, int64_t steps) {
  const Tensor t = HEDDLE_TRY(spaced(dtype, start, end, steps));
  if (is_complex(t.dtype())) {
    HEDDLE_TRY(fill_by_index<ComplexTypes>(
        t, "linspace",
        [a = start.to_complex(), b = end.to_complex(), steps](int64_t i) { return between(a, b, i, steps); }));
  } else {
    HEDDLE_TRY(fill_by_index<AllRealTypes>(t, "linspace",
                                           [a = bound(start, t.dtype()), b = bound(end, t.dtype()), steps](int64_t i) {
                                             return between(a, b, i, steps);
                                           }));
  }
  return t;
}

Result<Tensor> logspace(std::optional<DType> dtype, const Scalar& start, const Scalar& end, int64_t steps,
                        double base) {
  const Tensor t = HEDDLE_TRY(spaced(dtype, start, end, steps));
  if (is_complex(t.dtype())) {
    HEDDLE_TRY(fill_by_index<ComplexTypes>(t, "logspace",
                                           [a = start.to_complex(), b = end.to_complex(), steps, base](int64_t i) {
                                             return std::pow(Complex128(base), between(a, b, i, steps));
                                           }));
  } else {
    HEDDLE_TRY(fill_by_index<AllRealTypes>(
        t, "logspace", [a = bound(start, t.dtype()), b = bound(end, t.dtype()), steps, base](int64_t i) {
          return std::pow(base, between(a, b, i, steps));
        }));
  }
  return t;
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(ranges) {
  using namespace heddle::ops;
  add_factory<&arange_end>(table, {"arange", "Scalar end", "arange.out"});
  add_factory<&arange_start>(table, {"arange.start", "Scalar start, Scalar end"});
  add_factory<&arange_step>(table,
                            {"arange.start_step", "Scalar start, Scalar end, Scalar step=1", "arange.start_out"});
  add_factory<&range_step>(table, {"range.step", "Scalar start, Scalar end, Scalar step=1", "range.out"});
  add_factory<&range_start>(table, {"range", "Scalar start, Scalar end", "range.out_"});
  add_factory<&linspace>(table, {"linspace", "Scalar start, Scalar end, int steps", "linspace.out"});
  add_factory<&logspace>(table, {"logspace", "Scalar start, Scalar end, int steps, float base=10.", "logspace.out"});
}
