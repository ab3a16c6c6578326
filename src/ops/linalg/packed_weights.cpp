#include "ops/linalg/packed_weights.h"

namespace heddle::ops {

Result<const backend::PackedMatrix*> PackedWeights::matrix() const {
  // Acquire: who sees it set sees packed_ too.
  if (ready_.load(std::memory_order_acquire)) return packed_.get();
  const std::lock_guard lock(mutex_);
  if (!ready_.load(std::memory_order_relaxed)) {
    packed_ = HEDDLE_TRY(backend::PackedMatrix::pack(weight_.data<float>(), weight_.size(0), weight_.size(1),
                                                     weight_.stride(0), weight_.stride(1)));
    ready_.store(true, std::memory_order_release);
  }
  return packed_.get();
}

}  // namespace heddle::ops
