// Convolutions with windows of 3 x 3 by minimal filtering (ops/backend/winograd.h) and products of our own (tiles.h).
// An input of infinity makes the 16 outputs of a tile NaN where direct sums make those that see it infinite.
#pragma once

#include "ops/backend/convolution.h"

namespace heddle::ops::backend {

// Whether they can: one group, 3 x 3 taps without steps, channels that fill vectors.
bool winograd_takes(const ConvolutionShape& shape);
// Whether they are faster than direct sums for a shape they take.
bool winograd_is_faster(const ConvolutionShape& shape);
// Of a shape that they take.
Ref<const Convolution> make_winograd_convolution(const ConvolutionShape& shape, const ConvolutionEnding& ending);

}  // namespace heddle::ops::backend
