// Working memory of kernels: one block a thread, grown when needed and kept for the next call.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace heddle::ops::backend {

// A block that grows: get() leaves earlier contents undefined. One owner, one thread.
class ScratchBlock {
 public:
  static constexpr size_t kAlignment = 64;
  void* get(size_t bytes) {
    if (bytes > size_) {
      block_.reset();
      size_ = 0;
      const size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
      block_.reset(std::aligned_alloc(kAlignment, rounded));
      if (!block_) throw std::bad_alloc();
      size_ = rounded;
    }
    return block_.get();
  }

 private:
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };
  std::unique_ptr<void, Free> block_;
  size_t size_ = 0;
};

}  // namespace heddle::ops::backend
