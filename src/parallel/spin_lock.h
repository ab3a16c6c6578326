// A lock for sections of a few dozen instructions, where a std::mutex would put threads to sleep that need not. Any
// thread; never held across a call that may block.
#pragma once

#include <sched.h>

#include <atomic>

#include "parallel/pause.h"

namespace heddle::parallel {

class SpinLock {
 public:
  void lock() {
    // Acquire pairs with the release of unlock().
    while (taken_.exchange(true, std::memory_order_acquire)) {
      for (int tries = 0; taken_.load(std::memory_order_relaxed); ++tries) {
        // The holder may have lost its core: let it have this one.
        if (tries < kTries) {
          pause();
        } else {
          sched_yield();
        }
      }
    }
  }
  bool try_lock() { return !taken_.exchange(true, std::memory_order_acquire); }
  void unlock() { taken_.store(false, std::memory_order_release); }

 private:
  static constexpr int kTries = 64;
  std::atomic<bool> taken_{false};
};

}  // namespace heddle::parallel
