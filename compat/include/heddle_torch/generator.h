// at::Generator: a stream of random numbers.
#pragma once

#include <mutex>

#include "heddle_torch/box.h"
#include "heddle_torch/scalar_type.h"

namespace at {
HEDDLE_TORCH_BEGIN

class Generator {
 public:
  Generator() = default;
  explicit Generator(heddle_torch::Handle handle) : handle_(std::move(handle)) {}
  bool defined() const { return static_cast<bool>(handle_); }
  void set_current_seed(uint64_t seed);
  uint64_t current_seed() const;
  uint64_t seed();
  std::mutex& mutex();
  Device device() const { return kCPU; }
  const heddle_torch::Handle& handle() const { return handle_; }

 private:
  heddle_torch::Handle handle_;
};

namespace detail {
const Generator& getDefaultCPUGenerator();
Generator createCPUGenerator(uint64_t seed = 67280421310721ULL);
}  // namespace detail

struct CPUGeneratorImpl {};
template <class Impl>
Generator make_generator(uint64_t seed = 67280421310721ULL) {
  return detail::createCPUGenerator(seed);
}

HEDDLE_TORCH_END
}  // namespace at
