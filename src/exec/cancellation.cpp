#include "exec/cancellation.h"

#include <utility>

#include "parallel/alarms.h"

namespace heddle::exec {

void Cancellation::State::cancel(Reason why) {
  std::map<uint64_t, std::function<void()>> called;
  {
    const std::lock_guard lock(mutex);
    Reason none = Reason::kNone;
    if (!reason.compare_exchange_strong(none, why)) return;
    called.swap(listeners);
  }
  for (const auto& [number, listener] : called) listener();
}

Cancellation::Cancellation(std::stop_token stop, std::optional<Clock::time_point> deadline)
    : state_(make_ref<State>()), deadline_(deadline) {
  if (stop.stop_possible()) on_stop_.emplace(std::move(stop), [state = state_] { state->cancel(Reason::kStopped); });
}

Cancellation::~Cancellation() {
  if (alarm_) parallel::forget_alarm(alarm_);
}

void Cancellation::watch_deadline() {
  if (!deadline_) return;
  std::call_once(watched_, [&] {
    alarm_ = parallel::set_alarm(*deadline_, [state = state_] { state->cancel(Reason::kDeadline); });
  });
}

bool Cancellation::cancelled() {
  if (cancelled_already()) return true;
  if (!deadline_ || Clock::now() < *deadline_) return false;
  state_->cancel(Reason::kDeadline);
  return true;
}

Status Cancellation::status() const {
  const bool stopped = state_->reason.load(std::memory_order_acquire) == Reason::kStopped;
  return error(ErrorCode::kCancelled, stopped ? "the call was stopped" : "the deadline of the call has passed");
}

uint64_t Cancellation::add_listener(std::function<void()> f) {
  {
    const std::lock_guard lock(state_->mutex);
    if (!cancelled_already()) {
      state_->listeners.emplace(state_->next_number, std::move(f));
      return state_->next_number++;
    }
  }
  f();
  return 0;
}

void Cancellation::remove_listener(uint64_t number) {
  std::function<void()> removed;  // destroyed after the lock is released
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->listeners.find(number);
  if (found == state_->listeners.end()) return;
  removed = std::move(found->second);
  state_->listeners.erase(found);
}

}  // namespace heddle::exec
