// Distances between rows: torch.cdist and torch.pdist.
#include <algorithm>
#include <cmath>
#include <functional>
#include <type_traits>

#include "ops/backend/fold.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/linalg/product.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

// Folds take(sum, a[i] - b[i]) in lanes that do not wait for one another.
template <class T, class Take, class Combine>
T fold_differences(const T* a, const T* b, int64_t n, Take take, Combine combine) {
  constexpr int64_t kLanes = 16;
  T lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l) lanes[l] = take(lanes[l], a[i + l] - b[i + l]);
  }
  T sum(0);
  for (; i < n; ++i) sum = take(sum, a[i] - b[i]);
  for (T lane : lanes) sum = combine(sum, lane);
  return sum;
}

template <class T>
T distance(const T* a, const T* b, int64_t n, double p) {
  if (p == 0)
    return fold_differences(
        a, b, n, [](T s, T d) { return s + (d != T(0) ? T(1) : T(0)); }, std::plus<T>());
  if (p == 1)
    return fold_differences(
        a, b, n, [](T s, T d) { return s + std::abs(d); }, std::plus<T>());
  if (p == 2)
    return std::sqrt(fold_differences(
        a, b, n, [](T s, T d) { return s + d * d; }, std::plus<T>()));
  if (std::isinf(p)) {
    // NaN wins.
    const auto larger = [](T s, T d) { return (std::abs(d) > s) | (d != d) ? std::abs(d) : s; };
    return fold_differences(a, b, n, larger, larger);
  }
  const auto power = [e = static_cast<T>(p)](T s, T d) { return s + std::pow(std::abs(d), e); };
  return std::pow(fold_differences(a, b, n, power, std::plus<T>()), static_cast<T>(1 / p));
}

// The distances of `a` to `rows` rows that lie one behind another.
template <class T>
void distances(const T* a, const T* b, int64_t rows, int64_t n, double p, T* out) {
  if constexpr (std::is_same_v<T, float>) {
    if (p == 1) return backend::difference_rows(a, b, rows, n, out);
    if (p == 2) {
      backend::square_difference_rows(a, b, rows, n, out);
      for (int64_t j = 0; j < rows; ++j) out[j] = std::sqrt(out[j]);
      return;
    }
    if (std::isinf(p)) return backend::largest_difference_rows(a, b, rows, n, out);
  }
  for (int64_t j = 0; j < rows; ++j) out[j] = distance(a, b + j * n, n, p);
}

// out[b, i, j] = distance of row i of x and row j of y.
template <class T>
void all_distances(const Tensor& x, const Tensor& y, const Tensor& out, double p) {
  const int64_t rows = x.size(1);
  const int64_t others = y.size(1);
  const int64_t n = x.size(2);
  parallel::parallel_for(0, out.size(0) * rows, std::max<int64_t>(16384 / std::max<int64_t>(others * n, 1), 1),
                         [&](int64_t begin, int64_t end) {
                           for (int64_t i = begin; i < end; ++i) {
                             const T* a = x.data<T>() + i * n;
                             const T* b = y.data<T>() + i / rows * others * n;
                             distances(a, b, others, n, p, out.data<T>() + i * others);
                           }
                         });
}

// Euclidean distances of many rows: |a|^2 + |b|^2 - 2 ab, which is one product.
template <class T>
Status euclidean_by_product(const Tensor& x, const Tensor& y, const Tensor& out) {
  const int64_t n = x.size(2);
  const auto squares = [n](const Tensor& t) {
    std::vector<T> sums(static_cast<size_t>(t.size(0) * t.size(1)), T(0));
    for (size_t i = 0; i < sums.size(); ++i) {
      const T* row = t.data<T>() + static_cast<int64_t>(i) * n;
      for (int64_t k = 0; k < n; ++k) sums[i] += row[k] * row[k];
    }
    return sums;
  };
  const std::vector<T> of_x = squares(x);
  const std::vector<T> of_y = squares(y);
  HEDDLE_TRY(multiply("cdist", out, x, y.transpose(1, 2), 0, -2));
  const int64_t rows = x.size(1);
  const int64_t others = y.size(1);
  parallel::parallel_for(0, out.size(0) * rows, std::max<int64_t>(16384 / others, 1), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      T* d = out.data<T>() + i * others;
      const T* squares_of_y = of_y.data() + i / rows * others;
      for (int64_t j = 0; j < others; ++j)
        d[j] = std::sqrt(std::max(d[j] + of_x[static_cast<size_t>(i)] + squares_of_y[j], T(0)));
    }
  });
  return ok_status();
}

// [batch..., rows, n] expanded to the batch and flattened to three dimensions.
Result<Tensor> with_batch(const Tensor& t, const Dims& batch, DType dtype) {
  Dims sizes = batch;
  int64_t count = 1;
  for (int64_t b : batch) count *= b;
  sizes.push_back(t.size(t.dim() - 2));
  sizes.push_back(t.size(t.dim() - 1));
  const Tensor expanded = t.alias(sizes, broadcast_strides(t.sizes(), t.strides(), sizes), t.offset());
  const Tensor dense = HEDDLE_TRY(contiguous_as(expanded, dtype));
  return dense.view_contiguous(Dims{count, t.size(t.dim() - 2), t.size(t.dim() - 1)});
}

// compute_mode: null or 0 uses the product where there are over 25 rows, 1 always, 2 never.
Result<Tensor> cdist(const Tensor& x1, const Tensor& x2, double p, std::optional<int64_t> compute_mode) {
  HEDDLE_REQUIRE(x1.dim() >= 2, "cdist only supports at least 2D tensors, X1 got: ", x1.dim(), "D");
  HEDDLE_REQUIRE(x2.dim() >= 2, "cdist only supports at least 2D tensors, X2 got: ", x2.dim(), "D");
  HEDDLE_REQUIRE(is_floating(x1.dtype()),
                 "cdist only supports floating-point dtypes, X1 got: ", dtype_name(x1.dtype()));
  HEDDLE_REQUIRE(x2.dtype() == x1.dtype(), "expected scalar type ", dtype_name(x1.dtype()), " but found ",
                 dtype_name(x2.dtype()));
  HEDDLE_REQUIRE(x1.sizes().back() == x2.sizes().back(),
                 "X1 and X2 must have the same number of columns. X1: ", x1.sizes().back(), " X2: ", x2.sizes().back());
  HEDDLE_REQUIRE(p >= 0, "cdist only supports non-negative p values");
  const int64_t mode = compute_mode.value_or(0);
  HEDDLE_REQUIRE(mode >= 0 && mode <= 2, "possible modes: 0, 1, 2, but was: ", mode);
  const std::span<const int64_t> batch1(x1.sizes().begin(), x1.sizes().end() - 2);
  const std::span<const int64_t> batch2(x2.sizes().begin(), x2.sizes().end() - 2);
  const Dims batch = HEDDLE_TRY(broadcast_sizes(batch1, batch2));
  const DType computed = compute_dtype(x1.dtype());
  const Tensor x = HEDDLE_TRY(with_batch(x1, batch, computed));
  const Tensor y = HEDDLE_TRY(with_batch(x2, batch, computed));
  Dims sizes = batch;
  sizes.push_back(x.size(1));
  sizes.push_back(y.size(1));
  const Tensor out = HEDDLE_TRY(Tensor::empty(Dims{x.size(0), x.size(1), y.size(1)}, computed));
  if (out.numel() > 0) {
    const bool by_product = p == 2 && (mode == 1 || (mode == 0 && (x.size(1) > 25 || y.size(1) > 25)));
    HEDDLE_TRY(dispatch<FloatTypes>(computed, "cdist", [&]<class T>() -> Status {
      if (by_product) return euclidean_by_product<T>(x, y, out);
      all_distances<T>(x, y, out, p);
      return ok_status();
    }));
  }
  return to_dtype(out.view_contiguous(sizes), x1.dtype());
}

Result<Tensor> euclidean_dist(const Tensor& x1, const Tensor& x2) { return cdist(x1, x2, 2, 1); }

// Distances of every pair of rows i < j, row by row.
Result<Tensor> pdist(const Tensor& self, double p) {
  HEDDLE_REQUIRE(self.dim() == 2, "pdist only supports 2D tensors, got: ", self.dim(), "D");
  HEDDLE_REQUIRE(is_floating(self.dtype()), "pdist only supports floating-point dtypes");
  HEDDLE_REQUIRE(p >= 0, "pdist only supports non-negative p values");
  const DType computed = compute_dtype(self.dtype());
  const Tensor x = HEDDLE_TRY(contiguous_as(self, computed));
  const int64_t rows = x.size(0);
  const Tensor out = HEDDLE_TRY(Tensor::empty(Dims{rows > 1 ? rows * (rows - 1) / 2 : 0}, computed));
  HEDDLE_TRY(dispatch<FloatTypes>(computed, "pdist", [&]<class T>() -> Status {
    const int64_t n = x.size(1);
    parallel::parallel_for(0, rows, std::max<int64_t>(16384 / std::max<int64_t>(rows * n, 1), 1),
                           [&](int64_t begin, int64_t end) {
                             for (int64_t i = begin; i < end; ++i) {
                               T* to = out.data<T>() + i * (2 * rows - i - 1) / 2;
                               distances(x.data<T>() + i * n, x.data<T>() + (i + 1) * n, rows - i - 1, n, p, to);
                             }
                           });
    return ok_status();
  }));
  return to_dtype(out, self.dtype());
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(distance) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add("aten::cdist(Tensor x1, Tensor x2, float p=2., int? compute_mode=None) -> Tensor", boxed<&cdist>());
  table.add("aten::_cdist_forward(Tensor x1, Tensor x2, float p, int? compute_mode) -> Tensor", boxed<&cdist>());
  table.derive(
      "aten::_cdist_forward.out(Tensor x1, Tensor x2, float p, int? compute_mode, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::_euclidean_dist(Tensor x1, Tensor x2) -> Tensor", boxed<&euclidean_dist>());
  table.derive("aten::_euclidean_dist.out(Tensor x1, Tensor x2, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::pdist(Tensor self, float p=2.) -> Tensor", boxed<&pdist>());
}
