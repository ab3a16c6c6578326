#include "ops/quantized/weights.h"

#include "ops/common/copy.h"

namespace heddle::ops {

Result<QuantizedWeights> QuantizedWeights::make(std::string_view op, const Tensor& weight,
                                                const std::optional<Tensor>& bias, int64_t out_dim, int64_t out) {
  const Ref<const Quantizer> q = HEDDLE_TRY(checked_quantizer(op, weight));
  HEDDLE_REQUIRE(weight.dtype() == DType::kQInt8, op, ": expected weights of dtype qint8, but got ",
                 python_name(weight.dtype()));
  HEDDLE_REQUIRE(q->per_tensor() || q->scheme == QScheme::kPerChannelAffine, op,
                 ": weights quantised with float zero points are for embeddings");
  HEDDLE_REQUIRE(q->per_tensor() || (q->axis == out_dim && static_cast<int64_t>(q->scales.size()) == out), op,
                 ": weights quantised per channel must be so along their outputs");
  QuantizedWeights result;
  result.tensor = weight;
  if (bias) {
    HEDDLE_REQUIRE(bias->dim() == 1 && bias->size(0) == out, op, ": expected a bias of ", out,
                   " elements, but got size ", to_text(bias->sizes()));
    result.bias = HEDDLE_TRY(contiguous_as(*bias, DType::kFloat32));
  }
  for (int64_t o = 0; o < out; ++o) {
    const auto i = static_cast<size_t>(q->per_tensor() ? 0 : o);
    result.scales.push_back(static_cast<float>(q->scales[i]));
    result.zero_points.push_back(static_cast<int32_t>(q->zero_points[i]));
  }
  return result;
}

CallScales byte_scales(const QuantizedWeights& weights, double input_scale, double output_scale) {
  CallScales result;
  for (size_t o = 0; o < weights.scales.size(); ++o) {
    const float product = static_cast<float>(input_scale) * weights.scales[o];
    result.scale.push_back(product / static_cast<float>(output_scale));
    if (weights.bias) result.bias.push_back(weights.bias->data<float>()[o] / product);
  }
  return result;
}

CallScales float_scales(const QuantizedWeights& weights, double input_scale) {
  CallScales result;
  for (size_t o = 0; o < weights.scales.size(); ++o) {
    result.scale.push_back(static_cast<float>(input_scale) * weights.scales[o]);
    if (weights.bias) result.bias.push_back(weights.bias->data<float>()[o]);
  }
  return result;
}

Result<Ref<const Quantizer>> input_quantizer(std::string_view op, const Tensor& input) {
  Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of(op, input));
  HEDDLE_REQUIRE(input.dtype() == DType::kQUInt8, op, ": expected an input of dtype quint8, but got ",
                 python_name(input.dtype()));
  HEDDLE_REQUIRE(q->zero_point() >= 0 && q->zero_point() <= 255, op, ": the input's zero point ", q->zero_point(),
                 " is not in 0 to 255");
  return q;
}

Result<Tensor> quantize_input(const Tensor& values, bool reduce_range) {
  const auto [low, high] = HEDDLE_TRY(extent_of(values));
  const ChosenParameters chosen = choose_parameters(low, high, {0, reduce_range ? 127 : 255});
  return quantize(values, make_ref<Quantizer>(chosen.scale, chosen.zero_point), DType::kQUInt8);
}

}  // namespace heddle::ops
