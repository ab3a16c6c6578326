// Windows of 3 x 3 taps by minimal filtering, F(4 x 4, 3 x 3) of A. Lavin and S. Gray, "Fast Algorithms for
// Convolutional Neural Networks" (2016): a tile of 4 x 4 outputs sees 6 x 6 inputs, and becomes products at 36 points
// where direct sums take 144. The points of interpolation are 0, +-3/4, +-3/2 and infinity, whose factors are exact:
// the errors are twice those of direct sums (six times with integers). Highway picks the instruction set at run time.
// Plain functions of memory, on the calling thread; any thread.
#pragma once

#include <cstdint>
#include <limits>

namespace heddle::ops::backend {

// Sides of a tile.
inline constexpr int64_t kWinogradInputs = 6;
inline constexpr int64_t kWinogradOutputs = 4;
inline constexpr int64_t kWinogradPoints = kWinogradInputs * kWinogradInputs;

// Panels [first, last) of weights [out_channels, in_channels, 3, 3], out_channels a multiple of panel_width()
// (tiles.h), into `to`, where panel 0 lies: [panel, point, in_channels, panel_width()].
void pack_winograd_panels(const float* weights, int64_t in_channels, int64_t first, int64_t last, float* to);

struct WinogradInput {
  const float* pixels[kWinogradPoints];  // in the order of rows
  int64_t channels = 0;                  // a multiple of panel_width()
  float* to = nullptr;                   // channels of the first point
  int64_t point_step = 0;                // from one point to the next
};
void transform_winograd_input(const WinogradInput& input);

// One tile by one panel of channels.
struct WinogradOutput {
  static constexpr int64_t kPixels = kWinogradOutputs * kWinogradOutputs;
  const float* from = nullptr;  // the products of the first point
  int64_t point_step = 0;
  const float* bias = nullptr;       // or null
  const float* added[kPixels] = {};  // the first null: nothing is added
  float* to[kPixels] = {};
  // The sums are clamped; NaN stays.
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};
void transform_winograd_output(const WinogradOutput& output);

}  // namespace heddle::ops::backend
