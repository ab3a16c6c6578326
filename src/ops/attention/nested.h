// Nested tensors as far as models meet them: TransformerEncoder makes one of a padded batch and its mask, runs its
// layers on it, and pads the result again. Here it stays the padded tensor [batch, time, features] and carries the
// sequences' lengths; what lies behind them has no meaning. The encoder's operators know this, prim::is_nested tells.
#pragma once

#include <optional>
#include <vector>

#include "core/tensor.h"

namespace heddle::ops {

// The lengths of the sequences of a nested tensor; nullopt for all others.
std::optional<std::vector<int64_t>> nested_lengths(const Tensor& t);
// Another handle on t's values that is nested with these lengths, one for each of t.size(0) sequences, each within
// 0..t.size(1).
Result<Tensor> as_nested(const Tensor& t, std::span<const int64_t> lengths);
// bool [batch, time]: true behind the end of each sequence.
Result<Tensor> padding_mask(std::span<const int64_t> lengths, int64_t time);

}  // namespace heddle::ops
