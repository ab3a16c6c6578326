#include "ops/backend/rows.h"

#include <algorithm>
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
#include "ops/backend/simd_math.inc"

constexpr float kLowest = -std::numeric_limits<float>::infinity();

float row_max(const float* x, int64_t n) {
  const auto larger = [](V a, V b) HWY_ATTR { return hn::Max(a, b); };
  return hn::GetLane(hn::MaxOfLanes(D(), fold_row(x, n, constant(kLowest), kLowest, larger, larger)));
}

float RowSum(const float* x, int64_t n) {
  const auto sum = [](V a, V b) HWY_ATTR { return hn::Add(a, b); };
  return hn::GetLane(hn::SumOfLanes(D(), fold_row(x, n, constant(0.0f), 0.0f, sum, sum)));
}

// y = exp(x - most), and their sum.
float exp_row_sum(const float* x, float* y, int64_t n, float most) {
  const V top = constant(most);
  V sum = constant(0.0f);
  each_vector(n, [&](const auto& at) HWY_ATTR {
    // Behind the end stands exp(-inf) = 0; in a row of -inf alone it is NaN, as is the row's result.
    const V e = exp_of(hn::Sub(at.load(x, kLowest), top));
    sum = hn::Add(sum, e);
    at.store(e, y);
  });
  return hn::GetLane(hn::SumOfLanes(D(), sum));
}

float exp_sum(const float* x, int64_t n, float most) {
  const V top = constant(most);
  const auto add_exp = [top](V sum, V v) HWY_ATTR { return hn::Add(sum, exp_of(hn::Sub(v, top))); };
  const auto sum = [](V a, V b) HWY_ATTR { return hn::Add(a, b); };
  return hn::GetLane(hn::SumOfLanes(D(), fold_row(x, n, constant(0.0f), kLowest, add_exp, sum)));
}

void SoftmaxRows(const float* x, float* y, int64_t rows, int64_t n) {
  for (int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const V scale = constant(1.0f / exp_row_sum(x, y, n, row_max(x, n)));
    map_row(y, y, n, [scale](V v) HWY_ATTR { return hn::Mul(v, scale); });
  }
}

void LogSoftmaxRows(const float* x, float* y, int64_t rows, int64_t n) {
  for (int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const float most = row_max(x, n);
    const V top = constant(most);
    const V log_sum = constant(std::log(exp_sum(x, n, most)));
    map_row(x, y, n, [top, log_sum](V v) HWY_ATTR { return hn::Sub(hn::Sub(v, top), log_sum); });
  }
}

template <bool log>
void columns_of(const float* x, float* y, int64_t n, int64_t width, int64_t columns) {
  each_vector(columns, [=](const auto& at) HWY_ATTR {
    V most = at.load(x);
    for (int64_t i = 1; i < n; ++i) most = hn::Max(most, at.load(x + i * width));
    V sum = constant(0.0f);
    for (int64_t i = 0; i < n; ++i) {
      const V e = exp_of(hn::Sub(at.load(x + i * width), most));
      sum = hn::Add(sum, e);
      if (!log) at.store(e, y + i * width);
    }
    const V factor = log ? log_of(sum) : hn::Div(constant(1.0f), sum);
    for (int64_t i = 0; i < n; ++i) {
      const V v = at.load((log ? x : y) + i * width);
      at.store(log ? hn::Sub(hn::Sub(v, most), factor) : hn::Mul(v, factor), y + i * width);
    }
  });
}

void SoftmaxColumns(const float* x, float* y, int64_t n, int64_t width, int64_t columns) {
  columns_of<false>(x, y, n, width, columns);
}
void LogSoftmaxColumns(const float* x, float* y, int64_t n, int64_t width, int64_t columns) {
  columns_of<true>(x, y, n, width, columns);
}

Moments MomentsOf(const float* x, int64_t n) {
  // Long rows are summed in pieces, so that single precision keeps its digits.
  constexpr int64_t kPiece = 8192;
  double total = 0;
  for (int64_t i = 0; i < n; i += kPiece) total += RowSum(x + i, std::min(n - i, kPiece));
  const auto mean = static_cast<float>(total / static_cast<double>(n));
  const V centre = constant(mean);
  const auto add_square = [centre](V sum, V v) HWY_ATTR {
    const V off = hn::Sub(v, centre);
    return hn::MulAdd(off, off, sum);
  };
  const auto sum = [](V a, V b) HWY_ATTR { return hn::Add(a, b); };
  double squares = 0;
  for (int64_t i = 0; i < n; i += kPiece) {
    squares += hn::GetLane(
        hn::SumOfLanes(D(), fold_row(x + i, std::min(n - i, kPiece), constant(0.0f), mean, add_square, sum)));
  }
  return {mean, static_cast<float>(squares / static_cast<double>(n))};
}

void LayerNormRows(const float* x, float* y, int64_t rows, int64_t n, const float* weight, const float* bias, float eps,
                   float* mean, float* rstd) {
  for (int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const Moments m = MomentsOf(x, n);
    const float inverse = 1.0f / std::sqrt(m.variance + eps);
    const V centre = constant(m.mean);
    const V scale = constant(inverse);
    if (mean) mean[r] = m.mean;
    if (rstd) rstd[r] = inverse;
    each_vector(n, [=](const auto& at) HWY_ATTR {
      V result = hn::Mul(hn::Sub(at.load(x), centre), scale);
      if (weight && bias) {
        result = hn::MulAdd(result, at.load(weight), at.load(bias));
      } else if (weight) {
        result = hn::Mul(result, at.load(weight));
      } else if (bias) {
        result = hn::Add(result, at.load(bias));
      }
      at.store(result, y);
    });
  }
}

void RmsNormRows(const float* x, float* y, int64_t rows, int64_t n, const float* weight, float eps, float* rstd) {
  const auto add_square = [](V sum, V v) HWY_ATTR { return hn::MulAdd(v, v, sum); };
  const auto sum = [](V a, V b) HWY_ATTR { return hn::Add(a, b); };
  for (int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const float squares = hn::GetLane(hn::SumOfLanes(D(), fold_row(x, n, constant(0.0f), 0.0f, add_square, sum)));
    const float inverse = 1.0f / std::sqrt(squares / static_cast<float>(n) + eps);
    const V scale = constant(inverse);
    if (rstd) rstd[r] = inverse;
    each_vector(n, [=](const auto& at) HWY_ATTR {
      const V result = hn::Mul(at.load(x), scale);
      at.store(weight ? hn::Mul(result, at.load(weight)) : result, y);
    });
  }
}

void ScaleShift(const float* x, float* y, int64_t n, float scale, float shift) {
  const V a = constant(scale);
  const V b = constant(shift);
  map_row(x, y, n, [a, b](V v) HWY_ATTR { return hn::MulAdd(v, a, b); });
}

void ScaleShiftChannels(const float* x, float* y, int64_t pixels, int64_t channels, const float* scale,
                        const float* shift) {
  for (int64_t p = 0; p < pixels; ++p, x += channels, y += channels) {
    each_vector(channels,
                [=](const auto& at) HWY_ATTR { at.store(hn::MulAdd(at.load(x), at.load(scale), at.load(shift)), y); });
  }
}

void MaxOfRows(const float* const* rows, int64_t count, int64_t n, float* out) {
  each_vector(n, [=](const auto& at) HWY_ATTR {
    V most = at.load(rows[0]);
    for (int64_t r = 1; r < count; ++r) {
      const V v = at.load(rows[r]);
      most = hn::IfThenElse(hn::Or(hn::Gt(v, most), hn::IsNaN(v)), v, most);
    }
    at.store(most, out);
  });
}

void SumOfRows(const float* const* rows, int64_t count, int64_t n, float scale, float* out) {
  const V factor = constant(scale);
  const auto one_vector = [=](const auto& at) HWY_ATTR {
    V sum = at.load(rows[0]);
    for (int64_t r = 1; r < count; ++r) sum = hn::Add(sum, at.load(rows[r]));
    at.store(hn::Mul(sum, factor), out);
  };
  const int64_t step = lanes();
  int64_t i = 0;
  // Four sums at a time, as each waits for its last addition.
  for (; i + 4 * step <= n; i += 4 * step) {
    V sums[4];
    for (int64_t k = 0; k < 4; ++k) sums[k] = Whole{i + k * step}.load(rows[0]);
    for (int64_t r = 1; r < count; ++r) {
      for (int64_t k = 0; k < 4; ++k) sums[k] = hn::Add(sums[k], Whole{i + k * step}.load(rows[r]));
    }
    for (int64_t k = 0; k < 4; ++k) Whole{i + k * step}.store(hn::Mul(sums[k], factor), out);
  }
  for (; i + step <= n; i += step) one_vector(Whole{i});
  if (i < n) one_vector(Part{i, n - i});
}

void WeightedSumOfRows(const float* const* rows, const float* weights, int64_t count, int64_t n, float* out) {
  each_vector(n, [=](const auto& at) HWY_ATTR {
    V sum = hn::Mul(at.load(rows[0]), constant(weights[0]));
    for (int64_t k = 1; k < count; ++k) sum = hn::MulAdd(at.load(rows[k]), constant(weights[k]), sum);
    at.store(sum, out);
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
HWY_EXPORT(WeightedSumOfRows);

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

void weighted_sum_of_rows(const float* const* rows, const float* weights, int64_t count, int64_t n, float* out) {
  HWY_DYNAMIC_DISPATCH(WeightedSumOfRows)(rows, weights, count, n, out);
}

}  // namespace heddle::ops::backend
#endif
