// Where the outputs of an enlarged or shrunk axis lie on its input: PyTorch's rules for nearest, linear, cubic and
// antialiased resizing.
#pragma once

#include <optional>

#include "ops/resize/remap.h"
#include "ops/resize/resample.h"

namespace heddle::ops {

// One axis of `input` elements resized to `output`; `scale` is the factor the caller gave, if any, which counts before
// the sizes.
struct ResizeAxis {
  int64_t input;
  int64_t output;
  std::optional<double> scale;
};

// `is_double`: whether positions are computed in double precision, as torch does for float64 tensors.
IndexMap nearest_map(const ResizeAxis& axis, bool exact, bool is_double);
AxisWeights linear_weights(const ResizeAxis& axis, bool align_corners, bool is_double);
AxisWeights cubic_weights(const ResizeAxis& axis, bool align_corners, bool is_double);
// Weights over as many inputs as the scale covers, so that shrinking does not skip any.
AxisWeights antialias_weights(const ResizeAxis& axis, bool align_corners, bool cubic, bool is_double);

// The weights of the four neighbours around a point a fraction t behind the second, for the cubic kernel of torch (a =
// -0.75).
void cubic_coefficients(double t, double (&weights)[4]);

}  // namespace heddle::ops
