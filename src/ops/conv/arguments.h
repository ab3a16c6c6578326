// The arguments of a convolution as torch's operators give them, checked once for all of them.
#pragma once

#include <optional>
#include <string_view>

#include "core/tensor.h"
#include "ops/backend/convolution_plan.h"

namespace heddle::ops {

struct ConvolutionArguments {
  Tensor input;   // [batch, channels, spatial...], batched
  Tensor weight;  // [out, in / groups, spatial...]; transposed: [in, out / groups, spatial...]
  std::optional<Tensor> bias;
  Dims stride;
  Dims padding;
  Dims dilation;
  Dims output_padding;  // of transposed ones
  bool transposed = false;
  int64_t groups = 1;
  // torch's padding='same': the output is as large as the input, whatever parity the kernel has; padding is ignored.
  bool same_padding = false;
};

// Repeats one-element lists, checks everything against PyTorch's conditions (shapes, dtypes, signs) and gives the shape
// of the work. The batch or the channels may be 0; every output extent is at least 1.
Result<backend::ConvolutionShape> check_convolution(ConvolutionArguments& arguments);

// [batch, channels, spatial...] of the result.
Dims convolution_output_sizes(const ConvolutionArguments& arguments, const backend::ConvolutionShape& shape);

}  // namespace heddle::ops
