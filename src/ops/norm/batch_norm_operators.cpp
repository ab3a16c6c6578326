// torch's operators for batch and instance normalisation.
#include <tuple>

#include "ops/common/copy.h"
#include "ops/elementwise/binary.h"
#include "ops/norm/batch_norm.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using MaybeTensor = std::optional<Tensor>;
using ThreeTensors = std::tuple<Tensor, Tensor, Tensor>;

// What batch_norm makes of an input without elements: the parameters only take part in its dtype, and none is checked.
Result<Tensor> nothing_normalised(const Tensor& input, const MaybeTensor& weight, const MaybeTensor& bias) {
  Tensor result = HEDDLE_TRY(clone(input));
  for (const MaybeTensor* parameter : {&weight, &bias}) {
    if (!*parameter) continue;
    HEDDLE_REQUIRE_CODE((*parameter)->dim() > 0 && (*parameter)->size(0) > 0, kIndex,
                        "batch_norm: index 0 out of range for a parameter of size ", to_text((*parameter)->sizes()));
    result = HEDDLE_TRY(mul(result, (*parameter)->select(0, 0)));
  }
  return result;
}

Result<Tensor> batch_norm_operator(const Tensor& input, const MaybeTensor& weight, const MaybeTensor& bias,
                                   const MaybeTensor& running_mean, const MaybeTensor& running_var, bool training,
                                   double momentum, double eps, bool) {
  if (input.numel() == 0) return nothing_normalised(input, weight, bias);
  BatchNormResult result =
      HEDDLE_TRY(batch_norm({input, weight, bias, running_mean, running_var, training, momentum, eps}));
  return result.output;
}

Result<ThreeTensors> native_batch_norm(const Tensor& input, const MaybeTensor& weight, const MaybeTensor& bias,
                                       const MaybeTensor& running_mean, const MaybeTensor& running_var, bool training,
                                       double momentum, double eps) {
  BatchNormResult r = HEDDLE_TRY(batch_norm({input, weight, bias, running_mean, running_var, training, momentum, eps}));
  return ThreeTensors(r.output, r.mean, r.inverse_deviation);
}

Result<ThreeTensors> native_batch_norm_no_stats(const Tensor& input, const MaybeTensor& weight, const MaybeTensor& bias,
                                                bool training, double momentum, double eps) {
  return native_batch_norm(input, weight, bias, std::nullopt, std::nullopt, training, momentum, eps);
}

Result<std::tuple<Tensor, Tensor, Tensor, Tensor, int64_t>> batch_norm_impl_index(
    const Tensor& input, const MaybeTensor& weight, const MaybeTensor& bias, const MaybeTensor& running_mean,
    const MaybeTensor& running_var, bool training, double momentum, double eps, bool) {
  const Tensor reserve = HEDDLE_TRY(Tensor::empty(Dims{0}, DType::kUInt8));
  if (input.numel() == 0) {
    const int64_t channels = input.size(HEDDLE_TRY(wrap_dim(1, input.dim())));
    const DType wide = is_complex(input.dtype()) ? DType::kComplex128 : DType::kFloat64;
    const Tensor mean = HEDDLE_TRY(Tensor::empty(Dims{channels}, wide));
    const Tensor deviation = HEDDLE_TRY(Tensor::empty(Dims{channels}, wide));
    return std::tuple(HEDDLE_TRY(nothing_normalised(input, weight, bias)), mean, deviation, reserve, int64_t{0});
  }
  BatchNormResult r = HEDDLE_TRY(batch_norm({input, weight, bias, running_mean, running_var, training, momentum, eps}));
  return std::tuple(r.output, r.mean, r.inverse_deviation, reserve, int64_t{0});
}

// The parameter of every channel, once for each image.
Result<MaybeTensor> repeated(const MaybeTensor& parameter, int64_t times) {
  if (!parameter) return MaybeTensor();
  const Tensor wide = parameter->unsqueeze(0);
  const Tensor copy = HEDDLE_TRY(Tensor::empty(Dims{times, parameter->numel()}, parameter->dtype()));
  HEDDLE_TRY(copy_into(copy, wide));
  return MaybeTensor(copy.view_contiguous(Dims{copy.numel()}));
}

// Every image is a batch of its own: images and channels together are the channels of one batch.
Result<Tensor> instance_norm(const Tensor& input, const MaybeTensor& weight, const MaybeTensor& bias,
                             const MaybeTensor& running_mean, const MaybeTensor& running_var, bool use_input_stats,
                             double momentum, double eps, bool) {
  HEDDLE_REQUIRE(use_input_stats || (running_mean && running_var),
                 "Expected running_mean and running_var to be defined when use_input_stats is false");
  HEDDLE_REQUIRE(input.dim() >= 2, "instance_norm: expected an input of at least two dimensions, but got size ",
                 to_text(input.sizes()));
  const int64_t images = input.size(0);
  Dims sizes = input.sizes();
  sizes[1] *= images;
  sizes[0] = 1;
  BatchNormArguments a;
  const Tensor arranged = HEDDLE_TRY(contiguous(input));
  a.input = arranged.view_contiguous(sizes);
  for (const auto& [name, parameter] :
       {std::pair("weight", &weight), std::pair("bias", &bias), std::pair("running_mean", &running_mean),
        std::pair("running_var", &running_var)}) {
    HEDDLE_REQUIRE(!*parameter || (*parameter)->numel() == input.size(1), name, " should contain ", input.size(1),
                   " elements not ", *parameter ? (*parameter)->numel() : 0);
  }
  a.weight = HEDDLE_TRY(repeated(weight, images));
  a.bias = HEDDLE_TRY(repeated(bias, images));
  a.running_mean = HEDDLE_TRY(repeated(running_mean, images));
  a.running_var = HEDDLE_TRY(repeated(running_var, images));
  a.training = use_input_stats;
  a.momentum = momentum;
  a.eps = eps;
  const BatchNormResult result = HEDDLE_TRY(batch_norm(a));
  // Running statistics become the mean over the images of what each would have made of them.
  for (const auto& [running, each] :
       {std::pair(&running_mean, &a.running_mean), std::pair(&running_var, &a.running_var)}) {
    if (!use_input_stats || !*running || images == 0) continue;
    const Tensor values = HEDDLE_TRY(contiguous_as(**each, DType::kFloat64));
    const Tensor mean = HEDDLE_TRY(zeros((*running)->sizes(), DType::kFloat64));
    for (int64_t i = 0; i < values.numel(); ++i) {
      mean.data<double>()[i % mean.numel()] += values.data<double>()[i] / static_cast<double>(images);
    }
    HEDDLE_TRY(copy_into(**running, mean));
  }
  return result.output.view_contiguous(input.sizes());
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(batch_norm) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add(
      "aten::batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool "
      "training, "
      "float momentum, float eps, bool cudnn_enabled) -> Tensor",
      boxed<&batch_norm_operator>());
  table.add(
      "aten::native_batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, "
      "bool "
      "training, float momentum, float eps) -> (Tensor, Tensor, Tensor)",
      boxed<&native_batch_norm>());
  table.derive(
      "aten::native_batch_norm.out(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? "
      "running_var, bool "
      "training, float momentum, float eps, *, Tensor(a!) out, Tensor(b!) save_mean, Tensor(c!) save_invstd) -> "
      "(Tensor(a!), "
      "Tensor(b!), Tensor(c!))");
  table.add(
      "aten::_native_batch_norm_legit(Tensor input, Tensor? weight, Tensor? bias, Tensor(a!) running_mean, Tensor(b!) "
      "running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)",
      boxed<&native_batch_norm>());
  table.add(
      "aten::_native_batch_norm_legit.no_stats(Tensor input, Tensor? weight, Tensor? bias, bool training, float "
      "momentum, "
      "float eps) -> (Tensor, Tensor, Tensor)",
      boxed<&native_batch_norm_no_stats>());
  table.add(
      "aten::_batch_norm_impl_index(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? "
      "running_var, "
      "bool training, float momentum, float eps, bool cudnn_enabled) -> (Tensor, Tensor, Tensor, Tensor, int)",
      boxed<&batch_norm_impl_index>());
  table.add(
      "aten::instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool "
      "use_input_stats, float momentum, float eps, bool cudnn_enabled) -> Tensor",
      boxed<&instance_norm>());
}
