// Linear maps whose weights never change, as the pass pack_linears writes them. Shared by every run of the model, on
// any thread.
#pragma once

#include <optional>

#include "core/boxes.h"
#include "ops/backend/activation.h"
#include "ops/linalg/packed_weights.h"

namespace heddle::ops {

class PackedLinear final : public CapsuleValue {
 public:
  // weight: float32 [out, in], any strides; bias: float32 [out] or none. Packs when it is first run.
  PackedLinear(Tensor weight, std::optional<Tensor> bias, bool of_matrices, const backend::Activation& activation);

  // torch.linear, then the activation. With of_matrices, other inputs are torch.mm's error.
  Result<Tensor> run(const Tensor& input) const;

 private:
  Result<Tensor> in_steps(const Tensor& input) const;

  const PackedWeights weights_;
  const std::optional<Tensor> bias_;
  const bool of_matrices_;
  const backend::Activation activation_;
};

// The capsule's PackedLinear; kType where it holds something else.
Result<const PackedLinear*> packed_linear_of(const IValue& value);

}  // namespace heddle::ops
