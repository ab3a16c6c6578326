#include "core/generator.h"

namespace heddle {

void GeneratorValue::manual_seed(uint64_t seed) {
  const std::lock_guard lock(mutex_);
  seed_ = seed;
  next_ = 0;
}

uint64_t GeneratorValue::seed() const {
  const std::lock_guard lock(mutex_);
  return seed_;
}

GeneratorValue::Ticket GeneratorValue::reserve(uint64_t count) {
  const std::lock_guard lock(mutex_);
  const Ticket ticket{seed_, next_};
  next_ += count;
  return ticket;
}

GeneratorValue& default_generator() {
  // PyTorch's seed before any manual_seed. Never destroyed: a thread may still draw while the process exits.
  static auto* generator = new GeneratorValue(67280421310721u);
  return *generator;
}

}  // namespace heddle
