// Reading a tensor's elements one by one, whatever its strides and dtype: for writing and comparing results, where
// speed is no concern. Lazy conjugates and negations are applied.
#pragma once

#include <cstdint>

#include "core/scalar.h"
#include "core/tensor.h"

namespace heddle::cli {

// The element `offset` elements from the tensor's first. Quantised and complex32 elements read as their integers and
// NaN.
Scalar element_at(const Tensor& tensor, int64_t offset);

// Calls visit(index, offset) for every element in C order; offset is what element_at takes.
template <class Visit>
void for_each_element(const Tensor& tensor, Visit visit) {
  Dims index(tensor.sizes().size(), 0);
  int64_t offset = 0;
  for (int64_t i = 0; i < tensor.numel(); ++i) {
    visit(index, offset);
    for (int64_t d = tensor.dim() - 1; d >= 0; --d) {
      const auto at = static_cast<size_t>(d);
      offset += tensor.stride(d);
      if (++index[at] < tensor.size(d)) break;
      offset -= tensor.stride(d) * tensor.size(d);
      index[at] = 0;
    }
  }
}

}  // namespace heddle::cli
