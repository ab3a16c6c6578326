// A tensor as lines along one dimension: what scans and sorts walk over. Used by the files of this family; any thread.
#pragma once

#include <algorithm>

#include "core/tensor.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"

namespace heddle::ops {

// What values are compared in: integers and bool in int64, halves in float32.
inline DType ordering_dtype(DType dtype) { return is_integral_or_bool(dtype) ? DType::kInt64 : compute_dtype(dtype); }
using OrderingTypes = Types<float, double, int64_t>;

// LineGroup lie one after the other, `length` elements each. A zero-dimensional tensor is one line of one.
struct LineGroup {
  Tensor data;  // contiguous, the dimension moved to the end
  int64_t dim = 0;
  int64_t length = 1;
  int64_t count = 1;
  Dims sizes;  // of the tensor

  // New lines of another length and dtype beside these.
  Result<Tensor> beside(int64_t new_length, DType dtype) const {
    Dims shape = data.sizes();
    if (!shape.empty()) shape.back() = new_length;
    return Tensor::empty(shape, dtype);
  }
  // Such lines with the dimension back in its place: a view.
  Tensor put_back(const Tensor& lines) const {
    if (lines.dim() == 0) return lines;
    Dims order;
    for (int64_t d = 0; d + 1 < lines.dim(); ++d) order.push_back(d);
    order.insert(static_cast<size_t>(dim), lines.dim() - 1);
    return lines.permute(order);
  }
  // The same as a contiguous tensor of a dtype.
  Result<Tensor> result(const Tensor& lines, DType dtype) const { return contiguous_as(put_back(lines), dtype); }
  // Of lines of length one: without the dimension, unless it is to be kept.
  Result<Tensor> reduced(const Tensor& lines, DType dtype, bool keepdim) const {
    const Tensor t = HEDDLE_TRY(result(lines, dtype));
    if (keepdim || t.dim() == 0) return t;
    Dims rest = t.sizes();
    rest.erase(static_cast<size_t>(dim));
    return t.view_contiguous(rest);
  }
  // Calls f(line) for every line, several at once.
  template <class F>
  void each(const F& f) const {
    constexpr int64_t kGrain = 4096;
    parallel::parallel_for(0, count, std::max<int64_t>(kGrain / std::max<int64_t>(length, 1), 1),
                           [&](int64_t begin, int64_t end) {
                             for (int64_t i = begin; i < end; ++i) f(i);
                           });
  }
};

inline Result<LineGroup> lines_along(const Tensor& t, int64_t dim, DType dtype) {
  LineGroup lines;
  lines.dim = HEDDLE_TRY(wrap_dim(dim, t.dim()));
  lines.sizes = t.sizes();
  if (t.dim() == 0) {
    lines.data = HEDDLE_TRY(contiguous_as(t, dtype));
    return lines;
  }
  Dims order;
  for (int64_t d = 0; d < t.dim(); ++d) {
    if (d != lines.dim) order.push_back(d);
  }
  order.push_back(lines.dim);
  lines.data = HEDDLE_TRY(contiguous_as(t.permute(order), dtype));
  lines.length = t.size(lines.dim);
  for (int64_t d = 0; d < t.dim(); ++d) lines.count *= d == lines.dim ? 1 : t.size(d);
  return lines;
}

// PyTorch's order: a nan is greater than everything.
template <class T>
bool orders_before(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return a < b || (b != b && a == a);
  return a < b;
}

}  // namespace heddle::ops
