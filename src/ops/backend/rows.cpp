#include "ops/backend/rows.h"

#include <cmath>
#include <cstring>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/rows.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

// The last elements of a row, fewer than a vector, with `fill` behind them.
V load_tail(const float* x, int64_t count, float fill) {
  const D d;
  HWY_ALIGN float buffer[hn::MaxLanes(D())];
  hn::Store(hn::Set(d, fill), d, buffer);
  std::memcpy(buffer, x, static_cast<size_t>(count) * sizeof(float));
  return hn::Load(d, buffer);
}

void store_tail(V v, float* y, int64_t count) {
  const D d;
  HWY_ALIGN float buffer[hn::MaxLanes(D())];
  hn::Store(v, d, buffer);
  std::memcpy(y, buffer, static_cast<size_t>(count) * sizeof(float));
}

int64_t lanes() { return static_cast<int64_t>(hn::Lanes(D())); }

// y[i] = f(x[i]) by vectors; f also sees the index, for what runs along.
template <class F>
HWY_INLINE void map_row(const float* x, float* y, int64_t n, F f) {
  const D d;
  const int64_t step = lanes();
  int64_t i = 0;
  for (; i + step <= n; i += step) hn::StoreU(f(hn::LoadU(d, x + i), i), d, y + i);
  if (i < n) store_tail(f(load_tail(x + i, n - i, 0.0f), i), y + i, n - i);
}

// Folds f(accumulator, x) over a row with four chains; `neutral` pads the tail.
template <class F, class Combine>
HWY_INLINE V fold_row(const float* x, int64_t n, V start, float neutral, F f, Combine combine) {
  const D d;
  const int64_t step = lanes();
  V a = start;
  V b = start;
  V c = start;
  V e = start;
  int64_t i = 0;
  for (; i + 4 * step <= n; i += 4 * step) {
    a = f(a, hn::LoadU(d, x + i));
    b = f(b, hn::LoadU(d, x + i + step));
    c = f(c, hn::LoadU(d, x + i + 2 * step));
    e = f(e, hn::LoadU(d, x + i + 3 * step));
  }
  for (; i + step <= n; i += step) a = f(a, hn::LoadU(d, x + i));
  if (i < n) b = f(b, load_tail(x + i, n - i, neutral));
  return combine(combine(a, b), combine(c, e));
}

// Highway's Exp turns NaN into 0.
HWY_INLINE V exp_keeping_nan(V x) {
  const D d;
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Exp(d, x));
}

float row_max(const float* x, int64_t n) {
  const D d;
  const auto larger = [](V a, V b) HWY_ATTR { return hn::Max(a, b); };
  const float lowest = -std::numeric_limits<float>::infinity();
  return hn::GetLane(hn::MaxOfLanes(d, fold_row(x, n, hn::Set(d, lowest), lowest, larger, larger)));
}

float RowSum(const float* x, int64_t n) {
  const D d;
  const auto add = [](V a, V b) HWY_ATTR { return hn::Add(a, b); };
  return hn::GetLane(hn::SumOfLanes(d, fold_row(x, n, hn::Zero(d), 0.0f, add, add)));
}

// y = exp(x - most), and their sum.
float exp_row(const float* x, float* y, int64_t n, float most) {
  const D d;
  const int64_t step = lanes();
  const V top = hn::Set(d, most);
  V sum = hn::Zero(d);
  int64_t i = 0;
  for (; i + step <= n; i += step) {
    const V e = exp_keeping_nan(hn::Sub(hn::LoadU(d, x + i), top));
    sum = hn::Add(sum, e);
    hn::StoreU(e, d, y + i);
  }
  if (i < n) {
    const V e = exp_keeping_nan(hn::Sub(load_tail(x + i, n - i, -std::numeric_limits<float>::infinity()), top));
    // Where the whole row is -inf the padding gives NaN as well, which is the row's result.
    sum = hn::Add(sum, e);
    store_tail(e, y + i, n - i);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

float exp_sum(const float* x, int64_t n, float most) {
  const D d;
  const V top = hn::Set(d, most);
  const auto add_exp = [top](V sum, V v) HWY_ATTR { return hn::Add(sum, exp_keeping_nan(hn::Sub(v, top))); };
  const auto add = [](V a, V b) HWY_ATTR { return hn::Add(a, b); };
  return hn::GetLane(
      hn::SumOfLanes(d, fold_row(x, n, hn::Zero(d), -std::numeric_limits<float>::infinity(), add_exp, add)));
}

void SoftmaxRows(const float* x, float* y, int64_t rows, int64_t n) {
  const D d;
  for (int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const V scale = hn::Set(d, 1.0f / exp_row(x, y, n, row_max(x, n)));
    map_row(y, y, n, [scale](V v, int64_t) HWY_ATTR { return hn::Mul(v, scale); });
  }
}

void LogSoftmaxRows(const float* x, float* y, int64_t rows, int64_t n) {
  const D d;
  for (int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const float most = row_max(x, n);
    const V top = hn::Set(d, most);
    const V log_sum = hn::Set(d, std::log(exp_sum(x, n, most)));
    map_row(x, y, n, [top, log_sum](V v, int64_t) HWY_ATTR { return hn::Sub(hn::Sub(v, top), log_sum); });
  }
}

template <bool log>
void columns_of(const float* x, float* y, int64_t n, int64_t width, int64_t columns) {
  const D d;
  const int64_t step = lanes();
  for (int64_t c = 0; c < columns; c += step) {
    const int64_t count = columns - c < step ? columns - c : step;
    const auto load = [&](const float* from)
                          HWY_ATTR { return count == step ? hn::LoadU(d, from) : load_tail(from, count, 0.0f); };
    const auto store = [&](V v, float* to)
                           HWY_ATTR { count == step ? hn::StoreU(v, d, to) : store_tail(v, to, count); };
    V most = load(x + c);
    for (int64_t i = 1; i < n; ++i) most = hn::Max(most, load(x + i * width + c));
    V sum = hn::Zero(d);
    for (int64_t i = 0; i < n; ++i) {
      const V e = exp_keeping_nan(hn::Sub(load(x + i * width + c), most));
      sum = hn::Add(sum, e);
      if (!log) store(e, y + i * width + c);
    }
    const V factor = log ? hn::Log(d, sum) : hn::Div(hn::Set(d, 1.0f), sum);
    for (int64_t i = 0; i < n; ++i) {
      const int64_t at = i * width + c;
      store(log ? hn::Sub(hn::Sub(load(x + at), most), factor) : hn::Mul(load(y + at), factor), y + at);
    }
  }
}

void SoftmaxColumns(const float* x, float* y, int64_t n, int64_t width, int64_t columns) {
  columns_of<false>(x, y, n, width, columns);
}
void LogSoftmaxColumns(const float* x, float* y, int64_t n, int64_t width, int64_t columns) {
  columns_of<true>(x, y, n, width, columns);
}

Moments MomentsOf(const float* x, int64_t n) {
  const D d;
  // Long rows are summed in pieces, so that single precision keeps its digits.
  constexpr int64_t kPiece = 8192;
  double total = 0;
  for (int64_t i = 0; i < n; i += kPiece) total += RowSum(x + i, n - i < kPiece ? n - i : kPiece);
  const auto mean = static_cast<float>(total / static_cast<double>(n));
  const V centre = hn::Set(d, mean);
  const auto add_square = [centre](V sum, V v) HWY_ATTR {
    const V off = hn::Sub(v, centre);
    return hn::MulAdd(off, off, sum);
  };
  const auto add = [](V a, V b) HWY_ATTR { return hn::Add(a, b); };
  double squares = 0;
  for (int64_t i = 0; i < n; i += kPiece) {
    const int64_t count = n - i < kPiece ? n - i : kPiece;
    squares += hn::GetLane(hn::SumOfLanes(d, fold_row(x + i, count, hn::Zero(d), mean, add_square, add)));
  }
  return {mean, static_cast<float>(squares / static_cast<double>(n))};
}

void LayerNormRows(const float* x, float* y, int64_t rows, int64_t n, const float* weight, const float* bias, float eps,
                   float* mean, float* rstd) {
  const D d;
  for (int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const Moments m = MomentsOf(x, n);
    const float inverse = 1.0f / std::sqrt(m.variance + eps);
    const V centre = hn::Set(d, m.mean);
    const V scale = hn::Set(d, inverse);
    if (mean) mean[r] = m.mean;
    if (rstd) rstd[r] = inverse;
    const int64_t step = lanes();
    map_row(x, y, n, [&](V v, int64_t i) HWY_ATTR {
      const bool whole = i + step <= n;
      const auto load = [&](const float* from)
                            HWY_ATTR { return whole ? hn::LoadU(d, from + i) : load_tail(from + i, n - i, 0.0f); };
      V result = hn::Mul(hn::Sub(v, centre), scale);
      if (weight && bias) return hn::MulAdd(result, load(weight), load(bias));
      if (weight) result = hn::Mul(result, load(weight));
      if (bias) result = hn::Add(result, load(bias));
      return result;
    });
  }
}

void RmsNormRows(const float* x, float* y, int64_t rows, int64_t n, const float* weight, float eps, float* rstd) {
  const D d;
  const auto add_square = [](V sum, V v) HWY_ATTR { return hn::MulAdd(v, v, sum); };
  const auto add = [](V a, V b) HWY_ATTR { return hn::Add(a, b); };
  for (int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const float squares = hn::GetLane(hn::SumOfLanes(d, fold_row(x, n, hn::Zero(d), 0.0f, add_square, add)));
    const float inverse = 1.0f / std::sqrt(squares / static_cast<float>(n) + eps);
    const V scale = hn::Set(d, inverse);
    if (rstd) rstd[r] = inverse;
    const int64_t step = lanes();
    map_row(x, y, n, [&](V v, int64_t i) HWY_ATTR {
      const V result = hn::Mul(v, scale);
      if (!weight) return result;
      return hn::Mul(result, i + step <= n ? hn::LoadU(d, weight + i) : load_tail(weight + i, n - i, 0.0f));
    });
  }
}

void ScaleShift(const float* x, float* y, int64_t n, float scale, float shift) {
  const D d;
  const V a = hn::Set(d, scale);
  const V b = hn::Set(d, shift);
  map_row(x, y, n, [a, b](V v, int64_t) HWY_ATTR { return hn::MulAdd(v, a, b); });
}

void ScaleShiftChannels(const float* x, float* y, int64_t pixels, int64_t channels, const float* scale,
                        const float* shift) {
  const D d;
  const int64_t step = lanes();
  for (int64_t p = 0; p < pixels; ++p, x += channels, y += channels) {
    int64_t i = 0;
    for (; i + step <= channels; i += step) {
      hn::StoreU(hn::MulAdd(hn::LoadU(d, x + i), hn::LoadU(d, scale + i), hn::LoadU(d, shift + i)), d, y + i);
    }
    for (; i < channels; ++i) y[i] = x[i] * scale[i] + shift[i];
  }
}

template <class F>
HWY_INLINE void fold_rows(const float* const* rows, int64_t count, int64_t n, float* out, F finish_of) {
  const D d;
  const int64_t step = lanes();
  for (int64_t i = 0; i < n; i += step) {
    const int64_t left = n - i;
    if (left >= step) {
      hn::StoreU(finish_of([&](int64_t r) HWY_ATTR { return hn::LoadU(d, rows[r] + i); }, count), d, out + i);
    } else {
      store_tail(finish_of([&](int64_t r) HWY_ATTR { return load_tail(rows[r] + i, left, 0.0f); }, count), out + i,
                 left);
    }
  }
}

void MaxOfRows(const float* const* rows, int64_t count, int64_t n, float* out) {
  fold_rows(rows, count, n, out, [](auto load, int64_t taps) HWY_ATTR {
    V most = load(0);
    for (int64_t r = 1; r < taps; ++r) {
      const V v = load(r);
      most = hn::IfThenElse(hn::Or(hn::Gt(v, most), hn::IsNaN(v)), v, most);
    }
    return most;
  });
}

void SumOfRows(const float* const* rows, int64_t count, int64_t n, float scale, float* out) {
  fold_rows(rows, count, n, out, [scale](auto load, int64_t taps) HWY_ATTR {
    V sum = load(0);
    for (int64_t r = 1; r < taps; ++r) sum = hn::Add(sum, load(r));
    return hn::Mul(sum, hn::Set(D(), scale));
  });
}

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {

HWY_EXPORT(SoftmaxRows);
HWY_EXPORT(LogSoftmaxRows);
HWY_EXPORT(SoftmaxColumns);
HWY_EXPORT(LogSoftmaxColumns);
HWY_EXPORT(MomentsOf);
HWY_EXPORT(LayerNormRows);
HWY_EXPORT(RmsNormRows);
HWY_EXPORT(ScaleShift);
HWY_EXPORT(ScaleShiftChannels);
HWY_EXPORT(RowSum);
HWY_EXPORT(MaxOfRows);
HWY_EXPORT(SumOfRows);

void softmax_rows(const float* x, float* y, int64_t rows, int64_t n) {
  HWY_DYNAMIC_DISPATCH(SoftmaxRows)(x, y, rows, n);
}
void log_softmax_rows(const float* x, float* y, int64_t rows, int64_t n) {
  HWY_DYNAMIC_DISPATCH(LogSoftmaxRows)(x, y, rows, n);
}
void softmax_columns(const float* x, float* y, int64_t n, int64_t width, int64_t columns) {
  HWY_DYNAMIC_DISPATCH(SoftmaxColumns)(x, y, n, width, columns);
}
void log_softmax_columns(const float* x, float* y, int64_t n, int64_t width, int64_t columns) {
  HWY_DYNAMIC_DISPATCH(LogSoftmaxColumns)(x, y, n, width, columns);
}
Moments moments(const float* x, int64_t n) { return HWY_DYNAMIC_DISPATCH(MomentsOf)(x, n); }
void layer_norm_rows(const float* x, float* y, int64_t rows, int64_t n, const float* weight, const float* bias,
                     float eps, float* mean, float* rstd) {
  HWY_DYNAMIC_DISPATCH(LayerNormRows)(x, y, rows, n, weight, bias, eps, mean, rstd);
}
void rms_norm_rows(const float* x, float* y, int64_t rows, int64_t n, const float* weight, float eps, float* rstd) {
  HWY_DYNAMIC_DISPATCH(RmsNormRows)(x, y, rows, n, weight, eps, rstd);
}
void scale_shift(const float* x, float* y, int64_t n, float scale, float shift) {
  HWY_DYNAMIC_DISPATCH(ScaleShift)(x, y, n, scale, shift);
}
void scale_shift_channels(const float* x, float* y, int64_t pixels, int64_t channels, const float* scale,
                          const float* shift) {
  HWY_DYNAMIC_DISPATCH(ScaleShiftChannels)(x, y, pixels, channels, scale, shift);
}
float sum_of(const float* x, int64_t n) { return HWY_DYNAMIC_DISPATCH(RowSum)(x, n); }
void max_of_rows(const float* const* rows, int64_t count, int64_t n, float* out) {
  HWY_DYNAMIC_DISPATCH(MaxOfRows)(rows, count, n, out);
}
void sum_of_rows(const float* const* rows, int64_t count, int64_t n, float scale, float* out) {
  HWY_DYNAMIC_DISPATCH(SumOfRows)(rows, count, n, scale, out);
}

}  // namespace heddle::ops::backend
#endif
