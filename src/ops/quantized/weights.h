// What packed parameters of linear maps and convolutions have in common: quantised weights of [out, ...] as integers
// less their zero points, and the numbers that turn sums of products into results.
#pragma once

#include <optional>
#include <vector>

#include "ops/backend/integer_product.h"
#include "ops/common/content.h"
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

}  // namespace heddle::ops
