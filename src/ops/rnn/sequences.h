// How recurrent operators are given their sequences, as rows of all steps, one step after the other.
#pragma once

#include "base/result.h"
#include "core/tensor.h"
#include "ops/rnn/layers.h"

namespace heddle::ops {

// Sequences of equal length: rows [time * batch, features], contiguous, of [time, batch, features], or batch first.
struct PaddedRows {
  Tensor rows;
  Steps steps;
  bool batch_first;

  // [time * batch, size] in the layout that was given.
  Tensor restored(const Tensor& output) const;
};
Result<PaddedRows> padded_rows(const Tensor& input, bool batch_first);

// run_recurrent of arguments whose input is as padded_rows takes it; so is the output.
Result<RecurrentResult> run_padded(RecurrentArguments arguments, bool batch_first);

// Of torch's packed sequences: how many rows each step has, positive and not increasing.
Result<Steps> packed_steps(const Tensor& batch_sizes);

}  // namespace heddle::ops
