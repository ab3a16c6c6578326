// Products without a sum. Any thread.
#pragma once

#include "core/tensor.h"
#include "ops/common/out.h"

namespace heddle::ops {

// self[:, None] * vec2[None, :], promoted.
Result<Tensor> outer(const Tensor& self, const Tensor& vec2, const Out& out = {});

}  // namespace heddle::ops
