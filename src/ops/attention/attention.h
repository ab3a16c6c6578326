// Attention: softmax(scale * query key' + mask) value, for every batch and head. Rows of scores are computed block by
// block and used at once, so the whole matrix of scores exists only where the caller wants it. Any thread.
#pragma once

#include <optional>

#include "core/tensor.h"

namespace heddle::ops {

struct AttentionArguments {
  Tensor query;  // [batch..., L, E]
  Tensor key;    // [batch..., S, E]; batches broadcast
  Tensor value;  // [batch..., S, Ev]
  // Broadcast to [batch..., L, S]: bool, true where a key takes part, or numbers that are added to the scores.
  std::optional<Tensor> mask;
  bool is_causal = false;  // query i sees keys 0..i
  double scale = 1;
  // What a row gives whose keys are all masked: zeros (PyTorch 2.5 and later), or NaN.
  bool empty_rows_are_zero = false;
  bool want_weights = false;
  // Gives the output the query's order of dimensions in memory, where it has the query's shape; else it is contiguous.
  bool like_query = false;
};

struct AttentionResult {
  Tensor output;   // [batch..., L, Ev]
  Tensor weights;  // [batch..., L, S], contiguous; undefined unless wanted
};

Result<AttentionResult> attention(const AttentionArguments& arguments);

}  // namespace heddle::ops
