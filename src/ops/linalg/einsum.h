// torch.einsum. Any thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/tensor.h"

namespace heddle::ops {

// Letters name dimensions, "..." the broadcast rest, "->" the result; operands are multiplied from left to right, or
// along `path` (pairs of positions, as opt_einsum numbers them).
Result<Tensor> einsum(std::string_view equation, const std::vector<Tensor>& operands,
                      const std::optional<Dims>& path = std::nullopt);

}  // namespace heddle::ops
