// torch.fake_quantize_*: numbers rounded to those that a quantised tensor could hold.
#include <algorithm>
#include <cmath>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/with_out.h"
#include "ops/quantized/quantize.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using TwoTensors = std::tuple<Tensor, Tensor>;

struct Limits {
  float scale;
  float zero_point;
  int64_t low;
  int64_t high;
};

Status check_limits(int64_t low, int64_t high) {
  HEDDLE_REQUIRE(low <= high, "`quant_min` should be less than or equal to `quant_max`, but they are ", low, " and ",
                 high);
  return ok_status();
}

// n numbers; inside[i] is whether number i lay within the limits.
template <class T>
void fake_row(const T* from, int64_t n, const Limits& limits, T* to, bool* inside) {
  const float inverse = 1.0f / limits.scale;
  const auto low = static_cast<float>(limits.low);
  const auto high = static_cast<float>(limits.high);
  for (int64_t i = 0; i < n; ++i) {
    const float integer = limits.zero_point + std::nearbyint(static_cast<float>(from[i]) * inverse);
    inside[i] = integer >= low && integer <= high;
    to[i] = static_cast<T>((std::fmin(std::fmax(integer, low), high) - limits.zero_point) * limits.scale);
  }
}

// `limits(channel)` of each index of the axis.
template <class F>
Result<TwoTensors> fake_channels(const Tensor& self, int64_t axis, const F& limits) {
  const Tensor dense = HEDDLE_TRY(contiguous(self));
  const Tensor output = HEDDLE_TRY(Tensor::empty(self.sizes(), self.dtype()));
  const Tensor inside = HEDDLE_TRY(Tensor::empty(self.sizes(), DType::kBool));
  const int64_t channels = axis < 0 ? 1 : self.size(axis);
  int64_t inner = axis < 0 ? self.numel() : 1;
  for (int64_t d = axis + 1; axis >= 0 && d < self.dim(); ++d) inner *= self.size(d);
  if (self.numel() == 0) return TwoTensors(output, inside);
  HEDDLE_TRY(dispatch<FloatTypes>(self.dtype(), "fake_quantize", [&]<class T>() -> Status {
    parallel::parallel_for(0, self.numel() / inner, std::max<int64_t>(1, 32768 / inner),
                           [&](int64_t begin, int64_t end) {
                             for (int64_t i = begin; i < end; ++i) {
                               const int64_t at = i * inner;
                               fake_row(dense.data<T>() + at, inner, limits(i % channels), output.data<T>() + at,
                                        inside.data<bool>() + at);
                             }
                           });
    return ok_status();
  }));
  return TwoTensors(output, inside);
}

Result<TwoTensors> per_tensor_mask(const Tensor& self, double scale, int64_t zero_point, int64_t low, int64_t high) {
  HEDDLE_TRY(check_limits(low, high));
  HEDDLE_REQUIRE(zero_point >= low && zero_point <= high, "`zero_point` must be between `quant_min` and `quant_max`.");
  const Limits limits{static_cast<float>(scale), static_cast<float>(zero_point), low, high};
  return fake_channels(self, -1, [&](int64_t) { return limits; });
}
Result<Tensor> per_tensor(const Tensor& self, double scale, int64_t zero_point, int64_t low, int64_t high) {
  return std::get<0>(HEDDLE_TRY(per_tensor_mask(self, scale, zero_point, low, high)));
}
Result<Tensor> per_tensor_by_tensors(const Tensor& self, const Tensor& scale, const Tensor& zero_point, int64_t low,
                                     int64_t high) {
  const Scalar s = HEDDLE_TRY(item(scale));
  const Scalar z = HEDDLE_TRY(item(zero_point));
  return per_tensor(self, s.to_double(), z.to_int(), low, high);
}

Result<TwoTensors> per_channel_mask(const Tensor& self, const Tensor& scale, const Tensor& zero_point, int64_t axis,
                                    int64_t low, int64_t high) {
  HEDDLE_TRY(check_limits(low, high));
  HEDDLE_REQUIRE(axis >= 0 && axis < self.dim(), "`axis` must be between 0 and number of dimensions of input");
  HEDDLE_REQUIRE(scale.dim() == 1 && zero_point.dim() == 1 && scale.size(0) == self.size(axis) &&
                     zero_point.size(0) == self.size(axis),
                 "dimensions of scale and zero-point are not consistent with input tensor");
  const Tensor s = HEDDLE_TRY(contiguous_as(scale, DType::kFloat32));
  const Tensor z = HEDDLE_TRY(contiguous_as(zero_point, DType::kFloat32));
  return fake_channels(self, axis, [&](int64_t channel) {
    return Limits{s.data<float>()[channel], z.data<float>()[channel], low, high};
  });
}
Result<Tensor> per_channel(const Tensor& self, const Tensor& scale, const Tensor& zero_point, int64_t axis, int64_t low,
                           int64_t high) {
  return std::get<0>(HEDDLE_TRY(per_channel_mask(self, scale, zero_point, axis, low, high)));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(fake_quantize) {
  using namespace heddle::ops;
  table.add(
      "aten::fake_quantize_per_tensor_affine(Tensor self, float scale, int zero_point, int quant_min, int quant_max) "
      "-> Tensor",
      boxed<&per_tensor>());
  table.add(
      "aten::fake_quantize_per_tensor_affine.tensor_qparams(Tensor self, Tensor scale, Tensor zero_point, int "
      "quant_min, int quant_max) -> Tensor",
      boxed<&per_tensor_by_tensors>());
  add_with_out(table,
               "aten::fake_quantize_per_tensor_affine_cachemask(Tensor self, float scale, int zero_point, int "
               "quant_min, int quant_max) -> (Tensor output, Tensor mask)",
               boxed<&per_tensor_mask>(), "fake_quantize_per_tensor_affine_cachemask.out", {"out0", "out1"});
  table.add(
      "aten::fake_quantize_per_channel_affine(Tensor self, Tensor scale, Tensor zero_point, int axis, int quant_min, "
      "int quant_max) -> Tensor",
      boxed<&per_channel>());
  add_with_out(table,
               "aten::fake_quantize_per_channel_affine_cachemask(Tensor self, Tensor scale, Tensor zero_point, int "
               "axis, int quant_min, int quant_max) -> (Tensor output, Tensor mask)",
               boxed<&per_channel_mask>(), "fake_quantize_per_channel_affine_cachemask.out", {"out0", "out1"});
}
