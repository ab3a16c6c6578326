#include "ops/resize/upsample.h"

#include <cmath>

#include "ops/common/dispatch.h"
#include "ops/resize/axis.h"

namespace heddle::ops {
namespace {

Status check(const Tensor& input, std::span<const int64_t> output_size, std::span<const std::optional<double>> scales) {
  const size_t axes = output_size.size();
  HEDDLE_REQUIRE(input.sizes().size() == axes + 2, "Non-empty ", axes + 2,
                 "D data tensor expected but got a tensor with sizes ", to_text(input.sizes()));
  for (size_t i = 1; i < axes + 2; ++i) {
    HEDDLE_REQUIRE(input.sizes()[i] > 0, "Non-empty ", axes + 2, "D data tensor expected but got a tensor with sizes ",
                   to_text(input.sizes()));
  }
  for (int64_t size : output_size) {
    constexpr int64_t kMost = int64_t{1} << 26;
    HEDDLE_REQUIRE(size > 0, "Input and output sizes should be greater than 0, but got input ", to_text(input.sizes()),
                   " output ", to_text(output_size));
    HEDDLE_REQUIRE(size <= kMost, "upsample: output sizes over ", kMost, " are not supported, but got ",
                   to_text(output_size));
  }
  for (const std::optional<double>& scale : scales) {
    // Positions on the input are counted in 64 bits.
    constexpr double kLeast = 1e-9;
    HEDDLE_REQUIRE(!scale || *scale <= 0 || *scale >= kLeast, "upsample: scale factors under ", kLeast,
                   " are not supported, but got ", *scale);
  }
  return ok_status();
}

}  // namespace

Result<Tensor> upsample(ResizeMode mode, const Tensor& input, std::span<const int64_t> output_size, bool align_corners,
                        std::span<const std::optional<double>> scales) {
  HEDDLE_TRY(check(input, output_size, scales));
  const bool nearest = mode == ResizeMode::kNearest || mode == ResizeMode::kNearestExact;
  if (!is_floating(input.dtype()) && !(nearest && input.dtype() == DType::kUInt8)) {
    return not_implemented(nearest ? "compute_indices_weights_nearest" : "compute_indices_weights_linear",
                           input.dtype());
  }
  // Cubic interpolation does not keep channels-last, as in PyTorch.
  const MemoryFormat format = mode == ResizeMode::kCubic ? MemoryFormat::kContiguous : input.suggested_format();
  const bool is_double = input.dtype() == DType::kFloat64;
  std::vector<IndexMap> maps;
  std::vector<AxisWeights> weights;
  for (size_t i = 0; i < output_size.size(); ++i) {
    const ResizeAxis axis{input.sizes()[i + 2], output_size[i], scales.empty() ? std::nullopt : scales[i]};
    switch (mode) {
      case ResizeMode::kNearest:
        maps.push_back(nearest_map(axis, false, is_double));
        break;
      case ResizeMode::kNearestExact:
        maps.push_back(nearest_map(axis, true, is_double));
        break;
      case ResizeMode::kLinear:
        weights.push_back(linear_weights(axis, align_corners, is_double));
        break;
      case ResizeMode::kCubic:
        weights.push_back(cubic_weights(axis, align_corners, is_double));
        break;
      case ResizeMode::kAntialiasLinear:
        weights.push_back(antialias_weights(axis, align_corners, false, is_double));
        break;
      case ResizeMode::kAntialiasCubic:
        weights.push_back(antialias_weights(axis, align_corners, true, is_double));
        break;
    }
  }
  return nearest ? remap(input, maps, format) : resample(input, weights, format);
}

Result<Dims> upsample_sizes(const Tensor& input, const std::optional<Dims>& output_size,
                            const std::optional<std::vector<double>>& scale_factors, int64_t axes) {
  HEDDLE_REQUIRE(output_size.has_value() != scale_factors.has_value(),
                 "Must specify exactly one of output_size and scale_factors");
  HEDDLE_REQUIRE(input.dim() == axes + 2, "Non-empty ", axes + 2, "D data tensor expected but got a tensor with sizes ",
                 to_text(input.sizes()));
  if (output_size) {
    HEDDLE_REQUIRE(static_cast<int64_t>(output_size->size()) == axes, "It is expected output_size equals to ", axes,
                   ", but got size ", output_size->size());
    return *output_size;
  }
  HEDDLE_REQUIRE(static_cast<int64_t>(scale_factors->size()) == axes, "It is expected scale_factors to have ", axes,
                 " values, but got ", scale_factors->size());
  Dims sizes;
  for (int64_t i = 0; i < axes; ++i) {
    const double size = static_cast<double>(input.size(i + 2)) * (*scale_factors)[static_cast<size_t>(i)];
    HEDDLE_REQUIRE(size >= 0 && size < 9e18, "upsample: scale factor ", (*scale_factors)[static_cast<size_t>(i)],
                   " gives no valid size");
    sizes.push_back(static_cast<int64_t>(size));
  }
  return sizes;
}

}  // namespace heddle::ops
