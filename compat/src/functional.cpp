#include "heddle_torch/functional.h"

namespace torch::nn::functional {
HEDDLE_TORCH_BEGIN

namespace {

using Sizes = c10::OptionalIntArrayRef;
using Scales = c10::optional<c10::ArrayRef<double>>;

Tensor resize(const Tensor& input, size_t mode, Sizes size, Scales scales, bool align, bool antialias) {
  const int64_t spatial = input.dim() - 2;
  if (antialias) {
    TORCH_CHECK(spatial == 2 && (mode == 2 || mode == 3), "antialias is for bilinear and bicubic images");
    return mode == 2 ? at::_upsample_bilinear2d_aa(input, size, align, scales)
                     : at::_upsample_bicubic2d_aa(input, size, align, scales);
  }
  switch (mode * 10 + static_cast<size_t>(spatial)) {
    case 1:
      return at::upsample_nearest1d(input, size, scales);
    case 2:
      return at::upsample_nearest2d(input, size, scales);
    case 3:
      return at::upsample_nearest3d(input, size, scales);
    case 11:
      return at::upsample_linear1d(input, size, align, scales);
    case 22:
      return at::upsample_bilinear2d(input, size, align, scales);
    case 32:
      return at::upsample_bicubic2d(input, size, align, scales);
    case 43:
      return at::upsample_trilinear3d(input, size, align, scales);
    case 61:
      return at::_upsample_nearest_exact1d(input, size, scales);
    case 62:
      return at::_upsample_nearest_exact2d(input, size, scales);
    case 63:
      return at::_upsample_nearest_exact3d(input, size, scales);
    default:
      TORCH_CHECK(false, "interpolate: the mode does not fit an input of ", input.dim(), " dimensions");
      return input;
  }
}

std::vector<int64_t> output_size(const Tensor& input, const InterpolateFuncOptions& options) {
  if (options.size()) return *options.size();
  std::vector<int64_t> size;
  for (int64_t i = 2; i < input.dim(); ++i) {
    const double scale = options.scale_factor()->at(static_cast<size_t>(i - 2));
    size.push_back(static_cast<int64_t>(std::floor(static_cast<double>(input.size(i)) * scale)));
  }
  return size;
}

}  // namespace

Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& options) {
  const bool has_size = options.size().has_value();
  TORCH_CHECK(has_size != options.scale_factor().has_value(), "interpolate: give either size or scale_factor");
  const auto spatial = static_cast<size_t>(input.dim() - 2);
  const size_t given = has_size ? options.size()->size() : options.scale_factor()->size();
  TORCH_CHECK(given == spatial, "interpolate: expected ", spatial, " sizes or scale factors, but got ", given);
  const std::vector<int64_t> size = output_size(input, options);
  const size_t mode = options.mode().index();
  if (mode == 5) {
    return spatial == 1   ? at::adaptive_avg_pool1d(input, size)
           : spatial == 2 ? at::adaptive_avg_pool2d(input, size)
                          : at::adaptive_avg_pool3d(input, size);
  }
  const bool keeps_scale = !has_size && !options.recompute_scale_factor().value_or(false);
  return keeps_scale
             ? resize(input, mode, c10::nullopt, c10::ArrayRef<double>(*options.scale_factor()),
                      options.align_corners().value_or(false), options.antialias())
             : resize(input, mode, size, c10::nullopt, options.align_corners().value_or(false), options.antialias());
}

Tensor pad(const Tensor& input, const PadFuncOptions& options) {
  static constexpr const char* kModes[] = {"constant", "reflect", "replicate", "circular"};
  const bool is_constant = options.mode().index() == 0;
  return at::pad(input, options.pad(), kModes[options.mode().index()],
                 is_constant ? c10::optional<double>(options.value()) : c10::nullopt);
}

Tensor grid_sample(const Tensor& input, const Tensor& grid, const GridSampleFuncOptions& options) {
  return at::grid_sampler(input, grid, static_cast<int64_t>(options.mode().index()),
                          static_cast<int64_t>(options.padding_mode().index()),
                          options.align_corners().value_or(false));
}

HEDDLE_TORCH_END
}  // namespace torch::nn::functional
