// What losses have in common: the reduction at their end.
#pragma once

#include "core/tensor.h"
#include "ops/common/out.h"

namespace heddle::ops {

// PyTorch's numbers for reduction='none', 'mean', 'sum'.
inline constexpr int64_t kNoReduction = 0;
inline constexpr int64_t kMeanReduction = 1;
inline constexpr int64_t kSumReduction = 2;

// The losses of single elements, reduced as asked for. Any number but the three is an error.
Result<Tensor> reduce_losses(const Tensor& losses, int64_t reduction, const Out& out = {});

}  // namespace heddle::ops
