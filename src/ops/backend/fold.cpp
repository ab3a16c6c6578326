#include "ops/backend/fold.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/fold.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {
#include "ops/backend/simd_math.inc"

double sum_row(const float* x, int64_t n) {
  constexpr int64_t kPiece = 4096;
  const auto add = [](V a, V b) HWY_ATTR { return hn::Add(a, b); };
  double total = 0;
  for (int64_t i = 0; i < n; i += kPiece) {
    const V sums = fold_row(x + i, std::min(n - i, kPiece), constant(0.0f), 0.0f, add, add);
    total += static_cast<double>(hn::GetLane(hn::SumOfLanes(D(), sums)));
  }
  return total;
}

double squares_row(const float* x, int64_t n) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> narrow;
  const auto step = static_cast<int64_t>(hn::Lanes(d));
  auto a = hn::Zero(d);
  auto b = hn::Zero(d);
  int64_t i = 0;
  for (; i + 2 * step <= n; i += 2 * step) {
    const auto v = hn::PromoteTo(d, hn::LoadU(narrow, x + i));
    const auto w = hn::PromoteTo(d, hn::LoadU(narrow, x + i + step));
    a = hn::MulAdd(v, v, a);
    b = hn::MulAdd(w, w, b);
  }
  double total = hn::GetLane(hn::SumOfLanes(d, hn::Add(a, b)));
  for (; i < n; ++i) total += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return total;
}

// Folds the differences of two rows with four chains.
template <class F, class Combine>
HWY_INLINE V fold_differences(const float* a, const float* b, int64_t n, F f, Combine combine) {
  const int64_t step = lanes();
  V sums[4];
  for (V& sum : sums) sum = constant(0.0f);
  int64_t i = 0;
  for (; i + 4 * step <= n; i += 4 * step) {
    for (int64_t k = 0; k < 4; ++k) {
      const Whole at{i + k * step};
      sums[k] = f(sums[k], hn::Sub(at.load(a), at.load(b)));
    }
  }
  for (; i + step <= n; i += step) sums[0] = f(sums[0], hn::Sub(Whole{i}.load(a), Whole{i}.load(b)));
  if (i < n) {
    const Part at{i, n - i};
    sums[0] = f(sums[0], hn::Sub(at.load(a), at.load(b)));
  }
  return combine(combine(sums[0], sums[1]), combine(sums[2], sums[3]));
}

void difference_rows(const float* a, const float* b, int64_t rows, int64_t n, float* out) {
  const auto add = [](V s, V d) HWY_ATTR { return hn::Add(s, d); };
  const auto take = [](V s, V d) HWY_ATTR { return hn::Add(s, hn::Abs(d)); };
  for (int64_t r = 0; r < rows; ++r) {
    out[r] = hn::GetLane(hn::SumOfLanes(D(), fold_differences(a, b + r * n, n, take, add)));
  }
}
void square_difference_rows(const float* a, const float* b, int64_t rows, int64_t n, float* out) {
  const auto add = [](V s, V d) HWY_ATTR { return hn::Add(s, d); };
  const auto take = [](V s, V d) HWY_ATTR { return hn::MulAdd(d, d, s); };
  for (int64_t r = 0; r < rows; ++r) {
    out[r] = hn::GetLane(hn::SumOfLanes(D(), fold_differences(a, b + r * n, n, take, add)));
  }
}
void largest_difference_rows(const float* a, const float* b, int64_t rows, int64_t n, float* out) {
  const auto larger = [](V s, V d) HWY_ATTR {
    const V size = hn::Abs(d);
    return hn::IfThenElse(hn::Or(hn::Gt(size, s), hn::IsNaN(size)), size, s);
  };
  for (int64_t r = 0; r < rows; ++r) {
    const V best = fold_differences(a, b + r * n, n, larger, larger);
    const bool is_nan = !hn::AllFalse(D(), hn::IsNaN(best));
    out[r] = is_nan ? std::numeric_limits<float>::quiet_NaN() : hn::GetLane(hn::MaxOfLanes(D(), best));
  }
}

constexpr int64_t kVectors = 8;

// A block of columns that starts at x: `count` vectors of whole ones, or one that may be short.
template <int64_t count, class Place>
HWY_INLINE void sum_block(const float* x, int64_t row_stride, int64_t rows, int64_t columns, double* totals,
                          Place place) {
  constexpr int64_t kRows = 128;
  HWY_ALIGN float partial[static_cast<size_t>(count) * hn::MaxLanes(D())];
  for (int64_t first = 0; first < rows; first += kRows) {
    V sums[count];
    for (V& sum : sums) sum = constant(0.0f);
    for (int64_t r = first; r < std::min(rows, first + kRows); ++r) {
      for (int64_t k = 0; k < count; ++k) sums[k] = hn::Add(sums[k], place.load(x + r * row_stride + k * lanes()));
    }
    for (int64_t k = 0; k < count; ++k) hn::StoreU(sums[k], D(), partial + k * lanes());
    for (int64_t c = 0; c < columns; ++c) totals[c] += static_cast<double>(partial[c]);
  }
}

void sum_columns(const float* x, int64_t row_stride, int64_t rows, int64_t columns, double* totals) {
  const int64_t step = lanes();
  int64_t c = 0;
  for (; c + kVectors * step <= columns; c += kVectors * step)
    sum_block<kVectors>(x + c, row_stride, rows, kVectors * step, totals + c, Whole{0});
  for (; c + step <= columns; c += step) sum_block<1>(x + c, row_stride, rows, step, totals + c, Whole{0});
  const int64_t left = columns - c;
  if (left > 0) sum_block<1>(x + c, row_stride, rows, left, totals + c, Part{0, left});
}

// y[c] = f(x[c], y[c]) for the elements of all rows x, a few vectors of columns at a time.
template <class F>
HWY_INLINE void fold_columns(const float* x, int64_t row_stride, int64_t rows, int64_t columns, float* y, F f) {
  const int64_t step = lanes();
  const auto block = [=]<int64_t count>(std::integral_constant<int64_t, count>, int64_t c, auto place) HWY_ATTR {
    V best[count];
    for (int64_t k = 0; k < count; ++k) best[k] = place.load(y + c + k * step);
    for (int64_t r = 0; r < rows; ++r) {
      const float* row = x + r * row_stride + c;
      for (int64_t k = 0; k < count; ++k) best[k] = f(place.load(row + k * step), best[k]);
    }
    for (int64_t k = 0; k < count; ++k) place.store(best[k], y + c + k * step);
  };
  int64_t c = 0;
  for (; c + kVectors * step <= columns; c += kVectors * step)
    block(std::integral_constant<int64_t, kVectors>(), c, Whole{0});
  for (; c + step <= columns; c += step) block(std::integral_constant<int64_t, 1>(), c, Whole{0});
  if (c < columns) block(std::integral_constant<int64_t, 1>(), c, Part{0, columns - c});
}

void max_columns(const float* x, int64_t row_stride, int64_t rows, int64_t columns, float* best) {
  fold_columns(x, row_stride, rows, columns, best,
               [](V v, V w) HWY_ATTR { return hn::IfThenElse(hn::Or(hn::Gt(v, w), hn::IsNaN(v)), v, w); });
}
void min_columns(const float* x, int64_t row_stride, int64_t rows, int64_t columns, float* best) {
  fold_columns(x, row_stride, rows, columns, best,
               [](V v, V w) HWY_ATTR { return hn::IfThenElse(hn::Or(hn::Lt(v, w), hn::IsNaN(v)), v, w); });
}

// What Max and Min make of NaN depends on the processor, so it is looked for apart: true bits of a mask read as NaN.
template <class Extreme>
HWY_INLINE V extremes(const float* x, int64_t n, float neutral, bool& is_nan, Extreme extreme) {
  const D d;
  const int64_t step = lanes();
  V best[4];
  for (V& v : best) v = constant(neutral);
  V nan = constant(0.0f);
  const auto take = [&](V& so_far, V v) HWY_ATTR {
    so_far = extreme(v, so_far);
    nan = hn::Or(nan, hn::VecFromMask(d, hn::IsNaN(v)));
  };
  int64_t i = 0;
  for (; i + 4 * step <= n; i += 4 * step) {
    for (int64_t k = 0; k < 4; ++k) take(best[k], Whole{i + k * step}.load(x));
  }
  for (; i + step <= n; i += step) take(best[0], Whole{i}.load(x));
  if (i < n) take(best[0], Part{i, n - i}.load(x, neutral));
  is_nan = !hn::AllFalse(d, hn::IsNaN(nan));
  return extreme(extreme(best[0], best[1]), extreme(best[2], best[3]));
}

constexpr float kInfinity = std::numeric_limits<float>::infinity();

float max_row(const float* x, int64_t n) {
  bool is_nan = false;
  const V best = extremes(x, n, -kInfinity, is_nan, [](V a, V b) HWY_ATTR { return hn::Max(a, b); });
  return is_nan ? std::numeric_limits<float>::quiet_NaN() : hn::GetLane(hn::MaxOfLanes(D(), best));
}

float min_row(const float* x, int64_t n) {
  bool is_nan = false;
  const V best = extremes(x, n, kInfinity, is_nan, [](V a, V b) HWY_ATTR { return hn::Min(a, b); });
  return is_nan ? std::numeric_limits<float>::quiet_NaN() : hn::GetLane(hn::MinOfLanes(D(), best));
}

template <bool largest>
HWY_INLINE double extreme64(const double* x, int64_t n) {
  const hn::ScalableTag<double> d;
  using Vector = hn::Vec<decltype(d)>;
  const auto step = static_cast<int64_t>(hn::Lanes(d));
  constexpr double kWorst =
      largest ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  Vector best[4];
  for (Vector& v : best) v = hn::Set(d, kWorst);
  Vector nan = hn::Zero(d);
  const auto better = [](Vector a, Vector b) HWY_ATTR { return largest ? hn::Max(a, b) : hn::Min(a, b); };
  int64_t i = 0;
  for (; i + 4 * step <= n; i += 4 * step) {
    for (int64_t k = 0; k < 4; ++k) {
      const Vector v = hn::LoadU(d, x + i + k * step);
      best[k] = better(v, best[k]);
      nan = hn::Or(nan, hn::VecFromMask(d, hn::IsNaN(v)));
    }
  }
  const Vector all = better(better(best[0], best[1]), better(best[2], best[3]));
  double result = hn::GetLane(largest ? hn::MaxOfLanes(d, all) : hn::MinOfLanes(d, all));
  bool is_nan = !hn::AllFalse(d, hn::IsNaN(nan));
  for (; i < n; ++i) {
    is_nan |= x[i] != x[i];
    result = (largest ? x[i] > result : x[i] < result) ? x[i] : result;
  }
  return is_nan ? std::numeric_limits<double>::quiet_NaN() : result;
}
double max_row64(const double* x, int64_t n) { return extreme64<true>(x, n); }
double min_row64(const double* x, int64_t n) { return extreme64<false>(x, n); }

template <class Same>
HWY_INLINE int64_t find(const float* x, int64_t n, Same same) {
  const D d;
  const int64_t step = lanes();
  int64_t i = 0;
  for (; i + step <= n; i += step) {
    const auto at = hn::FindFirstTrue(d, same(Whole{i}.load(x)));
    if (at >= 0) return i + at;
  }
  if (i < n) {
    const auto at = hn::FindFirstTrue(d, same(Part{i, n - i}.load(x)));
    // The vector's rest holds zeros, which may be what is looked for.
    if (at >= 0 && i + at < n) return i + at;
  }
  return n;
}

int64_t find_in_row(const float* x, int64_t n, float value) {
  if (std::isnan(value)) return find(x, n, [](V v) HWY_ATTR { return hn::IsNaN(v); });
  const V wanted = constant(value);
  return find(x, n, [wanted](V v) HWY_ATTR { return hn::Eq(v, wanted); });
}

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {

HWY_EXPORT(sum_row);
HWY_EXPORT(squares_row);
HWY_EXPORT(difference_rows);
HWY_EXPORT(square_difference_rows);
HWY_EXPORT(largest_difference_rows);
HWY_EXPORT(sum_columns);
HWY_EXPORT(max_columns);
HWY_EXPORT(min_columns);
HWY_EXPORT(max_row);
HWY_EXPORT(min_row);
HWY_EXPORT(max_row64);
HWY_EXPORT(min_row64);
HWY_EXPORT(find_in_row);

double max_row(const double* x, int64_t n) { return HWY_DYNAMIC_DISPATCH(max_row64)(x, n); }
double min_row(const double* x, int64_t n) { return HWY_DYNAMIC_DISPATCH(min_row64)(x, n); }
double sum_row(const float* x, int64_t n) { return HWY_DYNAMIC_DISPATCH(sum_row)(x, n); }
void difference_rows(const float* a, const float* b, int64_t rows, int64_t n, float* out) {
  HWY_DYNAMIC_DISPATCH(difference_rows)(a, b, rows, n, out);
}
void square_difference_rows(const float* a, const float* b, int64_t rows, int64_t n, float* out) {
  HWY_DYNAMIC_DISPATCH(square_difference_rows)(a, b, rows, n, out);
}
void largest_difference_rows(const float* a, const float* b, int64_t rows, int64_t n, float* out) {
  HWY_DYNAMIC_DISPATCH(largest_difference_rows)(a, b, rows, n, out);
}
void sum_columns(const float* x, int64_t row_stride, int64_t rows, int64_t columns, double* totals) {
  HWY_DYNAMIC_DISPATCH(sum_columns)(x, row_stride, rows, columns, totals);
}
double squares_row(const float* x, int64_t n) { return HWY_DYNAMIC_DISPATCH(squares_row)(x, n); }
void max_columns(const float* x, int64_t row_stride, int64_t rows, int64_t columns, float* best) {
  HWY_DYNAMIC_DISPATCH(max_columns)(x, row_stride, rows, columns, best);
}
void min_columns(const float* x, int64_t row_stride, int64_t rows, int64_t columns, float* best) {
  HWY_DYNAMIC_DISPATCH(min_columns)(x, row_stride, rows, columns, best);
}
float max_row(const float* x, int64_t n) { return HWY_DYNAMIC_DISPATCH(max_row)(x, n); }
float min_row(const float* x, int64_t n) { return HWY_DYNAMIC_DISPATCH(min_row)(x, n); }
int64_t find_in_row(const float* x, int64_t n, float value) { return HWY_DYNAMIC_DISPATCH(find_in_row)(x, n, value); }

}  // namespace heddle::ops::backend
#endif
