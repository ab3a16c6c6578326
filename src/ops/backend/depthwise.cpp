#include "ops/backend/depthwise.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/depthwise.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Outputs whose sums are formed side by side.
constexpr int kPixels = 4;
constexpr int kVectors = 2;

// The taps that lie inside the input, and where the first of them reads.
struct Taps {
  int64_t first;
  int64_t last;
};
Taps taps_inside(const ConvolutionShape& s, size_t axis, int64_t output) {
  const int64_t at = output * s.stride[axis] - s.padding[axis];
  const int64_t step = s.dilation[axis];
  const int64_t first = at >= 0 ? 0 : (-at + step - 1) / step;
  const int64_t last = at >= s.input[axis] ? 0 : (s.input[axis] - 1 - at) / step + 1;
  return {std::min(first, s.kernel[axis]), std::clamp(last, std::min(first, s.kernel[axis]), s.kernel[axis])};
}

struct Window {
  const ConvolutionShape& shape;
  const DepthwiseLine& line;
  Taps planes;
  Taps rows;
};

template <int pixels, int vectors, class D>
HWY_INLINE void sum_channels(D d, const Window& w, const Taps& columns, int64_t x, int64_t channel) {
  using V = hn::Vec<D>;
  constexpr int64_t kLanes = hn::MaxLanes(D());
  const ConvolutionShape& s = w.shape;
  const int64_t channels = s.in_channels;
  const int64_t at = (x - w.line.begin) * channels + channel;
  V sums[pixels][vectors];
#pragma GCC unroll 4
  for (int j = 0; j < vectors; ++j) {
    const V start = w.line.bias ? hn::LoadU(d, w.line.bias + channel + j * kLanes) : hn::Zero(d);
#pragma GCC unroll 8
    for (int i = 0; i < pixels; ++i) {
      sums[i][j] = w.line.added ? hn::Add(start, hn::LoadU(d, w.line.added + at + i * channels + j * kLanes)) : start;
    }
  }
  const int64_t tap_step = s.dilation[2] * channels;
  const int64_t pixel_step = s.stride[2] * channels;
  const int64_t from_x = x * s.stride[2] - s.padding[2] + columns.first * s.dilation[2];
  for (int64_t z = w.planes.first; z < w.planes.last; ++z) {
    const int64_t from_z = w.line.plane * s.stride[0] - s.padding[0] + z * s.dilation[0];
    for (int64_t y = w.rows.first; y < w.rows.last; ++y) {
      const int64_t from_y = w.line.row * s.stride[1] - s.padding[1] + y * s.dilation[1];
      const float* from = w.line.input + ((from_z * s.input[1] + from_y) * s.input[2] + from_x) * channels + channel;
      const float* factor = w.line.weights + ((z * s.kernel[1] + y) * s.kernel[2] + columns.first) * channels + channel;
      for (int64_t k = columns.first; k < columns.last; ++k, from += tap_step, factor += channels) {
#pragma GCC unroll 4
        for (int j = 0; j < vectors; ++j) {
          const V f = hn::LoadU(d, factor + j * kLanes);
#pragma GCC unroll 8
          for (int i = 0; i < pixels; ++i) {
            sums[i][j] = hn::MulAdd(hn::LoadU(d, from + i * pixel_step + j * kLanes), f, sums[i][j]);
          }
        }
      }
    }
  }
  const V low = hn::Set(d, w.line.low);
  const V high = hn::Set(d, w.line.high);
#pragma GCC unroll 8
  for (int i = 0; i < pixels; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < vectors; ++j) {
      // In this order of operands NaN stays.
      hn::StoreU(hn::Min(high, hn::Max(low, sums[i][j])), d, w.line.output + at + i * channels + j * kLanes);
    }
  }
}

template <int pixels>
void sum_pixels(const Window& w, const Taps& columns, int64_t x) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> single;
  constexpr int64_t kLanes = hn::MaxLanes(hn::ScalableTag<float>());
  const int64_t channels = w.shape.in_channels;
  int64_t c = 0;
  for (; c + kVectors * kLanes <= channels; c += kVectors * kLanes) {
    sum_channels<pixels, kVectors>(d, w, columns, x, c);
  }
  for (; c + kLanes <= channels; c += kLanes) sum_channels<pixels, 1>(d, w, columns, x, c);
  for (; c < channels; ++c) sum_channels<pixels, 1>(single, w, columns, x, c);
}

void SumDepthwiseLine(const ConvolutionShape& s, const DepthwiseLine& line) {
  const Window window = {s, line, taps_inside(s, 0, line.plane), taps_inside(s, 1, line.row)};
  const auto sees_all = [&](int64_t x) {
    const Taps columns = taps_inside(s, 2, x);
    return columns.first == 0 && columns.last == s.kernel[2];
  };
  for (int64_t x = line.begin; x < line.end;) {
    if (x + kPixels <= line.end && sees_all(x) && sees_all(x + kPixels - 1)) {
      sum_pixels<kPixels>(window, {0, s.kernel[2]}, x);
      x += kPixels;
    } else {
      sum_pixels<1>(window, taps_inside(s, 2, x), x);
      ++x;
    }
  }
}

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {

HWY_EXPORT(SumDepthwiseLine);

void sum_depthwise_line(const ConvolutionShape& shape, const DepthwiseLine& line) {
  HWY_DYNAMIC_DISPATCH(SumDepthwiseLine)(shape, line);
}

}  // namespace heddle::ops::backend
#endif
