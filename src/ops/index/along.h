// What operators that index one dimension have in common: their checks, and the memory they index in the form of
// transfer.h. A zero-dimensional tensor counts as one of one element.
#pragma once

#include <span>
#include <string_view>

#include "core/tensor.h"
#include "ops/index/transfer.h"

namespace heddle::ops {

// Whole slices along a dimension, by number: view has index.numel() of them.
struct Slices {
  Tensor view;
  Tensor offsets;  // unset when the view is empty
};
// index: int64, at most one-dimensional.
Result<Slices> slices_of(const Tensor& self, int64_t dim, const Tensor& index, Negative negative,
                         std::string_view prefix = {});

// One element of a line along `dim` for each element of index: the view and the checked, contiguous index have its
// shape.
struct Lines {
  Tensor view;
  IndexedDim indexed;
};
// Checks index (int64 or int32, not empty) against self as gather and scatter do; `name` opens the messages.
Result<Lines> lines_of(std::string_view name, const Tensor& self, int64_t dim, const Tensor& index);

// The tensor as it appears when broadcast to sizes it is broadcastable to.
Tensor expanded(const Tensor& t, std::span<const int64_t> sizes);

}  // namespace heddle::ops
