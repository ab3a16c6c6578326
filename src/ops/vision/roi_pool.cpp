// torchvision's roi_pool and ps_roi_pool: maxima and means of whole elements in the bins of boxes.
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

using TwoTensors = std::tuple<Tensor, Tensor>;

struct Range {
  int64_t begin;
  int64_t end;
};

// The elements of each bin along one axis.
template <class T>
std::vector<Range> bins_of(T first, T length, int64_t bins, int64_t last_end) {
  std::vector<Range> result;
  const T bin = length / static_cast<T>(bins);
  const auto clip = [&](T at) { return static_cast<int64_t>(std::clamp(at + first, T(0), static_cast<T>(last_end))); };
  for (int64_t i = 0; i < bins; ++i) {
    result.push_back({clip(std::floor(static_cast<T>(i) * bin)), clip(std::ceil(static_cast<T>(i + 1) * bin))});
  }
  return result;
}

template <class T>
struct BoxBins {
  int64_t image;
  std::vector<Range> rows;
  std::vector<Range> columns;

  // `inclusive`: a box's last element belongs to it, and its bins may reach the input's; else neither.
  BoxBins(const RoiProblem& p, int64_t roi, bool inclusive) {
    const T* box = p.rois.data<T>() + roi * 5;
    // A number that is none, or beyond every input, would make nonsense of what follows.
    const auto rounded = [&](T v) {
      const T at = std::round(v * static_cast<T>(p.spatial_scale));
      return std::isnan(at) ? T(0) : std::clamp(at, T(-1 << 24), T(1 << 24));
    };
    const T more = inclusive ? 1 : 0;
    const T x = rounded(box[1]), y = rounded(box[2]);
    const T width = std::max(rounded(box[3]) - x + more, T(1)), height = std::max(rounded(box[4]) - y + more, T(1));
    image = static_cast<int64_t>(box[0]);
    rows = bins_of(y, height, p.pooled_height, inclusive ? p.height() : p.height() - 1);
    columns = bins_of(x, width, p.pooled_width, inclusive ? p.width() : p.width() - 1);
  }
};

// The greatest element of a bin and its place in the plane; 0 and -1 where the bin is empty.
template <class T>
std::pair<T, int64_t> greatest(const T* plane, int64_t width, Range rows, Range columns) {
  const bool empty = rows.end <= rows.begin || columns.end <= columns.begin;
  T most = empty ? T(0) : std::numeric_limits<float>::lowest();
  int64_t place = -1;
  for (int64_t y = rows.begin; y < rows.end; ++y) {
    for (int64_t x = columns.begin; x < columns.end; ++x) {
      if (plane[y * width + x] > most) most = plane[y * width + x], place = y * width + x;
    }
  }
  return {most, place};
}

template <class T>
T mean(const T* plane, int64_t width, Range rows, Range columns) {
  if (rows.end <= rows.begin || columns.end <= columns.begin) return 0;
  T sum = 0;
  for (int64_t y = rows.begin; y < rows.end; ++y) {
    for (int64_t x = columns.begin; x < columns.end; ++x) sum += plane[y * width + x];
  }
  return sum / static_cast<T>((rows.end - rows.begin) * (columns.end - columns.begin));
}

// Calls f(box, channel, place in the results) for every box and input channel.
template <class T, class F>
void for_each_plane(const RoiProblem& p, bool inclusive, F&& f) {
  parallel::parallel_for(0, p.count(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t roi = begin; roi < end; ++roi) {
      const BoxBins<T> box(p, roi, inclusive);
      for (int64_t c = 0; c < p.channels(); ++c) f(box, c, roi * p.channels() + c);
    }
  });
}

Result<TwoTensors> roi_pool(const Tensor& input, const Tensor& rois, double spatial_scale, int64_t pooled_height,
                            int64_t pooled_width) {
  const RoiProblem p =
      HEDDLE_TRY(roi_problem("roi_pool", input, rois, spatial_scale, pooled_height, pooled_width, false));
  const Dims sizes = {p.count(), p.channels(), pooled_height, pooled_width};
  const Tensor result = HEDDLE_TRY(zeros(sizes, p.input.dtype()));
  const Tensor places = HEDDLE_TRY(zeros(sizes, DType::kInt32));
  if (result.numel() == 0) return TwoTensors(HEDDLE_TRY(to_dtype(result, input.dtype())), places);
  HEDDLE_TRY(dispatch<FloatTypes>(p.input.dtype(), "roi_pool", [&]<class T>() {
    for_each_plane<T>(p, true, [&](const BoxBins<T>& box, int64_t c, int64_t at) {
      const T* plane = p.input.data<T>() + (box.image * p.channels() + c) * p.height() * p.width();
      int64_t to = at * pooled_height * pooled_width;
      for (const Range& rows : box.rows) {
        for (const Range& columns : box.columns) {
          const auto [most, place] = greatest(plane, p.width(), rows, columns);
          result.data<T>()[to] = most;
          places.data<int32_t>()[to++] = static_cast<int32_t>(place);
        }
      }
    });
    return ok_status();
  }));
  return TwoTensors(HEDDLE_TRY(to_dtype(result, input.dtype())), places);
}

Result<TwoTensors> ps_roi_pool(const Tensor& input, const Tensor& rois, double spatial_scale, int64_t pooled_height,
                               int64_t pooled_width) {
  const RoiProblem p =
      HEDDLE_TRY(roi_problem("ps_roi_pool", input, rois, spatial_scale, pooled_height, pooled_width, true));
  const int64_t bins = pooled_height * pooled_width;
  const Dims sizes = {p.count(), p.channels() / bins, pooled_height, pooled_width};
  const Tensor result = HEDDLE_TRY(zeros(sizes, p.input.dtype()));
  const Tensor mapping = HEDDLE_TRY(zeros(sizes, DType::kInt32));
  if (p.input.numel() == 0 || result.numel() == 0)
    return TwoTensors(HEDDLE_TRY(to_dtype(result, input.dtype())), mapping);
  HEDDLE_TRY(dispatch<FloatTypes>(p.input.dtype(), "ps_roi_pool", [&]<class T>() {
    for_each_plane<T>(p, false, [&](const BoxBins<T>& box, int64_t c, int64_t at) {
      const T* plane = p.input.data<T>() + (box.image * p.channels() + c) * p.height() * p.width();
      const auto row = static_cast<size_t>(c % bins / pooled_width), column = static_cast<size_t>(c % pooled_width);
      result.data<T>()[at] = mean(plane, p.width(), box.rows[row], box.columns[column]);
      mapping.data<int32_t>()[at] = static_cast<int32_t>(c);
    });
    return ok_status();
  }));
  return TwoTensors(HEDDLE_TRY(to_dtype(result, input.dtype())), mapping);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(roi_pool) {
  using namespace heddle::ops;
  table.add(
      "torchvision::roi_pool(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width) -> "
      "(Tensor, Tensor)",
      heddle::schema::boxed<&roi_pool>());
  table.add(
      "torchvision::ps_roi_pool(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width) "
      "-> (Tensor, Tensor)",
      heddle::schema::boxed<&ps_roi_pool>());
}
