// The tensor memory of one call, where it is limited. A thread that runs the call charges its account whenever a
// Storage takes memory; the Storage gives it back wherever its last reference goes. Threads that help inside an
// operator allocate no Storage. Any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/ref.h"
#include "base/result.h"

namespace heddle {

class MemoryAccount final : public RefCounted {
 public:
  explicit MemoryAccount(uint64_t limit) : limit_(limit) {}
  // kLimit where these bytes would be too many; then nothing is charged.
  Status charge(size_t bytes);
  // Relaxed, as in charge(): a count, which orders no other memory.
  void refund(size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  uint64_t limit() const { return limit_; }
  uint64_t used() const { return used_.load(std::memory_order_relaxed); }

  // The account this thread charges; null: none.
  static MemoryAccount* current() { return t_current; }

 private:
  friend class ChargeTo;
  static constinit thread_local MemoryAccount* t_current;
  const uint64_t limit_;
  std::atomic<uint64_t> used_{0};
};

// While it lives, what this thread allocates is charged to the account; null: to nobody.
class ChargeTo {
 public:
  explicit ChargeTo(MemoryAccount* account) : before_(MemoryAccount::t_current) { MemoryAccount::t_current = account; }
  ~ChargeTo() { MemoryAccount::t_current = before_; }
  ChargeTo(const ChargeTo&) = delete;
  ChargeTo& operator=(const ChargeTo&) = delete;

 private:
  MemoryAccount* const before_;
};

}  // namespace heddle
