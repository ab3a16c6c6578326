// torchvision's roi_align and ps_roi_align: means of bilinear samples in the bins of boxes.
#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/vision/rois.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

// One bilinear sample along one axis: elements low and high, with these weights.
template <class T>
struct AxisSample {
  int64_t low;
  int64_t high;
  T low_weight;
  T high_weight;
};

// The samples of one axis of one roi.
template <class T>
struct AxisSamples {
  std::vector<AxisSample<T>> samples;  // bin by bin; those outside the input are left out
  std::vector<size_t> first;           // of each bin, and one past the last
  int64_t per_bin = 0;                 // with those outside: what a mean divides by
};

// Which of `count` samples at start, start + step, ... can lie in [-1, size]; the range may be one too wide at each
// end. A huge box has more samples than could ever be visited, but few of them inside.
template <class T>
std::pair<int64_t, int64_t> near_range(T start, T step, int64_t count, int64_t size) {
  const double a = (-1.0 - static_cast<double>(start)) / static_cast<double>(step);
  const double b = (static_cast<double>(size) - static_cast<double>(start)) / static_cast<double>(step);
  if (!std::isfinite(a) || !std::isfinite(b)) return {0, std::isnan(a) || std::isnan(b) ? 0 : count};
  const auto limit = static_cast<double>(count);
  const auto first = static_cast<int64_t>(std::clamp(std::floor(std::min(a, b)) - 1, 0.0, limit));
  const auto last = static_cast<int64_t>(std::clamp(std::ceil(std::max(a, b)) + 2, 0.0, limit));
  return {first, last};
}

// Samples along one axis: `bins` bins of equal size from `start` over `length`, `ratio` samples in each, or with 0 as
// many as a bin has elements.
template <class T>
AxisSamples<T> samples_of(T start, T length, int64_t bins, int64_t ratio, int64_t size) {
  AxisSamples<T> result;
  const T bin = length / static_cast<T>(bins);
  // Beyond what an int holds PyTorch's conversion leaves no sample; so does ours.
  const T wanted = std::ceil(bin);
  result.per_bin = ratio > 0 ? ratio : wanted >= T(0) && wanted < T(2147483648.0) ? static_cast<int64_t>(wanted) : 0;
  for (int64_t i = 0; i < bins; ++i) {
    result.first.push_back(result.samples.size());
    const T from = start + static_cast<T>(i) * bin;
    const T step = bin / static_cast<T>(result.per_bin);
    const auto [first, last] = near_range(from + step / 2, step, result.per_bin, size);
    for (int64_t s = first; s < last; ++s) {
      const T at = from + (static_cast<T>(s) + T(0.5)) * bin / static_cast<T>(result.per_bin);
      if (!(at >= T(-1) && at <= static_cast<T>(size))) continue;
      const T place = std::max(at, T(0));
      const int64_t low = std::min(static_cast<int64_t>(place), size - 1);
      const int64_t high = std::min(low + 1, size - 1);
      const T part = low == high ? T(0) : place - static_cast<T>(low);
      result.samples.push_back({low, high, T(1) - part, part});
    }
  }
  result.first.push_back(result.samples.size());
  return result;
}

template <class T>
struct BoxSamples {
  int64_t image;
  AxisSamples<T> rows;
  AxisSamples<T> columns;
  int64_t per_bin;  // samples of a bin
  int64_t left;     // the columns of the input that any sample touches
  int64_t right;

  BoxSamples(const RoiProblem& p, int64_t roi, T offset, T least_length, int64_t ratio) {
    const T* box = p.rois.data<T>() + roi * 5;
    const T scale = static_cast<T>(p.spatial_scale);
    const T x = box[1] * scale - offset, y = box[2] * scale - offset;
    const T width = std::max(box[3] * scale - offset - x, least_length);
    const T height = std::max(box[4] * scale - offset - y, least_length);
    image = static_cast<int64_t>(box[0]);
    rows = samples_of(y, height, p.pooled_height, ratio, p.height());
    columns = samples_of(x, width, p.pooled_width, ratio, p.width());
    per_bin = rows.per_bin * columns.per_bin;
    left = columns.samples.empty() ? 0 : p.width(), right = 0;
    for (const AxisSample<T>& s : columns.samples) left = std::min(left, s.low), right = std::max(right, s.high + 1);
  }
};

// The weighted sum of the rows that bin i of the box samples, over its columns.
template <class T>
void add_rows(const BoxSamples<T>& box, size_t i, const T* plane, int64_t width, T* sums) {
  std::fill(sums + box.left, sums + box.right, T(0));
  for (size_t s = box.rows.first[i]; s < box.rows.first[i + 1]; ++s) {
    const AxisSample<T>& y = box.rows.samples[s];
    const T* low = plane + y.low * width;
    const T* high = plane + y.high * width;
    for (int64_t x = box.left; x < box.right; ++x) sums[x] += y.low_weight * low[x] + y.high_weight * high[x];
  }
}

template <class T>
T add_columns(const BoxSamples<T>& box, size_t i, const T* sums) {
  T sum = 0;
  for (size_t s = box.columns.first[i]; s < box.columns.first[i + 1]; ++s) {
    const AxisSample<T>& x = box.columns.samples[s];
    sum += x.low_weight * sums[x.low] + x.high_weight * sums[x.high];
  }
  return sum;
}

// Only the older placing (`aligned` off) makes every box at least one element long.
template <class T>
constexpr T kAnyLength = -std::numeric_limits<T>::infinity();

constexpr int64_t kMostSamples = int64_t{1} << 24;  // along an axis of one box; memory for more is not spent

Status check_ratio(std::string_view name, int64_t sampling_ratio, int64_t pooled_height, int64_t pooled_width) {
  const int64_t bins = std::max(pooled_height, pooled_width);
  HEDDLE_REQUIRE_CODE(sampling_ratio <= kMostSamples / bins, kLimit, name, ": sampling_ratio ", sampling_ratio,
                      " with ", bins, " bins a side is more than ", kMostSamples, " samples");
  return ok_status();
}

Result<Tensor> roi_align(const Tensor& input, const Tensor& rois, double spatial_scale, int64_t pooled_height,
                         int64_t pooled_width, int64_t sampling_ratio, bool aligned) {
  const RoiProblem p =
      HEDDLE_TRY(roi_problem("roi_align", input, rois, spatial_scale, pooled_height, pooled_width, false));
  HEDDLE_TRY(check_ratio("roi_align", sampling_ratio, pooled_height, pooled_width));
  const Tensor result = HEDDLE_TRY(zeros(Dims{p.count(), p.channels(), pooled_height, pooled_width}, p.input.dtype()));
  if (p.input.numel() == 0 || result.numel() == 0) return to_dtype(result, input.dtype());
  HEDDLE_TRY(dispatch<FloatTypes>(p.input.dtype(), "roi_align", [&]<class T>() {
    const int64_t plane = p.height() * p.width(), bins = pooled_height * pooled_width;
    parallel::parallel_for(0, p.count(), 1, [&](int64_t begin, int64_t end) {
      std::vector<T> sums(static_cast<size_t>(p.width()));
      for (int64_t roi = begin; roi < end; ++roi) {
        const BoxSamples<T> box(p, roi, aligned ? T(0.5) : T(0), aligned ? kAnyLength<T> : T(1), sampling_ratio);
        const T divisor = static_cast<T>(std::max<int64_t>(box.per_bin, 1));
        for (int64_t c = 0; c < p.channels(); ++c) {
          const T* from = p.input.data<T>() + (box.image * p.channels() + c) * plane;
          T* to = result.data<T>() + (roi * p.channels() + c) * bins;
          for (int64_t i = 0; i < pooled_height; ++i) {
            add_rows(box, static_cast<size_t>(i), from, p.width(), sums.data());
            for (int64_t j = 0; j < pooled_width; ++j) {
              to[i * pooled_width + j] = add_columns(box, static_cast<size_t>(j), sums.data()) / divisor;
            }
          }
        }
      }
    });
    return ok_status();
  }));
  return to_dtype(result, input.dtype());
}

// Output channel c's bin (i, j) is taken from an input channel of its own, whose number is the second result.
Result<std::tuple<Tensor, Tensor>> ps_roi_align(const Tensor& input, const Tensor& rois, double spatial_scale,
                                                int64_t pooled_height, int64_t pooled_width, int64_t sampling_ratio) {
  const RoiProblem p =
      HEDDLE_TRY(roi_problem("ps_roi_align", input, rois, spatial_scale, pooled_height, pooled_width, true));
  HEDDLE_TRY(check_ratio("ps_roi_align", sampling_ratio, pooled_height, pooled_width));
  const int64_t bins = pooled_height * pooled_width, channels = p.channels() / bins;
  const Dims sizes = {p.count(), channels, pooled_height, pooled_width};
  const Tensor result = HEDDLE_TRY(zeros(sizes, p.input.dtype()));
  const Tensor mapping = HEDDLE_TRY(zeros(sizes, DType::kInt32));
  if (p.input.numel() == 0 || result.numel() == 0) {
    return std::tuple(HEDDLE_TRY(to_dtype(result, input.dtype())), mapping);
  }
  HEDDLE_TRY(dispatch<FloatTypes>(p.input.dtype(), "ps_roi_align", [&]<class T>() {
    const int64_t plane = p.height() * p.width();
    parallel::parallel_for(0, p.count(), 1, [&](int64_t begin, int64_t end) {
      std::vector<T> sums(static_cast<size_t>(p.width()));
      for (int64_t roi = begin; roi < end; ++roi) {
        const BoxSamples<T> box(p, roi, T(0.5), kAnyLength<T>, sampling_ratio);
        const T* image = p.input.data<T>() + box.image * p.channels() * plane;
        for (int64_t c = 0; c < p.channels(); ++c) {
          const int64_t at = roi * p.channels() + c;
          add_rows(box, static_cast<size_t>(c % bins / pooled_width), image + c * plane, p.width(), sums.data());
          result.data<T>()[at] =
              add_columns(box, static_cast<size_t>(c % pooled_width), sums.data()) / static_cast<T>(box.per_bin);
          mapping.data<int32_t>()[at] = static_cast<int32_t>(c);
        }
      }
    });
    return ok_status();
  }));
  return std::tuple(HEDDLE_TRY(to_dtype(result, input.dtype())), mapping);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(roi_align) {
  using namespace heddle::ops;
  table.add(
      "torchvision::roi_align(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width, int "
      "sampling_ratio, bool aligned) -> Tensor",
      heddle::schema::boxed<&roi_align>());
  table.add(
      "torchvision::ps_roi_align(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width, "
      "int sampling_ratio) -> (Tensor, Tensor)",
      heddle::schema::boxed<&ps_roi_align>());
}
