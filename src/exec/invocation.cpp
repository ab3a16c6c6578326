#include "exec/invocation.h"

#include <atomic>

#include "exec/exec.h"
#include "exec/interpreter.h"
#include "parallel/budget.h"

namespace heddle::exec {

Invocation::Invocation(const Ref<const code::Code>& code, std::vector<IValue> arguments, Ref<RefCounted> keepalive)
    : code_(code), keepalive_(std::move(keepalive)) {
  Frame* frame = stack_.push(*code_, 0);
  for (size_t i = 0; i < arguments.size(); ++i) frame->registers()[i] = std::move(arguments[i]);
}

void Invocation::run() {
  while (true) {
    switch (interpret(*this)) {
      case Outcome::kReturned:
        future_->complete(std::move(result_));
        return;
      case Outcome::kFailed:
        future_->fail(std::move(error_));
        return;
      case Outcome::kSuspended:
        break;
    }
    const Ref<FutureValue> awaited = std::move(waiting_for_);
    const auto resume = [self = Ref<Invocation>::share(this)](FutureValue&) { parallel::submit(self); };
    // Once the callback is in place another thread may already be running this invocation.
    if (awaited->add_callback_if_pending(resume)) return;
  }
}

Result<IValue> Invocation::run_here() {
  const parallel::ActiveThread active;
  while (true) {
    switch (interpret(*this)) {
      case Outcome::kReturned:
        return std::move(result_);
      case Outcome::kFailed:
        return std::move(error_);
      case Outcome::kSuspended:
        break;
    }
    const Ref<FutureValue> awaited = std::move(waiting_for_);
    exec::wait(*awaited);
  }
}

namespace {

Status check_arguments(const code::Code& code, size_t given) {
  HEDDLE_REQUIRE(given == code.argument_count, code.name, "() takes ", code.argument_count, " arguments, but got ",
                 given);
  return ok_status();
}

}  // namespace

Result<IValue> run(const Ref<const code::Code>& code, std::vector<IValue> arguments, Ref<RefCounted> keepalive) {
  HEDDLE_TRY(check_arguments(*code, arguments.size()));
  return make_ref<Invocation>(code, std::move(arguments), std::move(keepalive))->run_here();
}

Ref<FutureValue> run_async(const Ref<const code::Code>& code, std::vector<IValue> arguments,
                           Ref<RefCounted> keepalive) {
  auto future = make_ref<FutureValue>(code->return_type ? code->return_type : types::any());
  Status checked = check_arguments(*code, arguments.size());
  if (!checked.ok()) {
    future->fail(std::move(checked));
    return future;
  }
  auto invocation = make_ref<Invocation>(code, std::move(arguments), std::move(keepalive));
  invocation->complete_into(future);
  parallel::submit(std::move(invocation));
  return future;
}

void wait(FutureValue& future) {
  if (!parallel::on_interop_thread()) {
    if (future.completed()) return;
    const parallel::BlockedThread blocked;
    future.wait();
    return;
  }
  struct Signal : RefCounted {
    std::atomic<bool> done{false};
  };
  const auto signal = make_ref<Signal>();
  const bool pending = future.add_callback_if_pending([signal](FutureValue&) {
    signal->done = true;
    parallel::wake_interop_threads();
  });
  if (pending) parallel::work_until(signal->done);
}

}  // namespace heddle::exec
