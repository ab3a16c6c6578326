// torch's upsample operators: for each mode and dimension a plain form with sizes and scales, and one (".vec") with
// either.
#include <array>

#include "ops/common/forms.h"
#include "ops/resize/upsample.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using Scale = std::optional<double>;
using Scales = std::optional<std::vector<double>>;

Status check_axes(const Dims& output_size, size_t axes) {
  HEDDLE_REQUIRE(output_size.size() == axes, "It is expected output_size equals to ", axes, ", but got size ",
                 output_size.size());
  return ok_status();
}

// The plain forms.
template <ResizeMode mode, size_t axes, class... Factor>
Result<Tensor> plain(const Tensor& self, const Dims& output_size, bool align_corners, Factor... factors) {
  HEDDLE_TRY(check_axes(output_size, axes));
  const std::array<Scale, axes> scales = {factors...};
  return upsample(mode, self, output_size, align_corners, scales);
}
template <ResizeMode mode>
Result<Tensor> nearest1(const Tensor& self, const Dims& output_size, Scale s) {
  return plain<mode, 1>(self, output_size, false, s);
}
template <ResizeMode mode>
Result<Tensor> nearest2(const Tensor& self, const Dims& output_size, Scale h, Scale w) {
  return plain<mode, 2>(self, output_size, false, h, w);
}
template <ResizeMode mode>
Result<Tensor> nearest3(const Tensor& self, const Dims& output_size, Scale d, Scale h, Scale w) {
  return plain<mode, 3>(self, output_size, false, d, h, w);
}
template <ResizeMode mode>
Result<Tensor> smooth1(const Tensor& self, const Dims& output_size, bool align_corners, Scale s) {
  return plain<mode, 1>(self, output_size, align_corners, s);
}
template <ResizeMode mode>
Result<Tensor> smooth2(const Tensor& self, const Dims& output_size, bool align_corners, Scale h, Scale w) {
  return plain<mode, 2>(self, output_size, align_corners, h, w);
}
template <ResizeMode mode>
Result<Tensor> smooth3(const Tensor& self, const Dims& output_size, bool align_corners, Scale d, Scale h, Scale w) {
  return plain<mode, 3>(self, output_size, align_corners, d, h, w);
}

// The ".vec" forms.
template <ResizeMode mode, int64_t axes>
Result<Tensor> smooth_vec(const Tensor& input, std::optional<Dims> output_size, bool align_corners,
                          Scales scale_factors) {
  const Dims sizes = HEDDLE_TRY(upsample_sizes(input, output_size, scale_factors, axes));
  std::vector<Scale> scales;
  if (scale_factors) scales.assign(scale_factors->begin(), scale_factors->end());
  return upsample(mode, input, sizes, align_corners, scales);
}
template <ResizeMode mode, int64_t axes>
Result<Tensor> nearest_vec(const Tensor& input, std::optional<Dims> output_size, Scales scale_factors) {
  return smooth_vec<mode, axes>(input, std::move(output_size), false, std::move(scale_factors));
}

std::string scales_text(int axes) {
  return axes == 1   ? "float? scales=None"
         : axes == 2 ? "float? scales_h=None, float? scales_w=None"
                     : "float? scales_d=None, float? scales_h=None, float? scales_w=None";
}

// PyTorch tries the ".vec" form first, except of the operators whose name begins with an underscore.
template <auto f, auto vec>
void add_operator(schema::TableBuilder& table, const std::string& name, int axes, std::string_view corners) {
  const std::string plain = concat("aten::", name, "(Tensor self, SymInt[", axes, "] output_size, ", corners,
                                   scales_text(axes), ") -> Tensor");
  const std::string either = concat("aten::", name, ".vec(Tensor input, SymInt[]? output_size, ", corners,
                                    "float[]? scale_factors) -> Tensor");
  const bool vec_first = name[0] != '_';
  if (vec_first) table.add(either, schema::boxed<vec>());
  table.add(plain, schema::boxed<f>());
  table.derive(out_schema(plain, name + ".out"));
  if (!vec_first) table.add(either, schema::boxed<vec>());
  table.derive(out_schema(either, name + ".vec_out"));
}

template <auto f, auto vec>
void add_nearest(schema::TableBuilder& table, const std::string& name, int axes) {
  add_operator<f, vec>(table, name, axes, "");
}
template <auto f, auto vec>
void add_smooth(schema::TableBuilder& table, const std::string& name, int axes) {
  add_operator<f, vec>(table, name, axes, "bool align_corners, ");
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(upsample) {
  using namespace heddle::ops;
  using enum ResizeMode;
  add_nearest<&nearest1<kNearest>, &nearest_vec<kNearest, 1>>(table, "upsample_nearest1d", 1);
  add_nearest<&nearest2<kNearest>, &nearest_vec<kNearest, 2>>(table, "upsample_nearest2d", 2);
  add_nearest<&nearest3<kNearest>, &nearest_vec<kNearest, 3>>(table, "upsample_nearest3d", 3);
  add_nearest<&nearest1<kNearestExact>, &nearest_vec<kNearestExact, 1>>(table, "_upsample_nearest_exact1d", 1);
  add_nearest<&nearest2<kNearestExact>, &nearest_vec<kNearestExact, 2>>(table, "_upsample_nearest_exact2d", 2);
  add_nearest<&nearest3<kNearestExact>, &nearest_vec<kNearestExact, 3>>(table, "_upsample_nearest_exact3d", 3);
  add_smooth<&smooth1<kLinear>, &smooth_vec<kLinear, 1>>(table, "upsample_linear1d", 1);
  add_smooth<&smooth2<kLinear>, &smooth_vec<kLinear, 2>>(table, "upsample_bilinear2d", 2);
  add_smooth<&smooth3<kLinear>, &smooth_vec<kLinear, 3>>(table, "upsample_trilinear3d", 3);
  add_smooth<&smooth2<kCubic>, &smooth_vec<kCubic, 2>>(table, "upsample_bicubic2d", 2);
  add_smooth<&smooth2<kAntialiasLinear>, &smooth_vec<kAntialiasLinear, 2>>(table, "_upsample_bilinear2d_aa", 2);
  add_smooth<&smooth2<kAntialiasCubic>, &smooth_vec<kAntialiasCubic, 2>>(table, "_upsample_bicubic2d_aa", 2);
}
