// clamp, for composite operators.
#pragma once

#include <optional>

#include "core/tensor.h"
#include "ops/common/out.h"

namespace heddle::ops {

// At least one bound must be given.
Result<Tensor> clamp(const Tensor& self, const std::optional<Scalar>& low, const std::optional<Scalar>& high,
                     const Out& out = {});

}  // namespace heddle::ops
