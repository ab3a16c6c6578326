// Convolutions as products of matrices by our own kernels, ops/backend/tiles.h: a row holds what one output pixel sees,
// and is never copied together (M. Dukhan, "The Indirect Convolution Algorithm", 2019).
#pragma once

#include "ops/backend/convolution.h"

namespace heddle::ops::backend {

// Whether they are fast for such a shape: one group, and enough channels to be read in a run.
bool tiles_take(const ConvolutionShape& shape);
// How much of all windows lies inside the input, in 0..1. Of a far dilated window tiles take only those taps.
double share_inside(const ConvolutionShape& shape);
// Of a shape that they take.
Ref<const Convolution> make_tile_convolution(const ConvolutionShape& shape, const ConvolutionEnding& ending);

}  // namespace heddle::ops::backend
