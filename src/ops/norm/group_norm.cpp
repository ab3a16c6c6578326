// torch.group_norm: every group of channels of every image is normalised by its own mean and deviation, then each
// channel scaled.
#include <algorithm>
#include <cmath>
#include <tuple>

#include "ops/backend/rows.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using MaybeTensor = std::optional<Tensor>;
using ThreeTensors = std::tuple<Tensor, Tensor, Tensor>;

struct Groups {
  int64_t images;
  int64_t channels;
  int64_t pixels;
  int64_t groups;
  double eps;
};

template <class T>
void normalize(const Groups& g, const T* x, T* y, const T* weight, const T* bias, T* mean, T* rstd) {
  const int64_t each = g.channels / g.groups;
  const int64_t count = each * g.pixels;
  parallel::parallel_for(0, g.images * g.groups, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const T* from = x + i * count;
      T* to = y + i * count;
      double centre = 0;
      double variance = 0;
      if constexpr (std::is_same_v<T, float>) {
        const backend::Moments m = backend::moments(from, count);
        centre = m.mean;
        variance = m.variance;
      } else {
        for (int64_t k = 0; k < count; ++k) centre += from[k];
        centre /= static_cast<double>(count);
        for (int64_t k = 0; k < count; ++k) variance += (from[k] - centre) * (from[k] - centre);
        variance /= static_cast<double>(count);
      }
      const double inverse = 1 / std::sqrt(variance + g.eps);
      mean[i] = static_cast<T>(centre);
      rstd[i] = static_cast<T>(inverse);
      for (int64_t c = 0; c < each; ++c) {
        const int64_t channel = i % g.groups * each + c;
        const T factor = static_cast<T>(inverse) * (weight ? weight[channel] : T(1));
        const T shift = (bias ? bias[channel] : T(0)) - static_cast<T>(centre) * factor;
        if constexpr (std::is_same_v<T, float>) {
          backend::scale_shift(from + c * g.pixels, to + c * g.pixels, g.pixels, factor, shift);
        } else {
          for (int64_t k = c * g.pixels; k < (c + 1) * g.pixels; ++k) to[k] = from[k] * factor + shift;
        }
      }
    }
  });
}

Result<ThreeTensors> group_norm_of(const Tensor& input, const MaybeTensor& weight, const MaybeTensor& bias,
                                   const Groups& g) {
  const DType dtype = input.dtype();
  if (!is_floating(dtype)) return not_implemented("GroupNormKernelImpl", dtype);
  HEDDLE_REQUIRE(g.groups > 0 && g.channels % g.groups == 0,
                 "Expected number of channels in input to be divisible by num_groups, but got input of shape ",
                 to_text(input.sizes()), " and num_groups=", g.groups);
  for (const auto& [name, parameter] : {std::pair("weight", &weight), std::pair("bias", &bias)}) {
    if (!*parameter) continue;
    HEDDLE_REQUIRE((*parameter)->dim() == 1 && (*parameter)->numel() == g.channels, "Expected ", name,
                   " to be a vector of size equal to the number of channels in input, but got ", name, " of shape ",
                   to_text((*parameter)->sizes()), " and input of shape ", to_text(input.sizes()));
    HEDDLE_REQUIRE(compute_dtype((*parameter)->dtype()) == compute_dtype(dtype), "expected scalar type ",
                   dtype_name(dtype), " but found ", dtype_name((*parameter)->dtype()));
  }
  const DType computed = compute_dtype(dtype);
  const MemoryFormat format = input.suggested_format();
  const Tensor x = HEDDLE_TRY(contiguous_as(input, computed));
  Tensor w;
  Tensor b;
  if (weight) w = HEDDLE_TRY(contiguous_as(*weight, computed));
  if (bias) b = HEDDLE_TRY(contiguous_as(*bias, computed));
  Tensor y = HEDDLE_TRY(Tensor::empty(x.sizes(), computed));
  Tensor mean = HEDDLE_TRY(Tensor::empty(Dims{g.images, g.groups}, computed));
  Tensor rstd = HEDDLE_TRY(Tensor::empty(Dims{g.images, g.groups}, computed));
  if (x.numel() > 0) {
    HEDDLE_TRY(dispatch<FloatTypes>(computed, "GroupNormKernelImpl", [&]<class T>() -> Status {
      normalize<T>(g, x.data<T>(), y.data<T>(), w.defined() ? w.data<T>() : nullptr,
                   b.defined() ? b.data<T>() : nullptr, mean.data<T>(), rstd.data<T>());
      return ok_status();
    }));
  }
  y = HEDDLE_TRY(to_dtype(y, dtype));
  y = HEDDLE_TRY(contiguous(y, format));
  mean = HEDDLE_TRY(to_dtype(mean, dtype));
  rstd = HEDDLE_TRY(to_dtype(rstd, dtype));
  return ThreeTensors(y, mean, rstd);
}

Result<Tensor> group_norm(const Tensor& input, int64_t num_groups, const MaybeTensor& weight, const MaybeTensor& bias,
                          double eps, bool) {
  HEDDLE_REQUIRE_CODE(input.dim() >= 2, kIndex,
                      "group_norm: expected an input of at least two dimensions, but got size ",
                      to_text(input.sizes()));
  Groups g{input.size(0), input.size(1), 1, num_groups, eps};
  for (int64_t i = 2; i < input.dim(); ++i) g.pixels *= input.size(i);
  const ThreeTensors result = HEDDLE_TRY(group_norm_of(input, weight, bias, g));
  return std::get<0>(result);
}

Result<ThreeTensors> native_group_norm(const Tensor& input, const MaybeTensor& weight, const MaybeTensor& bias,
                                       int64_t images, int64_t channels, int64_t pixels, int64_t groups, double eps) {
  HEDDLE_REQUIRE(images >= 0 && channels >= 0 && pixels >= 0 && images * channels * pixels == input.numel(),
                 "native_group_norm: N=", images, ", C=", channels, ", HxW=", pixels,
                 " do not match the input of size ", to_text(input.sizes()));
  return group_norm_of(input, weight, bias, {images, channels, pixels, groups, eps});
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(group_norm) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add(
      "aten::group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float "
      "eps=1.0000000000000001e-05, "
      "bool cudnn_enabled=True) -> Tensor",
      boxed<&group_norm>());
  table.add(
      "aten::native_group_norm(Tensor input, Tensor? weight, Tensor? bias, SymInt N, SymInt C, SymInt HxW, int group, "
      "float eps) -> "
      "(Tensor, Tensor, Tensor)",
      boxed<&native_group_norm>());
  table.derive(
      "aten::native_group_norm.out(Tensor input, Tensor? weight, Tensor? bias, SymInt N, SymInt C, SymInt HxW, int "
      "group, float eps, "
      "*, Tensor(a!) out0, Tensor(b!) out1, Tensor(c!) out2) -> (Tensor(a!), Tensor(b!), Tensor(c!))");
}
