// Normalisation over trailing dimensions. Attention and others call these. Any thread.
#pragma once

#include <optional>

#include "core/tensor.h"

namespace heddle::ops {

struct LayerNormResult {
  Tensor output;             // contiguous
  Tensor mean;               // one number a row, the normalised dimensions being 1
  Tensor inverse_deviation;  // the same
};

// As torch.native_layer_norm. Halves compute in float32 with parameters of either dtype.
Result<LayerNormResult> layer_norm(const Tensor& input, std::span<const int64_t> normalized_shape,
                                   const std::optional<Tensor>& weight, const std::optional<Tensor>& bias, double eps);

}  // namespace heddle::ops
