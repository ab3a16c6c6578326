// Tensors as text. Any thread, as long as nobody writes the tensor meanwhile.
#pragma once

#include <string>

#include "core/tensor.h"

namespace heddle {

// As C++ PyTorch and TorchScript's print() show it: rows of numbers, then "[ CPUFloatType{2,3} ]".
std::string tensor_text(const Tensor& tensor);
// As Python's repr shows it: "tensor([[1., 2.]])", four digits, summarised above 1000 elements, dtype where not the
// default.
std::string tensor_repr(const Tensor& tensor);

}  // namespace heddle
