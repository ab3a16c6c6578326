// Activations as the passes name them in the arguments of packed operators.
#pragma once

#include <string_view>

#include "base/result.h"
#include "core/tensor.h"
#include "ops/backend/activation.h"

namespace heddle::ops {

// name: empty for none, "relu", "hardtanh" (with its bounds), "silu", "hardswish", "sigmoid", "tanh", "gelu",
// "gelu_tanh". Others are kInvalidArgument.
Result<backend::Activation> activation_of(std::string_view name, double low, double high);

// The operator of that name, as a step of its own.
Result<Tensor> activated(const Tensor& x, const backend::Activation& activation);

}  // namespace heddle::ops
