// torch's resizing of images, sounds and volumes. Any thread.
#pragma once

#include <optional>
#include <vector>

#include "core/tensor.h"

namespace heddle::ops {

enum class ResizeMode : uint8_t { kNearest, kNearestExact, kLinear, kCubic, kAntialiasLinear, kAntialiasCubic };

// Resizes the dimensions behind [batch, channels] to output_size; scales, where given, are the caller's factors, one a
// dimension. PyTorch's checks, dtypes and layouts.
Result<Tensor> upsample(ResizeMode mode, const Tensor& input, std::span<const int64_t> output_size, bool align_corners,
                        std::span<const std::optional<double>> scales);

// The sizes that either argument asks for; exactly one of them must be given.
Result<Dims> upsample_sizes(const Tensor& input, const std::optional<Dims>& output_size,
                            const std::optional<std::vector<double>>& scale_factors, int64_t axes);

}  // namespace heddle::ops
