// Whether tensors share memory in ways that make an element-wise write meaningless. PyTorch's rules and messages.
#pragma once

#include "core/tensor.h"

namespace heddle::ops {

// An error when one memory location of `written` holds several of its elements (an expanded tensor).
Status check_no_internal_overlap(const Tensor& written);
// An error when `read` shares some, but not exactly all, elements with `written`.
Status check_no_partial_overlap(const Tensor& written, const Tensor& read);
// An error when they share any memory: for kernels that read an input after writing the output.
Status check_no_overlap(const Tensor& written, const Tensor& read);

}  // namespace heddle::ops
