// Linear maps whose weights never change, as the pass pack_linears writes them. Shared by every run of the model, on
// any thread.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "core/boxes.h"
#include "ops/backend/packed_product.h"

namespace heddle::ops {

class PackedLinear final : public CapsuleValue {
 public:
  // weight: float32 [out, in], any strides; bias: float32 [out] or none. Packs when it is first run.
  PackedLinear(Tensor weight, std::optional<Tensor> bias, bool of_matrices, const backend::Activation& activation);

  // torch.linear, then the activation. With of_matrices, other inputs are torch.mm's error.
  Result<Tensor> run(const Tensor& input) const;

 private:
  // Null where the kernels do not take the matrix.
  Result<const backend::PackedMatrix*> matrix() const;
  Result<Tensor> in_steps(const Tensor& input) const;

  const Tensor weight_;
  const std::optional<Tensor> bias_;
  const bool of_matrices_;
  const backend::Activation activation_;
  mutable std::mutex mutex_;
  mutable Ref<const backend::PackedMatrix> packed_;  // written once under mutex_, before ready_
  mutable std::atomic<bool> ready_{false};
};

// The capsule's PackedLinear; kType where it holds something else.
Result<const PackedLinear*> packed_linear_of(const IValue& value);

}  // namespace heddle::ops
