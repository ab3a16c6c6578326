// Indexing for composite operators: what x[i, mask, :], gather and index_select compute. Indices are checked before any
// element is touched; errors are PyTorch's.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "ops/common/out.h"

namespace heddle::ops {

// x[indices...]: nullopt takes a whole dimension; index tensors are int64, int32, or masks (bool, uint8), and negative
// indices count from the end.
Result<Tensor> index(const Tensor& self, std::span<const std::optional<Tensor>> indices);
// x[indices...] = values, or += values. Changes self.
Status index_put(const Tensor& self, std::span<const std::optional<Tensor>> indices, const Tensor& values,
                 bool accumulate);

// Slices of a dimension by number.
Result<Tensor> index_select(const Tensor& self, int64_t dim, const Tensor& index);
// result[i][j][k] = self[i][index[i][j][k]][k] for dim 1.
Result<Tensor> gather(const Tensor& self, int64_t dim, const Tensor& index);
// Elements of the flattened tensor.
Result<Tensor> take(const Tensor& self, const Tensor& index);

// [number of elements that are not zero, self.dim()]: where they are, in reading order. Columns are contiguous.
Result<Tensor> nonzero(const Tensor& self);
// The same, a vector for each dimension; a zero-dimensional tensor counts as one of one element.
Result<std::vector<Tensor>> nonzero_columns(const Tensor& self);
// The elements where the mask, broadcast with self, is true.
Result<Tensor> masked_select(const Tensor& self, const Tensor& mask);

// The tensor itself when the result is to be written into it, else a copy to write to.
Result<Tensor> changed(const Tensor& self, const Out& out, MemoryFormat format = MemoryFormat::kPreserve);
// The end of such an operator: what changed() gave is now complete.
Result<Tensor> deliver_changed(const Tensor& changed, const Out& out);

}  // namespace heddle::ops
