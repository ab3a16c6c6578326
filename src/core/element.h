// Single elements of tensors of any dtype, for code that touches few of them: item(), printing, comparing.
#pragma once

#include "core/scalar.h"
#include "core/tensor.h"

namespace heddle {

// The number stored at `address`: int for integral types, bool for bool, double for floating, complex for complex ones.
// Quantised types give their raw integer.
Scalar load_element(const void* address, DType dtype);
// The only element of a tensor with numel() == 1, with a lazy conjugate or negation applied.
Scalar load_single(const Tensor& tensor);
// A dense copy that holds the elements a marked tensor stands for (core/lazy_view.h), one by one.
Result<Tensor> without_marks(const Tensor& tensor);
// Converts as Scalar::to does. Complex32 is not supported: false, and nothing is stored.
bool store_element(void* address, DType dtype, const Scalar& value);

}  // namespace heddle
