// Sums of convolutions of each channel by itself, channels last, on Highway: vectors of channels, a few output pixels
// at a time. The sum of an output is formed in the order of taps wherever its pixel lies and however the work is
// divided, so its bits are always the same.
#pragma once

#include <limits>

#include "ops/backend/convolution_plan.h"

namespace heddle::ops::backend {

// Output pixels [begin, end) of one line.
struct DepthwiseLine {
  const float* input = nullptr;    // of the image
  const float* weights = nullptr;  // [taps, channels]
  const float* bias = nullptr;     // or null
  const float* added = nullptr;    // where pixel `begin` lies, or null; may be the output
  float* output = nullptr;         // where pixel `begin` lies
  int64_t plane = 0;               // of the output
  int64_t row = 0;
  int64_t begin = 0;
  int64_t end = 0;
  // The sums are clamped; NaN stays.
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};
// On the calling thread; any thread.
void sum_depthwise_line(const ConvolutionShape& shape, const DepthwiseLine& line);

}  // namespace heddle::ops::backend
