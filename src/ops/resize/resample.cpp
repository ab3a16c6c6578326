#include "ops/resize/resample.h"

#include <algorithm>

#include "ops/backend/rows.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

constexpr int64_t kGrain = 32768;

bool is_identity(const AxisWeights& axis, int64_t input) {
  if (axis.outputs() != input) return false;
  for (int64_t o = 0; o < input; ++o) {
    double own = 0;
    for (int64_t k = o * axis.taps; k < (o + 1) * axis.taps; ++k) {
      const auto at = static_cast<size_t>(k);
      if (axis.indices[at] == o) own += axis.weights[at];
      if (axis.indices[at] != o && axis.weights[at] != 0) return false;
    }
    if (own != 1) return false;
  }
  return true;
}

// Outputs [first, last) of one row of single elements.
template <int64_t known_taps, class T>
void resample_row(const AxisWeights& axis, const T* weights, const T* source, T* target, int64_t first, int64_t last) {
  const int64_t taps = known_taps > 0 ? known_taps : axis.taps;
  const int64_t* index = axis.indices.data() + first * taps;
  const T* weight = weights + first * taps;
  for (int64_t o = first; o < last; ++o, index += taps, weight += taps) {
    T sum = source[index[0]] * weight[0];
    for (int64_t k = 1; k < taps; ++k) sum += source[index[k]] * weight[k];
    target[o] = sum;
  }
}

// The sum of `count` rows of n elements, weighted.
void weighted_sum(const float* const* rows, const float* weights, int64_t count, int64_t n, float* out) {
  backend::weighted_sum_of_rows(rows, weights, count, n, out);
}
void weighted_sum(const double* const* rows, const double* weights, int64_t count, int64_t n, double* out) {
  for (int64_t i = 0; i < n; ++i) {
    double sum = 0;
    for (int64_t k = 0; k < count; ++k) sum += rows[k][i] * weights[k];
    out[i] = sum;
  }
}

// [outer, in, inner] to [outer, out, inner], contiguous.
template <class T>
void resample_axis(const AxisWeights& axis, const T* from, T* to, int64_t outer, int64_t in, int64_t inner) {
  const int64_t out = axis.outputs();
  const int64_t taps = axis.taps;
  const std::vector<T> weights(axis.weights.begin(), axis.weights.end());
  const auto run = [&](int64_t begin, int64_t end) {
    std::vector<const T*> rows(static_cast<size_t>(taps));
    for (int64_t i = begin; i < end;) {
      const T* source = from + i / out * in * inner;
      const int64_t first = i % out;
      const int64_t last = std::min(out, first + end - i);
      T* target = to + (i - first) * inner;
      if (inner == 1) {
        const auto resample_elements = taps == 2   ? &resample_row<2, T>
                                       : taps == 4 ? &resample_row<4, T>
                                                   : &resample_row<0, T>;
        resample_elements(axis, weights.data(), source, target, first, last);
      } else {
        for (int64_t o = first; o < last; ++o) {
          const int64_t* index = axis.indices.data() + o * taps;
          for (int64_t k = 0; k < taps; ++k) rows[static_cast<size_t>(k)] = source + index[k] * inner;
          weighted_sum(rows.data(), weights.data() + o * taps, taps, inner, target + o * inner);
        }
      }
      i += last - first;
    }
  };
  parallel::parallel_for(0, outer * out, std::max<int64_t>(kGrain / (inner * taps), 1), run);
}

}  // namespace

Result<Tensor> resample(const Tensor& input, std::span<const AxisWeights> axes, MemoryFormat format) {
  // Few channels make short rows: then planes are quicker.
  constexpr int64_t kFew = 8;
  if (format != MemoryFormat::kContiguous && input.size(1) < kFew) {
    return contiguous(HEDDLE_TRY(resample(HEDDLE_TRY(contiguous(input)), axes, MemoryFormat::kContiguous)), format);
  }
  const DType dtype = input.dtype();
  const Tensor arranged = HEDDLE_TRY(contiguous(input, format));
  Tensor values = HEDDLE_TRY(to_dtype(arranged, compute_dtype(dtype)));
  const size_t lead = input.sizes().size() - axes.size();
  const bool channels_last = format != MemoryFormat::kContiguous;
  // The last axis first: it leaves the other passes whole rows to add up.
  for (size_t a = axes.size(); a-- > 0;) {
    const size_t dim = lead + a;
    if (is_identity(axes[a], values.sizes()[dim])) continue;
    Dims sizes = values.sizes();
    int64_t outer = 1;
    int64_t inner = channels_last ? sizes[1] : 1;
    for (size_t d = 0; d < sizes.size(); ++d) {
      if (channels_last && d == 1) continue;
      if (d < dim) outer *= sizes[d];
      if (d > dim) inner *= sizes[d];
    }
    const int64_t in = sizes[dim];
    sizes[dim] = axes[a].outputs();
    const Tensor next = HEDDLE_TRY(Tensor::empty(sizes, values.dtype(), format));
    if (next.numel() > 0) {
      HEDDLE_TRY(dispatch<FloatTypes>(values.dtype(), "upsample", [&]<class T>() -> Status {
        resample_axis<T>(axes[a], values.data<T>(), next.data<T>(), outer, in, inner);
        return ok_status();
      }));
    }
    values = next;
  }
  if (values.storage() == input.storage()) values = HEDDLE_TRY(clone(values));
  return to_dtype(values, dtype);
}

}  // namespace heddle::ops
