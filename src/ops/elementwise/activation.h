// Activation functions, for composite operators. Floating inputs unless said otherwise.
#pragma once

#include <string_view>

#include "core/tensor.h"
#include "ops/common/out.h"

namespace heddle::ops {

// Every real dtype.
Result<Tensor> relu(const Tensor& self, const Out& out = {});
Result<Tensor> silu(const Tensor& self, const Out& out = {});
// approximate: "none" or "tanh".
Result<Tensor> gelu(const Tensor& self, std::string_view approximate = "none", const Out& out = {});
Result<Tensor> hardswish(const Tensor& self, const Out& out = {});
Result<Tensor> hardsigmoid(const Tensor& self, const Out& out = {});
Result<Tensor> leaky_relu(const Tensor& self, const Scalar& negative_slope, const Out& out = {});

}  // namespace heddle::ops
