// Results that must not be written while the inputs are still read: matrix products with out= or in place.
#pragma once

#include <initializer_list>
#include <span>

#include "core/tensor.h"
#include "ops/common/out.h"

namespace heddle::ops {

// Prepares the result (as Out::prepare) and calls compute(result) -> Status with it, or with a tensor of its own where
// the result shares its storage with one of the inputs; those values are then copied into the result.
template <class F>
Result<Tensor> compute_apart(const Out& out, std::span<const int64_t> sizes, DType dtype,
                             std::initializer_list<const Tensor*> inputs, F&& compute) {
  bool shared = false;
  for (const Tensor* input : inputs) shared |= out.given() && out.tensor().storage() == input->storage();
  Tensor result;
  if (shared) {
    // The sizes are checked before, the values computed before the given tensor changes.
    const Out fresh;
    result = HEDDLE_TRY(fresh.prepare(sizes, dtype));
    HEDDLE_TRY(compute(result));
    return out.deliver(result);
  }
  result = HEDDLE_TRY(out.prepare(sizes, dtype));
  HEDDLE_TRY(compute(result));
  return result;
}

}  // namespace heddle::ops
