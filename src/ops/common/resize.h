// Changing a tensor's sizes in place: torch's resize_ and what out= does to its tensor.
// Like every change of shape, for one thread at a time.
#pragma once

#include <span>

#include "core/tensor.h"

namespace heddle::ops {

// Gives the tensor sizes and strides; its storage grows when it is too small, and never shrinks. Values that no longer
// fit the shape are left undefined.
Status resize_strided(const Tensor& t, std::span<const int64_t> sizes, std::span<const int64_t> strides);
// The same with contiguous strides; nothing happens when the sizes are equal already.
Status resize(const Tensor& t, std::span<const int64_t> sizes);
// Makes the handle's tensor look at what `source` looks at (torch's set_): storage, sizes, strides, offset.
void set_tensor(const Tensor& t, const Tensor& source);

}  // namespace heddle::ops
