// Convolutions of each channel by itself by our own kernel, ops/backend/depthwise.h.
#pragma once

#include "ops/backend/convolution.h"

namespace heddle::ops::backend {

// Whether each channel is convolved by itself, into one.
bool is_depthwise(const ConvolutionShape& shape);
// Of such a shape.
Ref<const Convolution> make_depthwise_convolution(const ConvolutionShape& shape, const ConvolutionEnding& ending);

}  // namespace heddle::ops::backend
