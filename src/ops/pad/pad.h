// torch's padding. Pads come in pairs (before, after) from the last dimension on; negative ones crop. Any thread.
#pragma once

#include <optional>
#include <string_view>

#include "core/tensor.h"

namespace heddle::ops {

Result<Tensor> constant_pad(const Tensor& self, const Dims& pad, const Scalar& value);
// mode: "constant", "reflect", "replicate", "circular"; the value is for the first only.
Result<Tensor> pad(const Tensor& self, const Dims& pad, std::string_view mode, std::optional<double> value);

}  // namespace heddle::ops
