// A value that a forked task will bring. Complete exactly once; everything here may be called from any thread.
// Nobody in the interpreter blocks on it: frames that wait register a callback and give their thread back.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "core/ivalue.h"

namespace heddle {

class FutureValue final : public RefCounted {
 public:
  explicit FutureValue(TypePtr element) : element_type(std::move(element)) {}
  const TypePtr element_type;

  bool completed() const;
  // A second completion is ignored.
  void complete(IValue value);
  void fail(Status error);
  // Runs on the completing thread, or at once on this one when completed already. Must not throw.
  void add_callback(std::function<void(FutureValue&)> callback);
  // The same, but false, and nothing is kept or run, when it is completed already.
  bool add_callback_if_pending(std::function<void(FutureValue&)> callback);
  // Blocks the calling thread: only for threads of the application, never inside the pools.
  void wait() const;
  // After completion: the value, or a copy of the error.
  Result<IValue> value() const;
  bool has_error() const;

 private:
  enum class State : uint8_t { kPending, kValue, kError };
  void finish(State state, IValue value, Status error);
  mutable std::mutex mutex_;
  mutable std::condition_variable done_;
  State state_ = State::kPending;  // all below guarded by mutex_; value_ and error_ never change after completion
  IValue value_;
  Status error_;
  std::vector<std::function<void(FutureValue&)>> callbacks_;
};

}  // namespace heddle
