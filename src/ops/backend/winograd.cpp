#include "ops/backend/winograd.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "ops/backend/tiles.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/winograd.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr int64_t kLanes = hn::MaxLanes(D());

// The points but 0 and infinity are +-kA and +-kB.
constexpr float kA = 0.75f;
constexpr float kB = 1.5f;
constexpr float kA2 = kA * kA;
constexpr float kB2 = kB * kB;

// In one dimension: inputs to as many points.
HWY_INLINE void to_points(const V (&in)[kWinogradInputs], V (&out)[kWinogradInputs]) {
  const D d;
  const V a2 = hn::Set(d, kA2), b2 = hn::Set(d, kB2), sum = hn::Set(d, kA2 + kB2), product = hn::Set(d, kA2 * kB2);
  out[0] = hn::MulAdd(product, in[0], hn::NegMulAdd(sum, in[2], in[4]));
  const V even_a = hn::NegMulAdd(b2, in[2], in[4]);
  const V odd_a = hn::Mul(hn::Set(d, kA), hn::NegMulAdd(b2, in[1], in[3]));
  out[1] = hn::Add(even_a, odd_a);
  out[2] = hn::Sub(even_a, odd_a);
  const V even_b = hn::NegMulAdd(a2, in[2], in[4]);
  const V odd_b = hn::Mul(hn::Set(d, kB), hn::NegMulAdd(a2, in[1], in[3]));
  out[3] = hn::Add(even_b, odd_b);
  out[4] = hn::Sub(even_b, odd_b);
  out[5] = hn::MulAdd(product, in[1], hn::NegMulAdd(sum, in[3], in[5]));
}

// And the products at the points to outputs.
HWY_INLINE void from_points(const V (&in)[kWinogradInputs], V (&out)[kWinogradOutputs]) {
  const D d;
  const V even_a = hn::Add(in[1], in[2]), odd_a = hn::Sub(in[1], in[2]);
  const V even_b = hn::Add(in[3], in[4]), odd_b = hn::Sub(in[3], in[4]);
  out[0] = hn::Add(in[0], hn::Add(even_a, even_b));
  out[1] = hn::MulAdd(hn::Set(d, kA), odd_a, hn::Mul(hn::Set(d, kB), odd_b));
  out[2] = hn::MulAdd(hn::Set(d, kA2), even_a, hn::Mul(hn::Set(d, kB2), even_b));
  out[3] = hn::MulAdd(hn::Set(d, kA2 * kA), odd_a, hn::MulAdd(hn::Set(d, kB2 * kB), odd_b, in[5]));
}

void TransformInput(const WinogradInput& p) {
  constexpr int64_t kSide = kWinogradInputs;
  const D d;
  // The compiler could not know that `to` leaves these alone.
  const float* pixels[kWinogradPoints];
  std::copy(std::begin(p.pixels), std::end(p.pixels), pixels);
  float* const to = p.to;
  const int64_t step = p.point_step;
  for (int64_t c = 0; c < p.channels; c += kLanes) {
    V half[kSide][kSide];
#pragma GCC unroll 6
    for (int64_t x = 0; x < kSide; ++x) {
      V in[kSide], out[kSide];
      for (int64_t y = 0; y < kSide; ++y) in[y] = hn::LoadU(d, pixels[y * kSide + x] + c);
      to_points(in, out);
      for (int64_t y = 0; y < kSide; ++y) half[y][x] = out[y];
    }
#pragma GCC unroll 6
    for (int64_t y = 0; y < kSide; ++y) {
      V out[kSide];
      to_points(half[y], out);
      for (int64_t x = 0; x < kSide; ++x) hn::StoreU(out[x], d, to + (y * kSide + x) * step + c);
    }
  }
}

void TransformOutput(const WinogradOutput& p) {
  constexpr int64_t kSide = kWinogradOutputs;
  const D d;
  const V low = hn::Set(d, p.low), high = hn::Set(d, p.high);
  const int64_t width = panel_width();
  for (int64_t c = 0; c < width; c += kLanes) {
    V half[kSide][kWinogradInputs];
#pragma GCC unroll 6
    for (int64_t x = 0; x < kWinogradInputs; ++x) {
      V in[kWinogradInputs], out[kSide];
      for (int64_t y = 0; y < kWinogradInputs; ++y) {
        in[y] = hn::LoadU(d, p.from + (y * kWinogradInputs + x) * p.point_step + c);
      }
      from_points(in, out);
      for (int64_t y = 0; y < kSide; ++y) half[y][x] = out[y];
    }
    const V bias = p.bias ? hn::LoadU(d, p.bias + c) : hn::Zero(d);
#pragma GCC unroll 4
    for (int64_t y = 0; y < kSide; ++y) {
      V out[kSide];
      from_points(half[y], out);
      for (int64_t x = 0; x < kSide; ++x) {
        V sum = hn::Add(out[x], bias);
        if (p.added[0]) sum = hn::Add(sum, hn::LoadU(d, p.added[y * kSide + x] + c));
        // In this order of operands NaN stays.
        hn::StoreU(hn::Min(high, hn::Max(low, sum)), d, p.to[y * kSide + x] + c);
      }
    }
  }
}

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {
namespace {

HWY_EXPORT(TransformInput);
HWY_EXPORT(TransformOutput);

using Row = std::array<double, 3>;

// What a row of three weights becomes at each point.
constexpr Row weights_at(double point, double other) {
  const double scale = 1 / (2 * point * point * (point * point - other * other));
  return {scale, scale * point, scale * point * point};
}
constexpr double kA = 0.75, kB = 1.5;
constexpr std::array<Row, kWinogradInputs> kWeights = {{{1 / (kA * kA * kB * kB), 0, 0},
                                                        weights_at(kA, kB),
                                                        weights_at(-kA, kB),
                                                        weights_at(kB, kA),
                                                        weights_at(-kB, kA),
                                                        {0, 0, 1}}};

// One input channel of one panel; columns lie next to each other so that the compiler takes them by vectors.
constexpr int64_t kMostColumns = 64;
void pack_channel(const float* weights, int64_t column_step, int64_t width, float* to, int64_t point_step) {
  double taps[9][kMostColumns];
  for (int64_t j = 0; j < width; ++j) {
    for (int64_t tap = 0; tap < 9; ++tap) taps[tap][j] = weights[j * column_step + tap];
  }
  for (const Row& row : kWeights) {
    double half[3][kMostColumns];
    for (int64_t x = 0; x < 3; ++x) {
      for (int64_t j = 0; j < width; ++j) {
        half[x][j] = row[0] * taps[x][j] + row[1] * taps[3 + x][j] + row[2] * taps[6 + x][j];
      }
    }
    for (const Row& column : kWeights) {
      for (int64_t j = 0; j < width; ++j) {
        to[j] = static_cast<float>(column[0] * half[0][j] + column[1] * half[1][j] + column[2] * half[2][j]);
      }
      to += point_step;
    }
  }
}

}  // namespace

void pack_winograd_panels(const float* weights, int64_t in_channels, int64_t first, int64_t last, float* to) {
  const int64_t width = panel_width();
  const int64_t point_step = in_channels * width;
  const int64_t column_step = in_channels * 9;
  for (int64_t panel = first; panel < last; ++panel) {
    for (int64_t c = 0; c < in_channels; ++c) {
      pack_channel(weights + panel * width * column_step + c * 9, column_step, width,
                   to + panel * kWinogradPoints * point_step + c * width, point_step);
    }
  }
}

void transform_winograd_input(const WinogradInput& input) { HWY_DYNAMIC_DISPATCH(TransformInput)(input); }
void transform_winograd_output(const WinogradOutput& output) { HWY_DYNAMIC_DISPATCH(TransformOutput)(output); }

}  // namespace heddle::ops::backend
#endif
