// Linear maps with quantised weights: the content of __torch__.torch.classes.quantized.LinearPackedParamsBase. Shared
// by every run of the model, on any thread.
#pragma once

#include <mutex>

#include "ops/quantized/weights.h"

namespace heddle::ops {

inline constexpr const char* kLinearParamsClass = "__torch__.torch.classes.quantized.LinearPackedParamsBase";

class QuantizedLinear final : public RefCounted {
 public:
  static constexpr const char* kExpected = "of a quantized linear map";
  // weight: qint8 [out, in]; bias: [out] or none.
  static Result<Ref<const QuantizedLinear>> make(const Tensor& weight, const std::optional<Tensor>& bias);
  // weight: float32 [out, in], which is rounded to float16: products are those of floats.
  static Result<Ref<const QuantizedLinear>> make_half(const Tensor& weight, const std::optional<Tensor>& bias);

  bool is_half() const { return half_.defined(); }
  // As they were given; of halves, rounded.
  const Tensor& weight() const { return is_half() ? half_ : weights_.tensor; }
  const std::optional<Tensor>& bias() const { return weights_.bias; }
  int64_t out() const { return weight().size(0); }

  // quantized::linear, with the lowest result at the zero point where relu is asked for. input: quint8 [..., in].
  Result<Tensor> run(const Tensor& input, double scale, int64_t zero_point, bool relu) const;
  // quantized::linear_dynamic and, of halves, linear_dynamic_fp16. input: float32 [..., in].
  Result<Tensor> run_dynamic(const Tensor& input, bool reduce_range, bool relu) const;

 private:
  Status check_input(const Tensor& input) const;
  const backend::IntegerMatrix& matrix() const;
  // ending(row of sums, row number) for every row of input, contiguous quint8 [rows, in].
  template <class Ending>
  void each_row(const Tensor& input, int64_t zero_point, const Ending& ending) const;

  QuantizedWeights weights_;
  Tensor half_;
  mutable std::once_flag once_;
  mutable backend::IntegerMatrix matrix_;  // written once, under once_
};

}  // namespace heddle::ops
