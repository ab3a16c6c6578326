// Resampling by weighted sums of neighbours along single axes: linear, cubic and antialiased interpolation of one, two
// or three dimensions are such sums, axis after axis. Any thread.
#pragma once

#include <vector>

#include "core/tensor.h"

namespace heddle::ops {

// For each output position along one axis, `taps` inputs and their weights.
struct AxisWeights {
  int64_t taps = 1;
  std::vector<int64_t> indices;  // output positions * taps
  std::vector<double> weights;
  int64_t outputs() const { return static_cast<int64_t>(indices.size()) / taps; }
};

// Resamples the last axes.size() dimensions of a float tensor (halves compute in float32). Channels-last data stays so
// when asked for, which takes [batch, channels, ...].
Result<Tensor> resample(const Tensor& input, std::span<const AxisWeights> axes, MemoryFormat format);

}  // namespace heddle::ops
