// Convolutions with quantised weights in one, two or three dimensions: the content of
// __torch__.torch.classes.quantized.Conv2dPackedParamsBase and Conv3dPackedParamsBase. Shared by every run of the
// model, on any thread.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "ops/quantized/weights.h"

namespace heddle::ops {

struct QuantizedConvolutionShape {
  Dims stride;  // one a spatial dimension
  Dims padding;
  Dims output_padding;
  Dims dilation;
  int64_t groups = 1;
  bool transposed = false;
};

class QuantizedConvolution final : public RefCounted {
 public:
  static constexpr const char* kExpected = "of a quantized convolution";
  // weight: qint8 [out, in / groups, spatial...]; transposed: [in, out / groups, spatial...], of one group where it is
  // quantised per channel. `spatial` is 2 or 3; those of one dimension have a second one of extent 1.
  static Result<Ref<const QuantizedConvolution>> make(int64_t spatial, const Tensor& weight,
                                                      const std::optional<Tensor>& bias,
                                                      QuantizedConvolutionShape shape);

  int64_t spatial() const { return weights_.tensor.dim() - 2; }
  const Tensor& weight() const { return weights_.tensor; }
  const std::optional<Tensor>& bias() const { return weights_.bias; }
  const QuantizedConvolutionShape& shape() const { return shape_; }

  // quantized::conv2d and its like. input: quint8 [batch, channels, spatial...]; the result is channels-last.
  Result<Tensor> run(const Tensor& input, double scale, int64_t zero_point, bool relu) const;
  // quantized::conv2d_dynamic: as PyTorch has it, by a quantised result in the steps of the input. input: float32, as
  // is the result, channels-last.
  Result<Tensor> run_dynamic(const Tensor& input, bool reduce_range) const;

 private:
  struct Plan;
  int64_t out() const;
  Result<Plan> plan(const Tensor& input) const;
  // The weights as [out, kernel..., in / groups] less their zero points; transposed ones turned around.
  void pack() const;
  // ending(sums of one place, its number) for every place of the result.
  template <class Ending>
  void each_place(const Plan& plan, const Tensor& input, int64_t zero_point, const Ending& ending) const;

  QuantizedWeights weights_;
  QuantizedConvolutionShape shape_;
  mutable std::once_flag once_;
  // Written once, under once_: a matrix for each group, or where every group is one channel, [kernel..., out].
  mutable std::vector<backend::IntegerMatrix> groups_;
  mutable std::vector<int16_t> taps_;
};

}  // namespace heddle::ops
