// torch.ao.quantization's modules for training with quantisation in mind, left in a model: they observe the range of
// what passes, choose scale and zero point by it, and round numbers to those that a quantised tensor could hold.
#include <algorithm>
#include <cmath>

#include "ops/common/call.h"
#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/quantized/quantize.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using TwoTensors = std::tuple<Tensor, Tensor>;

// The parameters a call may write, and how.
struct Observer {
  const Tensor& running_min;
  const Tensor& running_max;
  const Tensor& scale;
  const Tensor& zero_point;
  double averaging;
  int64_t low;
  int64_t high;
  int64_t axis;
  bool by_row;
  bool symmetric;
};

// As choose_parameters; with `symmetric`, numbers of both signs get a range with zero in its middle.
ChosenParameters chosen(float smallest, float largest, const Observer& o) {
  if (!o.symmetric || smallest >= 0 || largest <= 0) return choose_parameters(smallest, largest, {o.low, o.high});
  const auto highest = static_cast<double>((o.high - o.low) / 2);
  const double scale = std::max(std::fabs(smallest / -(highest + 1)), std::fabs(largest / highest));
  ChosenParameters parameters = choose_parameters(static_cast<float>(scale * -(highest + 1)),
                                                  static_cast<float>(scale * highest), {o.low, o.high});
  parameters.zero_point = std::lrint(static_cast<double>(o.low + o.high) / 2);
  return parameters;
}

// Moves the running extent towards that of each row, or of all numbers.
Status observe(const Tensor& self, const Observer& o) {
  HEDDLE_REQUIRE(self.dtype() == DType::kFloat32, "fused_moving_avg_obs_fake_quant: expected float32 numbers, but got ",
                 python_name(self.dtype()));
  HEDDLE_REQUIRE(!o.by_row || (o.axis == 0 && self.dim() >= 1),
                 "Per-channel FakeQuant in fused_moving_avg_obs_fake_quant is only supported on axis == 0");
  const Tensor dense = HEDDLE_TRY(contiguous(self));
  const int64_t rows = o.by_row ? self.size(0) : 1;
  for (const Tensor* running : {&o.running_min, &o.running_max}) {
    HEDDLE_REQUIRE(running->numel() == rows, "fused_moving_avg_obs_fake_quant: expected ", rows,
                   " running minima and maxima, but got ", running->numel());
  }
  const Tensor lows =
      HEDDLE_TRY(clone(HEDDLE_TRY(to_dtype(o.running_min, DType::kFloat32)), MemoryFormat::kContiguous));
  const Tensor highs =
      HEDDLE_TRY(clone(HEDDLE_TRY(to_dtype(o.running_max, DType::kFloat32)), MemoryFormat::kContiguous));
  const auto factor = static_cast<float>(o.averaging);
  const auto move = [factor](float& running, float now) {
    running = std::isinf(running) ? now : running + factor * (now - running);
  };
  const int64_t each = self.numel() / std::max<int64_t>(rows, 1);
  for (int64_t r = 0; r < rows; ++r) {
    const float* from = dense.data<float>() + r * each;
    const auto [low, high] = std::minmax_element(from, from + each);
    move(lows.data<float>()[r], *low);
    move(highs.data<float>()[r], *high);
  }
  HEDDLE_TRY(copy_into(o.running_min, lows.view_contiguous(o.running_min.sizes())));
  return copy_into(o.running_max, highs.view_contiguous(o.running_max.sizes()));
}

Status choose(const Observer& o) {
  const int64_t count = o.by_row ? o.running_min.numel() : 1;
  for (const Tensor* t : {&o.running_min, &o.running_max, &o.scale, &o.zero_point}) {
    HEDDLE_REQUIRE(t->numel() == count, "fused_moving_avg_obs_fake_quant: expected ", count,
                   " running minima, maxima, scales and zero points, but one of them has ", t->numel(), " elements");
  }
  const Tensor lows = HEDDLE_TRY(contiguous_as(o.running_min, DType::kFloat32));
  const Tensor highs = HEDDLE_TRY(contiguous_as(o.running_max, DType::kFloat32));
  const Tensor scales = HEDDLE_TRY(Tensor::empty(o.scale.sizes(), DType::kFloat64));
  const Tensor zero_points = HEDDLE_TRY(Tensor::empty(o.zero_point.sizes(), DType::kInt64));
  for (int64_t i = 0; i < count; ++i) {
    const ChosenParameters found = chosen(lows.data<float>()[i], highs.data<float>()[i], o);
    scales.data<double>()[i] = found.scale;
    zero_points.data<int64_t>()[i] = found.zero_point;
  }
  HEDDLE_TRY(copy_into(o.scale, scales));
  return copy_into(o.zero_point, zero_points);
}

Result<TwoTensors> call_pair(std::string_view name, const std::vector<IValue>& arguments) {
  const schema::Operator* op = schema::operators().find(name, "");
  HEDDLE_REQUIRE_CODE(op, kRuntime, "there is no operator ", name);
  const std::vector<IValue> results = HEDDLE_TRY(schema::call_operator(*op, arguments));
  return TwoTensors(results[0].as_tensor(), results[1].as_tensor());
}

Result<TwoTensors> unrounded(const Tensor& self) {
  const Tensor mask = HEDDLE_TRY(full(self.sizes(), Scalar(true), DType::kBool));
  return TwoTensors(HEDDLE_TRY(clone(self)), mask);
}

Result<TwoTensors> observe_and_round(const Tensor& self, const Tensor& observer_on, const Tensor& fake_quant_on,
                                     const Tensor& running_min, const Tensor& running_max, const Tensor& scale,
                                     const Tensor& zero_point, double averaging, int64_t low, int64_t high,
                                     int64_t axis, bool by_row, bool symmetric) {
  if (self.numel() == 0) return unrounded(self);
  const Observer o{running_min, running_max, scale, zero_point, averaging, low, high, axis, by_row, symmetric};
  if (HEDDLE_TRY(item(observer_on)).to_int() != 0) HEDDLE_TRY(observe(self, o));
  if (HEDDLE_TRY(item(fake_quant_on)).to_int() == 0) return unrounded(self);
  HEDDLE_TRY(choose(o));
  if (by_row) {
    return call_pair("aten::fake_quantize_per_channel_affine_cachemask", {self, scale, zero_point, axis, low, high});
  }
  return call_pair("aten::fake_quantize_per_tensor_affine_cachemask",
                   {self, HEDDLE_TRY(item(scale)).to_double(), HEDDLE_TRY(item(zero_point)).to_int(), low, high});
}
Result<Tensor> observe_and_round_only(const Tensor& self, const Tensor& observer_on, const Tensor& fake_quant_on,
                                      const Tensor& running_min, const Tensor& running_max, const Tensor& scale,
                                      const Tensor& zero_point, double averaging, int64_t low, int64_t high,
                                      int64_t axis, bool by_row, bool symmetric) {
  return std::get<0>(HEDDLE_TRY(observe_and_round(self, observer_on, fake_quant_on, running_min, running_max, scale,
                                                  zero_point, averaging, low, high, axis, by_row, symmetric)));
}

Result<TwoTensors> round_where_enabled(const Tensor& self, const Tensor& scale, const Tensor& zero_point,
                                       const Tensor& enabled, int64_t low, int64_t high) {
  if (HEDDLE_TRY(item(enabled)).to_int() == 0) return unrounded(self);
  return call_pair("aten::fake_quantize_per_tensor_affine_cachemask",
                   {self, HEDDLE_TRY(item(scale)).to_double(), HEDDLE_TRY(item(zero_point)).to_int(), low, high});
}

// Zero points that were learned lie between integers and out of the range.
Result<Tensor> learned_per_tensor(const Tensor& self, const Tensor& scale, const Tensor& zero_point, int64_t low,
                                  int64_t high, double) {
  const double zero = HEDDLE_TRY(item(zero_point)).to_double() + 0.5;
  const auto whole = static_cast<int64_t>(std::clamp(zero, static_cast<double>(low), static_cast<double>(high)));
  return call_tensor_operator("aten::fake_quantize_per_tensor_affine", "",
                              {self, HEDDLE_TRY(item(scale)).to_double(), whole, low, high});
}
Result<Tensor> learned_per_channel(const Tensor& self, const Tensor& scale, const Tensor& zero_point, int64_t axis,
                                   int64_t low, int64_t high, double) {
  const Tensor given = HEDDLE_TRY(contiguous_as(zero_point, DType::kFloat64));
  const Tensor whole = HEDDLE_TRY(Tensor::empty(given.sizes(), DType::kInt32));
  for (int64_t i = 0; i < given.numel(); ++i) {
    whole.data<int32_t>()[i] = static_cast<int32_t>(
        std::clamp(std::nearbyint(given.data<double>()[i]), static_cast<double>(low), static_cast<double>(high)));
  }
  return call_tensor_operator("aten::fake_quantize_per_channel_affine", "", {self, scale, whole, axis, low, high});
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(observed_quantization) {
  using namespace heddle::ops;
  const std::string rest =
      "float averaging_const, int quant_min, int quant_max, int ch_axis, bool per_row_fake_quant=False, bool "
      "symmetric_quant=False";
  const std::string written =
      "Tensor self, Tensor observer_on, Tensor fake_quant_on, Tensor(a!) running_min, Tensor(b!) running_max, "
      "Tensor(c!) scale, Tensor(d!) zero_point, ";
  table.add(concat("aten::fused_moving_avg_obs_fake_quant(", written, rest, ") -> Tensor"),
            boxed<&observe_and_round_only>());
  table.add(concat("aten::_fused_moving_avg_obs_fq_helper(", written, rest, ") -> (Tensor output, Tensor mask)"),
            boxed<&observe_and_round>());
  add_with_out(table,
               "aten::_fake_quantize_per_tensor_affine_cachemask_tensor_qparams(Tensor self, Tensor scale, Tensor "
               "zero_point, Tensor fake_quant_enabled, int quant_min, int quant_max) -> (Tensor output, Tensor mask)",
               boxed<&round_where_enabled>(), "_fake_quantize_per_tensor_affine_cachemask_tensor_qparams.out",
               {"out0", "out1"});
  add_with_out(table,
               "aten::_fake_quantize_learnable_per_tensor_affine(Tensor self, Tensor scale, Tensor zero_point, int "
               "quant_min, int quant_max, float grad_factor=1.) -> Tensor",
               boxed<&learned_per_tensor>(), "_fake_quantize_learnable_per_tensor_affine.out");
  add_with_out(table,
               "aten::_fake_quantize_learnable_per_channel_affine(Tensor self, Tensor scale, Tensor zero_point, int "
               "axis, int quant_min, int quant_max, float grad_factor=1.) -> Tensor",
               boxed<&learned_per_channel>(), "_fake_quantize_learnable_per_channel_affine.out");
}
