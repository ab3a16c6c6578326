// The one engine behind pooling: every output element is the maximum or the mean of a box of inputs, and along each
// axis the boxes are ranges that do not depend on the other axes. Callers make the ranges. Any thread.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "ops/common/implementation.h"

namespace heddle::ops {

// Inputs begin, begin + step, ... below end, all of them inside the axis; `weight` counts the elements a mean divides
// by.
struct PoolRange {
  int64_t begin;
  int64_t end;
  int64_t step;
  int64_t weight;
  int64_t count() const { return end > begin ? (end - begin + step - 1) / step : 0; }
};

struct PoolAxis {
  int64_t input = 1;
  std::vector<PoolRange> ranges = {{0, 1, 1, 1}};  // one an output
  int64_t output() const { return static_cast<int64_t>(ranges.size()); }
};

struct PoolProblem {
  enum class Kind : uint8_t { kMax, kMean };
  Kind kind = Kind::kMax;
  // [batch, channels, D, H, W] of one dtype (no half), contiguous, or both channels-last where that is set.
  Tensor input;
  Tensor output;
  Tensor indices;  // of maxima: int64, laid out as the output, counting within a channel's plane; may be undefined
  bool channels_last = false;
  std::array<PoolAxis, 3> axes;
  std::optional<int64_t> divisor;  // of means, instead of the product of weights
};

std::span<const Implementation<PoolProblem>> pool_implementations();

// Pools over the last `axes.size()` dimensions of [batch, channels, ...], or of [channels, ...], with the result's
// layout as PyTorch's: channels-last where a two-dimensional input with a batch is, else contiguous.
struct PoolResult {
  Tensor output;
  Tensor indices;  // undefined unless asked for
};
Result<PoolResult> pool(PoolProblem::Kind kind, const Tensor& input, std::span<const PoolAxis> axes, bool with_indices,
                        std::optional<int64_t> divisor = std::nullopt, std::string_view kernel = "pool");

}  // namespace heddle::ops
