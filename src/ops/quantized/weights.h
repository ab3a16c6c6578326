// What packed parameters of linear maps and convolutions have in common: quantised weights of [out, ...] as integers
// less their zero points, and the numbers that turn sums of products into results.
#pragma once

#include <optional>
#include <vector>

#include "core/custom_object.h"
#include "ops/backend/integer_product.h"
#include "ops/quantized/quantize.h"

namespace heddle::ops {

struct QuantizedWeights {
  Tensor tensor;               // qint8 [out, ...], as it was given
  std::optional<Tensor> bias;  // float32 [out], contiguous
  std::vector<float> scales;   // [out]
  std::vector<int32_t> zero_points;
  // Checks dtype, scheme and sizes. `out_dim` is the dimension of the outputs, to which scales per channel must belong.
  static Result<QuantizedWeights> make(std::string_view op, const Tensor& weight, const std::optional<Tensor>& bias,
                                       int64_t out_dim, int64_t out);
};

// The factors of one call: result = (sum + bias) * scale in steps of the output, or sum * scale + bias in numbers.
struct CallScales {
  std::vector<float> bias;   // empty: none
  std::vector<float> scale;  // [out]
};
// For bytes with an output scale. The bias is in units of the sums.
CallScales byte_scales(const QuantizedWeights& weights, double input_scale, double output_scale);
// For floats.
CallScales float_scales(const QuantizedWeights& weights, double input_scale);

// The input's quantiser of a static operator: quint8, one scale.
Result<Ref<const Quantizer>> input_quantizer(std::string_view op, const Tensor& input);
// float32 values as dynamic operators quantise them, contiguous, with `format`.
Result<Tensor> quantize_input(const Tensor& values, bool reduce_range);

// The content of a packed parameter; kType where the value is another class's, or has got no state.
template <class T>
Result<Ref<const T>> content_of(const IValue& value) {
  const auto* object = value.is_capsule() ? dynamic_cast<const CustomObject*>(&value.as_capsule()) : nullptr;
  const auto* content = object ? dynamic_cast<const T*>(object->content.get()) : nullptr;
  HEDDLE_REQUIRE_CODE(content, kType, "expected packed parameters ", T::kExpected, ", but got ", value.type_text());
  return Ref<const T>::share(content);
}

}  // namespace heddle::ops
