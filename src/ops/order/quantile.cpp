// Quantiles of lines, with and without nans.
#include <cmath>
#include <limits>

#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/order/lines.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

enum class Between { kLinear, kLower, kHigher, kMidpoint, kNearest };

Result<Between> between_of(std::string_view name) {
  if (name == "linear") return Between::kLinear;
  if (name == "lower") return Between::kLower;
  if (name == "higher") return Between::kHigher;
  if (name == "midpoint") return Between::kMidpoint;
  if (name == "nearest") return Between::kNearest;
  return invalid("quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got ", name);
}

// The value at place q (0 .. 1) of n ascending numbers.
template <class T>
T value_at(const T* sorted, int64_t n, T q, Between between) {
  T place = q * static_cast<T>(n - 1);
  if (between == Between::kLower) place = std::floor(place);
  if (between == Between::kHigher) place = std::ceil(place);
  if (between == Between::kNearest) place = std::nearbyint(place);
  const T low = sorted[std::min(static_cast<int64_t>(std::floor(place)), n - 1)];
  const T high = sorted[std::min(static_cast<int64_t>(std::ceil(place)), n - 1)];
  const T weight = between == Between::kMidpoint ? T(0.5) : place - std::floor(place);
  if (low == high) return low;
  return weight < T(0.5) ? low + weight * (high - low) : high - (high - low) * (T(1) - weight);
}

// out [line, quantile]: each of the quantiles of each line; nans are left out or decide.
template <class T>
Status quantiles_of_lines(const LineGroup& lines, const Tensor& q, Between between, bool skips_nan, const Tensor& out) {
  const int64_t count = q.numel();
  for (int64_t i = 0; i < count; ++i) {
    const T place = q.data<T>()[i];
    HEDDLE_REQUIRE(place >= 0 && place <= 1, "quantile() q values must be in the range [0, 1], but one is ",
                   static_cast<double>(place));
  }
  lines.each([&](int64_t line) {
    T* const begin = lines.data.data<T>() + line * lines.length;
    T* const end = begin + lines.length;
    std::sort(begin, end, &orders_before<T>);  // nans last
    const int64_t numbers = std::find_if(begin, end, [](T x) { return x != x; }) - begin;
    const bool none = numbers == 0 || (!skips_nan && numbers < lines.length);
    for (int64_t i = 0; i < count; ++i) {
      out.data<T>()[line * count + i] =
          none ? std::numeric_limits<T>::quiet_NaN() : value_at(begin, numbers, q.data<T>()[i], between);
    }
  });
  return ok_status();
}

Result<Tensor> quantiles(const char* name, const Tensor& self, const Tensor& q0, std::optional<int64_t> dim,
                         bool keepdim, std::string_view interpolation, bool skips_nan) {
  const Between between = HEDDLE_TRY(between_of(interpolation));
  HEDDLE_REQUIRE(self.numel() > 0, name, "() input tensor must be non-empty");
  HEDDLE_REQUIRE(q0.dim() <= 1, name, "() q must be a scalar or 1D tensor");
  HEDDLE_REQUIRE(self.dtype() == DType::kFloat32 || self.dtype() == DType::kFloat64, name,
                 "() input tensor must be either float or double dtype");
  HEDDLE_REQUIRE(self.dtype() == q0.dtype(), name, "() q tensor must be same dtype as the input tensor");
  const Tensor flat = dim ? self : HEDDLE_TRY(reshape(self, Dims{self.numel()}));
  LineGroup lines = HEDDLE_TRY(lines_along(flat, dim.value_or(0), self.dtype()));
  lines.data = HEDDLE_TRY(clone(lines.data, MemoryFormat::kContiguous));
  const Tensor q = HEDDLE_TRY(contiguous(q0));
  Dims sizes = self.sizes();
  if (!dim) sizes = Dims(keepdim ? sizes.size() : 0, 1);
  if (dim && !sizes.empty()) {
    if (keepdim) {
      sizes[static_cast<size_t>(lines.dim)] = 1;
    } else {
      sizes.erase(static_cast<size_t>(lines.dim));
    }
  }
  if (q.dim() == 1) sizes.push_back(q.numel());
  const Tensor result = HEDDLE_TRY(Tensor::empty(sizes, self.dtype()));
  HEDDLE_TRY(dispatch<FloatTypes>(
      self.dtype(), name, [&]<class T>() { return quantiles_of_lines<T>(lines, q, between, skips_nan, result); }));
  // The quantiles come first.
  return q.dim() == 1 ? movedim(result, Dims{-1}, Dims{0}) : Result<Tensor>(result);
}

using Dim = std::optional<int64_t>;
template <bool skips_nan>
Result<Tensor> quantile(const Tensor& self, const Tensor& q, Dim dim, bool keepdim, std::string_view interpolation) {
  return quantiles(skips_nan ? "nanquantile" : "quantile", self, q, dim, keepdim, interpolation, skips_nan);
}
template <bool skips_nan>
Result<Tensor> quantile_number(const Tensor& self, double q, Dim dim, bool keepdim, std::string_view interpolation) {
  HEDDLE_REQUIRE(q >= 0 && q <= 1, "quantile() q must be in the range [0, 1] but got ", q);
  return quantile<skips_nan>(self, HEDDLE_TRY(Tensor::scalar(q, self.dtype())), dim, keepdim, interpolation);
}

template <bool skips_nan>
void add_quantile(schema::TableBuilder& table, const std::string& name) {
  constexpr std::string_view kRest = "int? dim=None, bool keepdim=False, *, str interpolation=\"linear\") -> Tensor";
  add_with_out(table, concat("aten::", name, "(Tensor self, Tensor q, ", kRest), boxed<&quantile<skips_nan>>(),
               name + ".out");
  add_with_out(table, concat("aten::", name, ".scalar(Tensor self, float q, ", kRest),
               boxed<&quantile_number<skips_nan>>(), name + ".scalar_out");
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(quantile) {
  using namespace heddle::ops;
  add_quantile<false>(table, "quantile");
  add_quantile<true>(table, "nanquantile");
}
