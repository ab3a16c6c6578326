// Moving values between tensors: copies, conversions, filling. The functions composite operators use.
#pragma once

#include <optional>
#include <span>

#include "core/tensor.h"

namespace heddle::ops {

// torch's to.copy_(from): broadcasts and converts. Overlapping memory is copied as if through a temporary.
Status copy_into(const Tensor& to, const Tensor& from);
// A new tensor. kPreserve keeps the order of dimensions in memory of a dense tensor.
Result<Tensor> clone(const Tensor& t, MemoryFormat format = MemoryFormat::kPreserve);
// The tensor itself where it is contiguous in the format, else a copy.
Result<Tensor> contiguous(const Tensor& t, MemoryFormat format = MemoryFormat::kContiguous);
// The tensor itself where it has the dtype, else a converted copy in the same layout.
Result<Tensor> to_dtype(const Tensor& t, DType dtype);
// Both of the above at once: what most kernels want of an input.
Result<Tensor> contiguous_as(const Tensor& t, DType dtype);

// Writes the number into every element, converted as Scalar conversions are.
Status fill(const Tensor& t, const Scalar& value);
Status zero(const Tensor& t);
Result<Tensor> full(std::span<const int64_t> sizes, const Scalar& value, DType dtype);
Result<Tensor> zeros(std::span<const int64_t> sizes, DType dtype);

// The value of a one-element tensor, as .item() gives it; PyTorch's error for others.
Result<Scalar> item(const Tensor& t);

}  // namespace heddle::ops
