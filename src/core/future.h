// A value that will be there later: what a forked task brings, or what the application promises. Everything here may be
// called from any thread. Nobody in the interpreter blocks on it: frames that wait register a callback and give their
// thread back.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "base/result.h"
#include "core/ivalue.h"

namespace heddle {

class FutureValue : public RefCounted {
 public:
  using Callback = std::function<void(FutureValue&)>;
  using Clock = std::chrono::steady_clock;

  explicit FutureValue(TypePtr element) : element_type(std::move(element)) {}
  ~FutureValue() override;
  const TypePtr element_type;

  bool completed() const { return state_.load(std::memory_order_acquire) != State::kPending; }
  // The first completion counts; false: there was one already. Whoever completes holds a reference meanwhile. Runs the
  // callbacks before it returns.
  bool complete(IValue value);
  bool fail(Status error);
  // Runs on the completing thread, or at once on this one when completed already. Must not throw. Callbacks run in the
  // order in which they were added.
  void add_callback(Callback callback);
  // The same, but false, and nothing is kept or run, when it is completed already.
  bool add_callback_if_pending(Callback callback);
  // A Future of what f makes of this one, once it is completed, on the completing thread. f must not throw.
  Ref<FutureValue> then(TypePtr element, std::function<Result<IValue>(FutureValue&)> f);
  // Blocks the calling thread: only for threads of the application, never inside the pools. False: the time is over.
  bool wait(std::optional<Clock::time_point> until = std::nullopt);
  // After completion: the value, or a copy of the error.
  Result<IValue> value() const;
  bool has_error() const { return state_.load(std::memory_order_acquire) == State::kError; }

 private:
  enum class State : uint8_t { kPending, kValue, kError };
  bool finish(State state, IValue value, Status error);

  std::atomic<State> state_{State::kPending};  // changes once, under mutex_
  std::mutex mutex_;
  IValue value_;  // these two are written before state_ changes, and never after
  Status error_;
  std::vector<Callback> callbacks_;  // guarded by mutex_
};

}  // namespace heddle
