// The ways to compute a convolution, for the operator table. Private to ops/conv.
#pragma once

#include <span>

#include "ops/common/implementation.h"
#include "ops/conv/arguments.h"

namespace heddle::ops {

struct ConvolutionProblem {
  ConvolutionArguments arguments;  // in the dtype of output
  backend::ConvolutionShape shape;
  Tensor output;  // in the layout of the result
};

std::span<const Implementation<ConvolutionProblem>> convolution_implementations();

}  // namespace heddle::ops
