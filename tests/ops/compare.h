// Whether what an operator gave is what PyTorch gave. Every function returns the first difference in words, empty when
// there is none.
#pragma once

#include <string>
#include <vector>

#include "core/ivalue.h"

namespace heddle::test {

struct Comparison {
  double rtol = 0;
  double atol = 0;
  bool values = true;   // not only sizes and dtype
  bool strides = true;  // of dimensions with more than one element
  bool signs = true;    // and the directions of complex numbers
};

std::string difference(const IValue& got, const IValue& wanted, const Comparison& how);
std::string difference(const std::vector<IValue>& got, const std::vector<IValue>& wanted, const Comparison& how);
// Whether the same pairs of tensors share memory.
std::string sharing_difference(const std::vector<IValue>& got, const std::vector<IValue>& wanted);
// Bit for bit.
std::string bit_difference(const std::vector<IValue>& a, const std::vector<IValue>& b);

}  // namespace heddle::test
