// torch.nn.functional.interpolate and upsample as archives up to PyTorch 1.4 call them: as operators. They choose among
// the upsample operators.
#include <cmath>
#include <string>

#include "core/boxes.h"
#include "ops/common/call.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Size = std::optional<int64_t>;
using Sizes = std::optional<Dims>;
using Scale = std::optional<double>;
using Scales = std::optional<std::vector<double>>;
using Flag = std::optional<bool>;

struct Arguments {
  Sizes size;
  Scales scales;
  std::string_view mode;
  Flag align_corners;
};

Result<Tensor> interpolated(const Tensor& input, Arguments a) {
  const int64_t axes = input.dim() - 2;
  HEDDLE_REQUIRE(axes >= 1 && axes <= 3, "Input Error: Only 3D, 4D and 5D input Tensors supported (got ", input.dim(),
                 "D) for the modes: nearest | linear | bilinear | bicubic | trilinear | area");
  HEDDLE_REQUIRE(a.size.has_value() != a.scales.has_value(), a.size
                                                                 ? "only one of size or scale_factor should be defined"
                                                                 : "either size or scale_factor should be defined");
  const auto count = static_cast<size_t>(axes);
  HEDDLE_REQUIRE(!a.size || a.size->size() == count, "size must have ", axes,
                 " elements, one a spatial dimension, but has ", a.size ? a.size->size() : 0);
  HEDDLE_REQUIRE(!a.scales || a.scales->size() == count, "scale_factor must have ", axes,
                 " elements, one a spatial dimension, but has ", a.scales ? a.scales->size() : 0);
  const bool plain = a.mode == "nearest" || a.mode == "nearest-exact" || a.mode == "area";
  HEDDLE_REQUIRE(!plain || !a.align_corners,
                 "align_corners option can only be set with the interpolating modes: linear "
                 "| bilinear | bicubic | trilinear");
  // These operators scale by the ratio of the sizes, whatever recompute_scale_factor says.
  if (a.scales) {
    Dims size;
    for (int64_t d = 0; d < axes; ++d) {
      const double scaled = static_cast<double>(input.size(d + 2)) * (*a.scales)[static_cast<size_t>(d)];
      HEDDLE_REQUIRE(scaled >= 0 && scaled < 9e18, "interpolate: scale_factor gives a size of ", scaled);
      size.push_back(static_cast<int64_t>(std::floor(scaled)));
    }
    a.size = size;
  }
  const IValue size = make_int_list(*a.size);
  const std::string suffix = concat(axes, "d");
  if (a.mode == "area")
    return call_tensor_operator("aten::adaptive_avg_pool" + suffix, "", std::vector<IValue>{input, size});
  if (plain) {
    return call_tensor_operator(
        concat("aten::", a.mode == "nearest" ? "upsample_nearest" : "_upsample_nearest_exact", suffix), "vec",
        std::vector<IValue>{input, size, IValue()});
  }
  constexpr std::string_view kSmooth[] = {"linear", "bilinear", "trilinear"};
  const bool bicubic = a.mode == "bicubic" && axes == 2;
  HEDDLE_REQUIRE(bicubic || a.mode == kSmooth[axes - 1], "Input Error: mode ", a.mode, " does not fit an input of ",
                 input.dim(), " dimensions");
  return call_tensor_operator(concat("aten::upsample_", a.mode, suffix), "vec",
                              std::vector<IValue>{input, size, a.align_corners.value_or(false), IValue()});
}

Sizes repeated(Size size, const Tensor& input) {
  if (!size) return Sizes();
  return Dims(static_cast<size_t>(std::max<int64_t>(input.dim() - 2, 0)), *size);
}
Sizes repeated(const Sizes& sizes, const Tensor&) { return sizes; }
Scales repeated(Scale scale, const Tensor& input) {
  if (!scale) return Scales();
  return std::vector<double>(static_cast<size_t>(std::max<int64_t>(input.dim() - 2, 0)), *scale);
}
Scales repeated(const Scales& scales, const Tensor&) { return scales; }

template <class AnySize, class AnyScale>
Result<Tensor> interpolate(const Tensor& input, AnySize size, AnyScale scale, std::string_view mode, Flag align_corners,
                           Flag, bool antialias) {
  HEDDLE_REQUIRE_CODE(!antialias, kUnsupported, "__interpolate: antialias=True is not supported");
  return interpolated(input, {repeated(size, input), repeated(scale, input), mode, align_corners});
}

Scale as_float(Size scale) { return scale ? Scale(static_cast<double>(*scale)) : Scale(); }
Scales as_floats(const Sizes& scales) {
  return scales ? Scales(std::vector<double>(scales->begin(), scales->end())) : Scales();
}

template <class AnySize>
Result<Tensor> upsample(const Tensor& input, AnySize size, Size scale, std::string_view mode, Flag align_corners) {
  return interpolated(input, {repeated(size, input), repeated(as_float(scale), input), mode, align_corners});
}
template <class AnySize>
Result<Tensor> upsample_nearest(const Tensor& input, AnySize size, Size scale) {
  return interpolated(input, {repeated(size, input), repeated(as_float(scale), input), "nearest", Flag()});
}
template <class AnySize>
Result<Tensor> upsample_bilinear(const Tensor& input, AnySize size, Size scale) {
  return interpolated(input, {repeated(size, input), repeated(as_float(scale), input), "bilinear", true});
}
template <class AnySize>
Result<Tensor> upsample_bilinear_scales(const Tensor& input, AnySize size, Sizes scales) {
  return interpolated(input, {repeated(size, input), as_floats(scales), "bilinear", true});
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(legacy_interpolate) {
  using namespace heddle::ops;
  constexpr std::string_view kRest =
      "str mode=\"nearest\", bool? align_corners=None, bool? recompute_scale_factor=None, bool antialias=False) -> "
      "Tensor";
  table.add(concat("aten::__interpolate.scale_list(Tensor input, int? size=None, float[]? scale_factor=None, ", kRest),
            boxed<&interpolate<Size, Scales>>());
  table.add(
      concat("aten::__interpolate.size_list_scale_list(Tensor input, int[]? size=None, float[]? scale_factor=None, ",
             kRest),
      boxed<&interpolate<Sizes, Scales>>());
  table.add(concat("aten::__interpolate(Tensor input, int? size=None, float? scale_factor=None, ", kRest),
            boxed<&interpolate<Size, Scale>>());
  table.add(concat("aten::__interpolate.size_list(Tensor input, int[]? size=None, float? scale_factor=None, ", kRest),
            boxed<&interpolate<Sizes, Scale>>());
  constexpr std::string_view kMode = "str mode=\"nearest\", bool? align_corners=None) -> Tensor";
  table.add(concat("aten::__upsample(Tensor input, int? size=None, int? scale_factor=None, ", kMode),
            boxed<&upsample<Size>>());
  table.add(concat("aten::__upsample.size_list(Tensor input, int[]? size=None, int? scale_factor=None, ", kMode),
            boxed<&upsample<Sizes>>());
  table.add("aten::__upsample_nearest(Tensor input, int? size=None, int? scale_factor=None) -> Tensor",
            boxed<&upsample_nearest<Size>>());
  table.add("aten::__upsample_nearest.size_list(Tensor input, int[]? size=None, int? scale_factor=None) -> Tensor",
            boxed<&upsample_nearest<Sizes>>());
  table.add("aten::__upsample_bilinear(Tensor input, int? size=None, int? scale_factor=None) -> Tensor",
            boxed<&upsample_bilinear<Size>>());
  table.add("aten::__upsample_bilinear.size_list(Tensor input, int[]? size=None, int? scale_factor=None) -> Tensor",
            boxed<&upsample_bilinear<Sizes>>());
  table.add("aten::__upsample_bilinear.scale_list(Tensor input, int? size=None, int[]? scale_factor=None) -> Tensor",
            boxed<&upsample_bilinear_scales<Size>>());
  table.add(
      "aten::__upsample_bilinear.size_list_scale_list(Tensor input, int[]? size=None, int[]? scale_factor=None) "
      "-> Tensor",
      boxed<&upsample_bilinear_scales<Sizes>>());
}
