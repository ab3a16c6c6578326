#include "ops/index/reduction.h"

#include <algorithm>
#include <limits>

#include "ops/common/copy.h"
#include "ops/common/iterator.h"

namespace heddle::ops {
namespace {

// What leaves every value as it is when it is combined with it.
Scalar neutral(Reduce reduce, DType dtype) {
  if (reduce == Reduce::kMultiply) return 1;
  if (reduce == Reduce::kAdd || reduce == Reduce::kAssign) return 0;
  const bool lowest = reduce == Reduce::kMax;
  if (is_floating(dtype)) {
    const double infinity = std::numeric_limits<double>::infinity();
    return lowest ? -infinity : infinity;
  }
  if (dtype == DType::kBool) return !lowest;
  if (dtype == DType::kUInt8) return lowest ? 0 : 255;
  const int bits = static_cast<int>(element_size(dtype)) * 8 - 1;
  const int64_t most = bits == 63 ? std::numeric_limits<int64_t>::max() : (int64_t{1} << bits) - 1;
  return lowest ? -most - 1 : most;
}

// target /= counts, rounding down for integers.
Status divide(const Tensor& target, const Tensor& counts) {
  Iterator it;
  it.output(Out::in_place(target)).input(target).plain_input(counts);
  HEDDLE_TRY(it.build(Promote::kNone));
  return dispatch<NumberTypes>(it.compute_dtype(), "scatter_reduce_mean", [&]<class T>() {
    it.run<T(T, int64_t)>([](T sum, int64_t count) -> T {
      if constexpr (std::is_integral_v<T>) {
        const auto wide = static_cast<int64_t>(sum);
        return static_cast<T>(wide / count - (wide % count < 0));
      } else if constexpr (is_complex_type<T>) {
        return sum / static_cast<typename T::value_type>(count);
      } else {
        return sum / static_cast<T>(count);
      }
    });
    return ok_status();
  });
}

}  // namespace

Result<Reduction> reduction_named(std::string_view name, std::initializer_list<std::string_view> known,
                                  bool include_self) {
  std::string names;
  for (std::string_view each : known) names += concat(names.empty() ? "" : ", ", each);
  HEDDLE_REQUIRE(std::find(known.begin(), known.end(), name) != known.end(), "reduce argument must be one of ", names,
                 ", but got ", quoted(name));
  Reduction reduction{Reduce::kAdd, name == "mean", include_self};
  if (name == "prod") reduction.reduce = Reduce::kMultiply;
  if (name == "amax") reduction.reduce = Reduce::kMax;
  if (name == "amin") reduction.reduce = Reduce::kMin;
  return reduction;
}

Status reduce_at(const Tensor& target, const Tensor& view, const Tensor& values, const Tensor& offsets,
                 const Reduction& reduction, std::string_view name) {
  if (!reduction.include_self) {
    const Tensor start = HEDDLE_TRY(Tensor::scalar(neutral(reduction.reduce, target.dtype()), target.dtype()));
    HEDDLE_TRY(write_at(view, start, offsets, Reduce::kAssign, name));
  }
  HEDDLE_TRY(write_at(view, values, offsets, reduction.reduce, name));
  if (!reduction.mean) return ok_status();
  // Counts lie as the target does, in elements of eight bytes, so its offsets serve them after scaling.
  const Tensor counts = HEDDLE_TRY(Tensor::empty_strided(target.sizes(), target.strides(), DType::kInt64));
  HEDDLE_TRY(fill(counts, reduction.include_self ? 1 : 0));
  const Tensor counts_view = counts.alias(view.sizes(), view.strides(), counts.offset());
  const int64_t bytes = element_size(target.dtype());
  Iterator scaled;
  scaled.output(Out()).input(offsets);
  HEDDLE_TRY(scaled.build(Promote::kSame));
  scaled.run<int64_t(int64_t)>([bytes](int64_t offset) { return offset / bytes * int64_t{sizeof(int64_t)}; });
  const Tensor one = HEDDLE_TRY(Tensor::scalar(1, DType::kInt64));
  HEDDLE_TRY(write_at(counts_view, one, scaled.result(), Reduce::kAdd, name));
  if (!reduction.include_self) {
    // Elements that met no value are divided by one.
    Iterator at_least_one;
    at_least_one.output(Out::in_place(counts)).input(counts);
    HEDDLE_TRY(at_least_one.build(Promote::kSame));
    at_least_one.run<int64_t(int64_t)>([](int64_t count) { return std::max<int64_t>(count, 1); });
  }
  return divide(target, counts);
}

}  // namespace heddle::ops
