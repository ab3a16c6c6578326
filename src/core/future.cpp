#include "core/future.h"

#include <condition_variable>
#include <new>
#include <utility>

#include "base/out_of_memory.h"
#include "core/nested_release.h"
#include "core/release.h"

namespace heddle {
namespace {

// What a thread that waits sleeps on. Shared with the callback, which may come after the waiter has given up.
struct Event final : RefCounted {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
};

}  // namespace

FutureValue::~FutureValue() {
  if (!value_.box() || value_.is_tensor()) return;
  if (NestedRelease::is_deep()) {
    try {
      std::vector<IValue> values(1);
      values[0] = std::move(value_);
      release_values(values);
    } catch (const std::bad_alloc&) {
      // Deeper, then.
    }
  }
  const NestedRelease nested;
  value_ = IValue();
}

bool FutureValue::complete(IValue value) { return finish(State::kValue, std::move(value), ok_status()); }

bool FutureValue::fail(Status error) { return finish(State::kError, IValue(), std::move(error)); }

bool FutureValue::finish(State state, IValue value, Status error) {
  std::vector<Callback> callbacks;
  {
    const std::lock_guard lock(mutex_);
    if (completed()) return false;
    value_ = std::move(value);
    error_ = std::move(error);
    callbacks.swap(callbacks_);
    // Release: whoever sees the state without the lock sees value_ and error_ as well.
    state_.store(state, std::memory_order_release);
  }
  for (const Callback& callback : callbacks) callback(*this);
  return true;
}

void FutureValue::add_callback(Callback callback) {
  {
    const std::lock_guard lock(mutex_);
    if (!completed()) {
      callbacks_.push_back(std::move(callback));
      return;
    }
  }
  callback(*this);
}

bool FutureValue::add_callback_if_pending(Callback callback) {
  const std::lock_guard lock(mutex_);
  if (completed()) return false;
  callbacks_.push_back(std::move(callback));
  return true;
}

Ref<FutureValue> FutureValue::then(TypePtr element, std::function<Result<IValue>(FutureValue&)> f) {
  auto next = make_ref<FutureValue>(std::move(element));
  add_callback([next, f = std::move(f)](FutureValue& done) {
    try {
      Result<IValue> result = f(done);
      if (result.ok()) {
        next->complete(std::move(result).value());
      } else {
        next->fail(std::move(result).status());
      }
    } catch (const std::bad_alloc&) {
      next->fail(ok_status());
    }
  });
  return next;
}

bool FutureValue::wait(std::optional<Clock::time_point> until) {
  if (completed()) return true;
  const auto event = make_ref<Event>();
  const bool pending = add_callback_if_pending([event](FutureValue&) {
    const std::lock_guard lock(event->mutex);
    event->done = true;
    event->changed.notify_all();
  });
  if (!pending) return true;
  std::unique_lock lock(event->mutex);
  const auto done = [&] { return event->done; };
  if (until) return event->changed.wait_until(lock, *until, done);
  event->changed.wait(lock, done);
  return true;
}

Result<IValue> FutureValue::value() const {
  switch (state_.load(std::memory_order_acquire)) {
    case State::kPending:
      return error(ErrorCode::kRuntime, "the value of a Future was asked for before it was completed");
    case State::kError:
      return error_.ok() ? out_of_memory() : error_.clone();
    case State::kValue:
      break;
  }
  return value_;
}

}  // namespace heddle
