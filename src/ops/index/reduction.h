// The reductions of scatter_reduce and index_reduce: values that meet in one element, with or without what it held.
#pragma once

#include <initializer_list>
#include <string_view>

#include "core/tensor.h"
#include "ops/index/transfer.h"

namespace heddle::ops {

struct Reduction {
  Reduce reduce = Reduce::kAssign;
  bool mean = false;         // with kAdd: divide by the number of values that met
  bool include_self = true;  // what the element held counts as one of the values
};

// By PyTorch's names sum, prod, mean, amax, amin; those of `known` are taken, others are an error that lists them.
Result<Reduction> reduction_named(std::string_view name, std::initializer_list<std::string_view> known,
                                  bool include_self);

// Writes values into `view` of `target` at the offsets (transfer.h). Elements no offset names stay as they are.
Status reduce_at(const Tensor& target, const Tensor& view, const Tensor& values, const Tensor& offsets,
                 const Reduction& reduction, std::string_view name);

}  // namespace heddle::ops
