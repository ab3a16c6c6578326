// A batch normalisation with constant statistics behind a convolution, as what it does to each output channel.
#pragma once

#include <optional>
#include <vector>

#include "ir/graph.h"

namespace heddle::passes {

// scale * x + shift, an element a channel.
struct Affine {
  std::vector<double> scale;
  std::vector<double> shift;
};

// What the convolution's bias and the node behind it do to the sums: with s = gamma / sqrt(variance + eps), scale is s
// and shift is s * (bias - mean) + beta. Nothing where `norm` is no aten::batch_norm that can be folded: it is
// training, its arguments are not constant, or others read the convolution's result too.
std::optional<Affine> affine_behind(const ir::Node& convolution, const ir::Node& norm);

}  // namespace heddle::passes
