// How a call is ended from outside: by a stop token or at a deadline. The root call and all it forks share one; running
// frames ask cancelled() between instructions, suspended ones listen. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>

#include "base/ref.h"
#include "base/result.h"

namespace heddle::exec {

class Cancellation final : public RefCounted {
 public:
  using Clock = std::chrono::steady_clock;
  Cancellation(std::stop_token stop, std::optional<Clock::time_point> deadline);
  ~Cancellation() override;

  // Whether the call is to end; looks at the clock.
  bool cancelled();
  // The same, but sees a deadline only once somebody else has.
  bool cancelled_already() const { return state_->reason.load(std::memory_order_acquire) != Reason::kNone; }
  // kCancelled, saying why. Only once cancelled.
  Status status() const;
  const std::optional<Clock::time_point>& deadline() const { return deadline_; }

  // Calls f once when the call is cancelled, on the thread that does it: at once when it is already. f must not block.
  // Returns what remove_listener takes; removing one that has been called does nothing.
  uint64_t add_listener(std::function<void()> f);
  void remove_listener(uint64_t number);
  // From now on the deadline is noticed even if nobody looks at the clock.
  void watch_deadline();

 private:
  enum class Reason : uint8_t { kNone, kStopped, kDeadline };
  // Apart from the object, because a stop request may come while the last reference goes.
  struct State final : RefCounted {
    void cancel(Reason why);
    std::atomic<Reason> reason{Reason::kNone};
    std::mutex mutex;
    std::map<uint64_t, std::function<void()>> listeners;  // guarded by mutex, as is the next
    uint64_t next_number = 1;
  };

  const Ref<State> state_;
  const std::optional<Clock::time_point> deadline_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
  std::once_flag watched_;
  uint64_t alarm_ = 0;  // 0: none
};

}  // namespace heddle::exec
