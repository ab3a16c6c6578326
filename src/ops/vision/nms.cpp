// torchvision's nms: the boxes that no box of a higher score overlaps too much.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

// Sorted by falling score, a NaN above all; equal scores keep their order.
template <class T>
std::vector<int64_t> by_score(const T* scores, int64_t n) {
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return scores[a] > scores[b] || (std::isnan(scores[a]) && !std::isnan(scores[b]));
  });
  return order;
}

// The boxes in order of score, a column each, so that one box meets many at a time.
template <class T>
struct SortedBoxes {
  std::vector<T> left, top, right, bottom, area;

  SortedBoxes(const T* boxes, const std::vector<int64_t>& order) {
    for (int64_t i : order) {
      const T* box = boxes + i * 4;
      left.push_back(box[0]), top.push_back(box[1]), right.push_back(box[2]), bottom.push_back(box[3]);
      area.push_back((box[2] - box[0]) * (box[3] - box[1]));
    }
  }

  T overlap(size_t i, size_t j) const {
    const T width = std::max(T(0), std::min(right[i], right[j]) - std::max(left[i], left[j]));
    const T height = std::max(T(0), std::min(bottom[i], bottom[j]) - std::max(top[i], top[j]));
    const T both = width * height;
    return both / (area[i] + area[j] - both);
  }
};

template <class T>
std::vector<int64_t> kept(const T* boxes, const T* scores, int64_t n, double threshold) {
  const std::vector<int64_t> order = by_score(scores, n);
  const SortedBoxes<T> sorted(boxes, order);
  std::vector<uint8_t> gone(order.size(), 0);
  std::vector<int64_t> result;
  for (size_t i = 0; i < order.size(); ++i) {
    if (gone[i]) continue;
    result.push_back(order[i]);
    parallel::parallel_for(static_cast<int64_t>(i) + 1, n, 8192, [&](int64_t begin, int64_t end) {
      for (auto j = static_cast<size_t>(begin); j < static_cast<size_t>(end); ++j) {
        gone[j] |= static_cast<uint8_t>(static_cast<double>(sorted.overlap(i, j)) > threshold);
      }
    });
  }
  return result;
}

Result<Tensor> nms(const Tensor& dets, const Tensor& scores, double iou_threshold) {
  HEDDLE_REQUIRE(dets.dim() == 2, "boxes should be a 2d tensor, got ", dets.dim(), "D");
  HEDDLE_REQUIRE(dets.size(1) == 4, "boxes should have 4 elements in dimension 1, got ", dets.size(1));
  HEDDLE_REQUIRE(scores.dim() == 1, "scores should be a 1d tensor, got ", scores.dim(), "D");
  HEDDLE_REQUIRE(dets.size(0) == scores.size(0),
                 "boxes and scores should have same number of elements in dimension 0, got ", dets.size(0), " and ",
                 scores.size(0));
  HEDDLE_REQUIRE(dets.dtype() == scores.dtype(), "dets should have the same type as scores, but got ",
                 dtype_name(dets.dtype()), " and ", dtype_name(scores.dtype()));
  if (dets.numel() == 0) return Tensor::empty(Dims{0}, DType::kInt64);
  const DType dtype = compute_dtype(dets.dtype());
  const Tensor boxes = HEDDLE_TRY(contiguous_as(dets, dtype));
  const Tensor values = HEDDLE_TRY(contiguous_as(scores, dtype));
  return dispatch<FloatTypes>(dtype, "nms_kernel", [&]<class T>() -> Result<Tensor> {
    const std::vector<int64_t> keep = kept(boxes.data<T>(), values.data<T>(), scores.size(0), iou_threshold);
    const Tensor result = HEDDLE_TRY(Tensor::empty(Dims{static_cast<int64_t>(keep.size())}, DType::kInt64));
    std::copy(keep.begin(), keep.end(), result.data<int64_t>());
    return result;
  });
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(nms) {
  using namespace heddle::ops;
  table.add("torchvision::nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
            heddle::schema::boxed<&nms>());
}
