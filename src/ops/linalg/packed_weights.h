// A matrix of weights that never change, packed for the kernels when it is first multiplied with. Any thread.
#pragma once

#include <atomic>
#include <mutex>

#include "core/tensor.h"
#include "ops/backend/packed_product.h"

namespace heddle::ops {

class PackedWeights {
 public:
  // weight: float32 [out, in], any strides.
  explicit PackedWeights(Tensor weight) : weight_(std::move(weight)) {}

  const Tensor& weight() const { return weight_; }
  // The weights must not be empty.
  Result<const backend::PackedMatrix*> matrix() const;

 private:
  const Tensor weight_;
  mutable std::mutex mutex_;
  mutable Ref<const backend::PackedMatrix> packed_;  // written once under mutex_, before ready_
  mutable std::atomic<bool> ready_{false};
};

}  // namespace heddle::ops
