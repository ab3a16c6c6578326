// Histograms over any number of dimensions: counts, or sums of weights, of points in a grid of bins.
#include <algorithm>
#include <cmath>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/with_out.h"
#include "ops/elementwise/binary.h"
#include "ops/reduce/reduce.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Edges = std::vector<Tensor>;
using Range = std::optional<std::vector<double>>;
using Weight = std::optional<Tensor>;

// The points as [count, dimensions].
Result<Tensor> points_of(const Tensor& self) {
  HEDDLE_REQUIRE(self.dim() >= 2, "torch.histogramdd: input tensor should have at least 2 dimensions");
  HEDDLE_REQUIRE(self.dtype() == DType::kFloat32 || self.dtype() == DType::kFloat64,
                 "\"histogramdd\" not implemented for '", dtype_name(self.dtype()), "'");
  const int64_t dimensions = self.size(self.dim() - 1);
  int64_t count = 1;
  for (int64_t d = 0; d + 1 < self.dim(); ++d) count *= self.size(d);
  return contiguous(HEDDLE_TRY(reshape(self, Dims{count, dimensions})));
}

// One weight a point.
Result<Weight> weights_of(const Tensor& self, const Weight& weight) {
  if (!weight) return Weight();
  HEDDLE_REQUIRE(weight->dtype() == self.dtype(),
                 "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same "
                 "dtype");
  const Dims sizes(self.sizes().span().first(static_cast<size_t>(self.dim() - 1)));
  HEDDLE_REQUIRE(weight->sizes() == sizes,
                 "torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor "
                 "excluding its innermost dimension, but got input with shape ",
                 to_text(self.sizes()), " and weight with shape ", to_text(weight->sizes()));
  return Weight(HEDDLE_TRY(contiguous(*weight)));
}

struct Interval {
  double low;
  double high;
};

Result<Interval> interval_of(const Tensor& points, int64_t dimension, const Range& range) {
  Interval interval{0, 1};
  if (range) {
    interval = {(*range)[static_cast<size_t>(2 * dimension)], (*range)[static_cast<size_t>(2 * dimension + 1)]};
  } else if (points.numel() > 0) {
    const Tensor column = points.select(1, dimension);
    interval = {HEDDLE_TRY(item(HEDDLE_TRY(amin(column)))).to_double(),
                HEDDLE_TRY(item(HEDDLE_TRY(amax(column)))).to_double()};
  }
  HEDDLE_REQUIRE(std::isfinite(interval.low) && std::isfinite(interval.high), "torch.histogramdd: dimension ",
                 dimension, "'s range [", interval.low, ", ", interval.high, "] is not finite");
  HEDDLE_REQUIRE(interval.low <= interval.high, "torch.histogramdd: min should not exceed max, but got min ",
                 interval.low, " max ", interval.high, " for dimension ", dimension);
  if (interval.low == interval.high) return Interval{interval.low - 0.5, interval.high + 0.5};
  return interval;
}

// As torch.linspace: from both ends towards the middle.
template <class T>
void fill_edges(T* edges, int64_t bins, Interval interval) {
  const auto low = static_cast<T>(interval.low);
  const auto high = static_cast<T>(interval.high);
  const T step = (high - low) / static_cast<T>(bins);
  const int64_t half = (bins + 1) / 2;
  for (int64_t i = 0; i <= bins; ++i) {
    edges[i] = i < half ? low + step * static_cast<T>(i) : high - step * static_cast<T>(bins - i);
  }
}

Result<Edges> even_edges(const Tensor& points, const Dims& bins, const Range& range) {
  HEDDLE_REQUIRE(static_cast<int64_t>(bins.size()) == points.size(1), "torch.histogramdd: bins should have ",
                 points.size(1), " elements, one a dimension, but has ", bins.size());
  HEDDLE_REQUIRE(!range || range->size() == 2 * bins.size(), "torch.histogramdd: range should have ", 2 * bins.size(),
                 " elements, but has ", range ? range->size() : 0);
  Edges edges;
  for (size_t d = 0; d < bins.size(); ++d) {
    HEDDLE_REQUIRE(bins[d] > 0, "torch.histogramdd: bins must be > 0, but got ", bins[d], " for dimension ", d);
    const Interval interval = HEDDLE_TRY(interval_of(points, static_cast<int64_t>(d), range));
    const Tensor values = HEDDLE_TRY(Tensor::empty(Dims{bins[d] + 1}, points.dtype()));
    HEDDLE_TRY(dispatch<FloatTypes>(points.dtype(), "histogramdd", [&]<class T>() {
      fill_edges(values.data<T>(), bins[d], interval);
      return ok_status();
    }));
    edges.push_back(values);
  }
  return edges;
}

Result<Edges> given_edges(const Tensor& points, const std::vector<Tensor>& bins) {
  HEDDLE_REQUIRE(static_cast<int64_t>(bins.size()) == points.size(1), "torch.histogramdd: expected ", points.size(1),
                 " sequences of bin edges, but got ", bins.size());
  Edges edges;
  for (const Tensor& t : bins) {
    HEDDLE_REQUIRE(t.dim() == 1 && t.numel() > 0 && t.dtype() == points.dtype(),
                   "torch.histogramdd: bin edges should be vectors with at least one element, of the input's dtype");
    edges.push_back(HEDDLE_TRY(contiguous(t)));
  }
  return edges;
}

// The bin of a number between the first and the last edge. Even edges are right where they are expected, so most of the
// time nothing is searched. Edges given by the caller are always searched: they may even be out of order.
template <class T>
int64_t bin_of(const T* edges, int64_t bins, bool even, T x) {
  const T guess = (x - edges[0]) / (edges[bins] - edges[0]) * static_cast<T>(bins);
  if (even && guess >= 0 && guess < static_cast<T>(bins)) {
    const auto bin = static_cast<int64_t>(guess);
    if (edges[bin] <= x && x < edges[bin + 1]) return bin;
  }
  return std::min(std::upper_bound(edges, edges + bins + 1, x) - edges - 1, bins - 1);
}

// Sums of the bins; a point on the last edge falls into the last bin, one outside into none.
template <class T>
void count_points(const Tensor& points, const Edges& edges, bool even, const Weight& weights, const Tensor& result) {
  const int64_t dimensions = points.size(1);
  for (int64_t i = 0; i < points.size(0); ++i) {
    int64_t place = 0;
    bool inside = true;
    for (int64_t d = 0; d < dimensions && inside; ++d) {
      const Tensor& e = edges[static_cast<size_t>(d)];
      const T* at = e.data<T>();
      const T x = points.data<T>()[i * dimensions + d];
      const int64_t bins = e.numel() - 1;
      inside = bins > 0 && x >= at[0] && x <= at[bins];
      if (inside) place = place * bins + bin_of(at, bins, even, x);
    }
    if (inside) result.data<T>()[place] += weights ? weights->data<T>()[i] : T(1);
  }
}

// Shares of the whole, an area of one.
Result<Tensor> as_density(const Tensor& counts, const Edges& edges) {
  Tensor density = HEDDLE_TRY(div(counts, HEDDLE_TRY(sum(counts))));
  for (size_t d = 0; d < edges.size(); ++d) {
    const int64_t bins = edges[d].numel() - 1;
    const Tensor widths = HEDDLE_TRY(sub(edges[d].narrow(0, 1, bins), edges[d].narrow(0, 0, bins)));
    Dims sizes(edges.size(), 1);
    sizes[d] = bins;
    density = HEDDLE_TRY(div(density, widths.view_contiguous(sizes)));
  }
  return density;
}

Result<Tensor> counts_of(const Tensor& self, const Tensor& points, const Edges& edges, bool even, const Weight& weight,
                         bool density) {
  const Weight weights = HEDDLE_TRY(weights_of(self, weight));
  Dims sizes;
  for (const Tensor& e : edges) sizes.push_back(e.numel() - 1);
  const Tensor counts = HEDDLE_TRY(zeros(sizes, self.dtype()));
  HEDDLE_TRY(dispatch<FloatTypes>(self.dtype(), "histogramdd", [&]<class T>() {
    count_points<T>(points, edges, even, weights, counts);
    return ok_status();
  }));
  return density ? as_density(counts, edges) : Result<Tensor>(counts);
}

using ManyResult = std::tuple<Tensor, std::vector<Tensor>>;
Result<ManyResult> histogramdd(const Tensor& self, const Dims& bins, Range range, const Weight& weight, bool density) {
  const Tensor points = HEDDLE_TRY(points_of(self));
  const Edges edges = HEDDLE_TRY(even_edges(points, bins, range));
  return ManyResult(HEDDLE_TRY(counts_of(self, points, edges, true, weight, density)), edges);
}
Result<ManyResult> histogramdd_int(const Tensor& self, int64_t bins, Range range, const Weight& weight, bool density) {
  HEDDLE_REQUIRE(self.dim() >= 1, "torch.histogramdd: input tensor should have at least 2 dimensions");
  return histogramdd(self, Dims(static_cast<size_t>(self.size(self.dim() - 1)), bins), range, weight, density);
}
Result<ManyResult> histogramdd_edges(const Tensor& self, const std::vector<Tensor>& bins, Range, const Weight& weight,
                                     bool density) {
  const Tensor points = HEDDLE_TRY(points_of(self));
  const Edges edges = HEDDLE_TRY(given_edges(points, bins));
  return ManyResult(HEDDLE_TRY(counts_of(self, points, edges, false, weight, density)), edges);
}

using OneResult = std::tuple<Tensor, Tensor>;
Result<Weight> flat(const Weight& weight, const Tensor& self) {
  if (!weight) return Weight();
  HEDDLE_REQUIRE(weight->sizes() == self.sizes(),
                 "torch.histogram: if weight tensor is provided it should have the same shape as the input tensor");
  return Weight(HEDDLE_TRY(reshape(*weight, Dims{weight->numel()})));
}
Result<OneResult> histogram_edges(const Tensor& self, const Tensor& bins, const Weight& weight, bool density) {
  const Tensor points = HEDDLE_TRY(reshape(self, Dims{self.numel(), 1}));
  const auto [counts, edges] =
      HEDDLE_TRY(histogramdd_edges(points, {bins}, std::nullopt, HEDDLE_TRY(flat(weight, self)), density));
  return OneResult(counts, HEDDLE_TRY(clone(bins)));
}
Result<OneResult> histogram_count(const Tensor& self, int64_t bins, Range range, const Weight& weight, bool density) {
  const Tensor points = HEDDLE_TRY(reshape(self, Dims{self.numel(), 1}));
  const auto [counts, edges] =
      HEDDLE_TRY(histogramdd(points, Dims{bins}, range, HEDDLE_TRY(flat(weight, self)), density));
  return OneResult(counts, edges[0]);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(histogram) {
  using namespace heddle::ops;
  constexpr std::string_view kRest =
      "float[]? range=None, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor[] bin_edges)";
  table.add(concat("aten::histogramdd(Tensor self, int[] bins, ", kRest), boxed<&histogramdd>());
  table.add(concat("aten::histogramdd.int_bins(Tensor self, int bins, ", kRest), boxed<&histogramdd_int>());
  // The edges are handed back as they came.
  table.add(
      "aten::histogramdd.TensorList_bins(Tensor self, Tensor(a)[] bins, float[]? range=None, Tensor? weight=None, "
      "bool density=False) -> (Tensor hist, Tensor(a)[] bin_edges)",
      boxed<&histogramdd_edges>());
  add_with_out(table,
               "aten::histogram.bins_tensor(Tensor self, Tensor bins, *, Tensor? weight=None, bool density=False) -> "
               "(Tensor hist, Tensor bin_edges)",
               boxed<&histogram_edges>(), "histogram.bins_tensor_out");
  add_with_out(table,
               "aten::histogram.bin_ct(Tensor self, int bins=100, *, float[]? range=None, Tensor? weight=None, "
               "bool density=False) -> (Tensor hist, Tensor bin_edges)",
               boxed<&histogram_count>(), "histogram.bin_ct_out");
}
