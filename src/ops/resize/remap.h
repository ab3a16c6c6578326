// Copies along maps of indices: output (d, h, w) is input (maps[0][d], maps[1][h], maps[2][w]) for every plane. Padding
// by reflection and enlargement by nearest neighbours are such maps. Any thread.
#pragma once

#include <array>
#include <vector>

#include "core/tensor.h"

namespace heddle::ops {

using IndexMap = std::vector<int64_t>;

// Maps the last maps.size() (1 to 3) dimensions of a tensor; every index lies inside its dimension. The result has the
// input's leading dimensions and dtype; it is channels-last when asked for, which takes [batch, channels, ...] with two
// or three mapped dimensions.
Result<Tensor> remap(const Tensor& input, std::span<const IndexMap> maps,
                     MemoryFormat format = MemoryFormat::kContiguous);

}  // namespace heddle::ops
