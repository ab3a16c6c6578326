// A stream of random numbers (Philox counter based, so that threads can draw from disjoint ranges). One lock; any
// thread.
#pragma once

#include <cstdint>
#include <mutex>

#include "base/ref.h"

namespace heddle {

class GeneratorValue final : public RefCounted {
 public:
  explicit GeneratorValue(uint64_t seed) : seed_(seed) {}
  void manual_seed(uint64_t seed);
  uint64_t seed() const;
  // Reserves `count` 128-bit blocks and returns the counter of the first: block i is philox(seed, first + i).
  struct Ticket {
    uint64_t seed;
    uint64_t first;
  };
  Ticket reserve(uint64_t count);

 private:
  mutable std::mutex mutex_;
  uint64_t seed_;
  uint64_t next_ = 0;
};

// The process's generator, which torch.manual_seed sets.
GeneratorValue& default_generator();

}  // namespace heddle
