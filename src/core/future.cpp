#include "core/future.h"

#include <utility>

namespace heddle {

bool FutureValue::completed() const {
  const std::lock_guard lock(mutex_);
  return state_ != State::kPending;
}

void FutureValue::complete(IValue value) { finish(State::kValue, std::move(value), ok_status()); }

void FutureValue::fail(Status error) { finish(State::kError, IValue(), std::move(error)); }

void FutureValue::finish(State state, IValue value, Status error) {
  std::vector<std::function<void(FutureValue&)>> callbacks;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::kPending) return;
    state_ = state;
    value_ = std::move(value);
    error_ = std::move(error);
    callbacks.swap(callbacks_);
    // Under the lock: a waiter that wakes may drop the last reference as soon as it holds the mutex again.
    done_.notify_all();
  }
  for (const auto& callback : callbacks) callback(*this);
}

void FutureValue::add_callback(std::function<void(FutureValue&)> callback) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ == State::kPending) {
      callbacks_.push_back(std::move(callback));
      return;
    }
  }
  callback(*this);
}

bool FutureValue::add_callback_if_pending(std::function<void(FutureValue&)> callback) {
  const std::lock_guard lock(mutex_);
  if (state_ != State::kPending) return false;
  callbacks_.push_back(std::move(callback));
  return true;
}

void FutureValue::wait() const {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [&] { return state_ != State::kPending; });
}

Result<IValue> FutureValue::value() const {
  const std::lock_guard lock(mutex_);
  switch (state_) {
    case State::kPending:
      return error(ErrorCode::kRuntime, "the value of a Future was asked for before it was completed");
    case State::kError:
      return error_.clone();
    case State::kValue:
      break;
  }
  return value_;
}

bool FutureValue::has_error() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::kError;
}

}  // namespace heddle
