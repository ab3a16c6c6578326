// torch.convolution for every dtype, rank and layout, on checked arguments. Other families call it too. Any thread.
#pragma once

#include "core/tensor.h"
#include "ops/conv/arguments.h"

namespace heddle::ops {

// [batch, spatial..., channels] of [batch, channels, spatial...]: the view that is contiguous where data is
// channels-last.
Tensor channels_behind(const Tensor& t);

// Checks the arguments and computes. The result is channels-last where PyTorch's is: two-dimensional, not transposed,
// and the input or the weight channels-last.
Result<Tensor> convolution(ConvolutionArguments arguments);

}  // namespace heddle::ops
