// Joining tensors: cat, stack, and repeating, for composite operators.
#pragma once

#include <span>
#include <vector>

#include "core/tensor.h"
#include "ops/common/out.h"

namespace heddle::ops {

// torch.cat: dtypes are promoted, one-dimensional empty tensors are skipped.
Result<Tensor> cat(const std::vector<Tensor>& tensors, int64_t dim, const Out& out = {});
Result<Tensor> stack(const std::vector<Tensor>& tensors, int64_t dim, const Out& out = {});
// Each dimension so many times; more counts than dimensions add leading ones.
Result<Tensor> repeat(const Tensor& t, std::span<const int64_t> counts);
// A contiguous copy with the order of elements reversed in the dimensions.
Result<Tensor> flip(const Tensor& t, std::span<const int64_t> dims);
Result<Tensor> roll(const Tensor& t, std::span<const int64_t> shifts, std::span<const int64_t> dims);

}  // namespace heddle::ops
