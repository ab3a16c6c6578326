#include "exec/invocation.h"

#include <new>
#include <optional>
#include <typeinfo>

#include "base/counting.h"
#include "base/out_of_memory.h"
#include "base/topology.h"
#include "exec/exec.h"
#include "exec/interpreter.h"
#include "exec/recording.h"
#include "parallel/budget.h"
#include "parallel/pause.h"
#include "parallel/settings.h"

namespace heddle::exec {

// The Future of a task: knows where in the queue the task is, or keeps the task itself when it shall begin late.
class TaskFuture final : public FutureValue {
 public:
  TaskFuture(TypePtr element, Ref<Cancellation> c) : FutureValue(std::move(element)), cancellation(std::move(c)) {}
  ~TaskFuture() override { take_deferred(); }
  // Once, before anybody else knows the Future. The task holds no reference to it until it is taken.
  void defer(Ref<Invocation> task) { deferred_ = std::move(task).leak(); }
  // The task, for the first who asks.
  Ref<Invocation> take_deferred() {
    return deferred_.load() ? Ref<Invocation>::adopt(deferred_.exchange(nullptr)) : nullptr;
  }

  parallel::TaskSlot slot;
  const Ref<Cancellation> cancellation;  // of the call; may be null
  uint64_t trace_id = 0;                 // of its task, where a trace was on; set before anybody else knows the Future

 private:
  std::atomic<Invocation*> deferred_{nullptr};
};

namespace {

TaskFuture* as_task(FutureValue& future) {
  return typeid(future) == typeid(TaskFuture) ? static_cast<TaskFuture*>(&future) : nullptr;
}

TypePtr return_type(const code::Code& code) { return code.return_type ? code.return_type : types::any(); }

// Another thread is about to complete it, most likely: sleeping and waking take longer than most tasks.
bool completes_soon(const FutureValue& future) {
  using Clock = FutureValue::Clock;
  const Clock::time_point end = Clock::now() + std::chrono::microseconds(parallel::spin_microseconds());
  while (!future.completed()) {
    for (int i = 0; i < 32 && !future.completed(); ++i) parallel::pause();
    if (parallel::budget::running() > topology().usable_cores() || Clock::now() >= end) return future.completed();
  }
  return true;
}

void count_request(int64_t begin, bool failed) {
  counting::Counts& counts = counting::counts();
  counts.requests.add();
  if (failed) counts.errors.add();
  counts.latency.add(trace::now() - begin);
}

// Completed when the Future is, or when the call is cancelled.
Ref<FutureValue> gate_of(FutureValue& future, Cancellation& cancellation) {
  auto gate = make_ref<FutureValue>(types::none());
  const uint64_t listener = cancellation.add_listener([gate] { gate->complete(IValue()); });
  gate->add_callback(
      [c = Ref<Cancellation>::share(&cancellation), listener](FutureValue&) { c->remove_listener(listener); });
  future.add_callback([gate](FutureValue&) { gate->complete(IValue()); });
  return gate;
}

// A thread of the pool, inside a callback, goes on with other tasks.
void work_until_completed(FutureValue& future, std::optional<FutureValue::Clock::time_point> time) {
  struct Signal : RefCounted {
    std::atomic<bool> done{false};
  };
  const auto signal = make_ref<Signal>();
  const bool pending = future.add_callback_if_pending([signal](FutureValue&) {
    signal->done = true;
    parallel::wake_interop_threads();
  });
  if (pending) parallel::work_until(signal->done, time);
}

// Until the Future is completed or the call is cancelled.
void block(FutureValue& future, Cancellation* cancellation) {
  if (future.completed()) return;
  const parallel::BlockedThread blocked;
  if (completes_soon(future)) return;
  const Ref<FutureValue> gate = cancellation ? gate_of(future, *cancellation) : Ref<FutureValue>::share(&future);
  const auto deadline = cancellation ? cancellation->deadline() : std::nullopt;
  if (parallel::on_interop_thread()) {
    work_until_completed(*gate, deadline);
  } else {
    gate->wait(deadline);
  }
  // Tells the others, where the deadline has passed.
  if (cancellation && !gate->completed()) cancellation->cancelled();
}

Status check_arguments(const code::Code& code, size_t given) {
  HEDDLE_REQUIRE(given == code.argument_count, code.name, "() takes ", code.argument_count, " arguments, but got ",
                 given);
  return ok_status();
}

CallContext context_of(Ref<RefCounted> keepalive, const CallOptions& options) {
  int limit = parallel::thread_limit();
  if (options.thread_limit > 0) limit = limit > 0 ? std::min(limit, options.thread_limit) : options.thread_limit;
  CallContext context;
  context.keepalive = std::move(keepalive);
  context.thread_limit = limit;
  context.profile = options.profile;
  // A call inside a kernel of the application stays within the limit of the call around it.
  if (options.memory_limit) {
    context.memory = make_ref<MemoryAccount>(options.memory_limit);
  } else if (MemoryAccount* around = MemoryAccount::current()) {
    context.memory = Ref<MemoryAccount>::share(around);
  }
  context.recursion_limit = options.recursion_limit;
  context.fork_limit = options.fork_limit;
  if (options.stop.stop_possible() || options.deadline) {
    context.cancellation = make_ref<Cancellation>(options.stop, options.deadline);
  }
  return context;
}

}  // namespace

Invocation::Invocation(const Ref<const code::Code>& code, std::vector<IValue> arguments, CallContext context)
    : code_(code), context_(std::move(context)), counted_(context_.tasks) {
  Frame* frame = stack_.push(*code_, 0);
  for (size_t i = 0; i < arguments.size(); ++i) frame->registers()[i] = std::move(arguments[i]);
}

Invocation::~Invocation() {
  if (counted_) counted_->count.fetch_sub(1, std::memory_order_relaxed);
}

Result<CallContext> Invocation::context_of_task() {
  if (!context_.tasks) context_.tasks = make_ref<TaskCount>();
  if (context_.tasks->count.fetch_add(1, std::memory_order_relaxed) >= context_.fork_limit) {
    context_.tasks->count.fetch_sub(1, std::memory_order_relaxed);
    return error(ErrorCode::kLimit, "the call may have ", context_.fork_limit,
                 " tasks that have not ended (fork_limit); it forks one more");
  }
  return context_;
}

Ref<FutureValue> Invocation::start(const Ref<const code::Code>& code, std::vector<IValue> arguments,
                                   CallContext context) {
  auto future = make_ref<TaskFuture>(return_type(*code), context.cancellation);
  auto invocation = make_ref<Invocation>(code, std::move(arguments), std::move(context));
  invocation->future_ = future;
  invocation->forked_at_ = trace::now();
  if (trace::on()) record_fork(future->trace_id = invocation->trace_id(), code);
  parallel::submit(std::move(invocation), &future->slot);
  return future;
}

Ref<FutureValue> Invocation::defer(const Ref<const code::Code>& code, std::vector<IValue> arguments,
                                   CallContext context) {
  auto future = make_ref<TaskFuture>(return_type(*code), context.cancellation);
  auto invocation = make_ref<Invocation>(code, std::move(arguments), std::move(context));
  if (trace::on()) record_fork(future->trace_id = invocation->trace_id(), code);
  future->defer(std::move(invocation));
  return future;
}

uint64_t Invocation::trace_id_of(FutureValue& future) {
  const TaskFuture* const task = as_task(future);
  return task ? task->trace_id : 0;
}

Ref<Invocation> Invocation::take_deferred(FutureValue& future) {
  TaskFuture* task = as_task(future);
  Ref<Invocation> deferred = task ? task->take_deferred() : nullptr;
  if (deferred) deferred->future_ = Ref<FutureValue>::share(&future);
  return deferred;
}

Ref<Invocation> Invocation::take_back(FutureValue& future) {
  if (Ref<Invocation> deferred = take_deferred(future)) return deferred;
  TaskFuture* task = as_task(future);
  if (!task || !task->slot.may_hold_task()) return nullptr;
  return Ref<Invocation>::adopt(static_cast<Invocation*>(parallel::take_back(task->slot).leak()));
}

// Ends it, whatever it was about to do.
void Invocation::fail(Status error) {
  error_ = std::move(error);
  failed_ = true;
  while (stack_.top()) stack_.pop();
}

namespace {

// What runs on this thread, for those that record.
class RunningInvocation {
 public:
  explicit RunningInvocation(uint64_t id) : outer_(std::exchange(trace::t_invocation, id)) {}
  ~RunningInvocation() { trace::t_invocation = outer_; }
  RunningInvocation(const RunningInvocation&) = delete;
  RunningInvocation& operator=(const RunningInvocation&) = delete;

 private:
  const uint64_t outer_;
};

}  // namespace

uint64_t Invocation::trace_id() {
  if (recorded_.id == 0) recorded_.id = trace::new_id();
  return recorded_.id;
}

// As interpret(), between the end of a wait and the next, both told to the trace.
Outcome Invocation::interpret_recorded(const Invocation* root) {
  const uint64_t id = trace_id();
  if (recorded_.waits_since != 0) record_wait(recorded_.waits_since, id, recorded_.waits_for, recorded_.wait);
  recorded_.waits_since = 0;
  uint8_t stretch = recorded_.begun ? 0 : trace::kFirst;
  recorded_.begun = true;
  if (this == root) {
    stretch |= trace::kOfCall;
  } else if (below_ || !parallel::on_interop_thread()) {
    stretch |= trace::kInline;
  }
  const int64_t begin = trace::now();
  const Outcome outcome = [&] {
    const RunningInvocation running(id);
    return interpret(*this);
  }();
  if (outcome == Outcome::kFailed) stretch |= trace::kFailed;
  if (outcome == Outcome::kSuspended) {
    stretch |= trace::kSuspended;
    recorded_.waits_for = trace_id_of(*waiting_for_);
    recorded_.waits_since = trace::now();
  }
  record_stretch(begin, id, stretch, code_);
  return outcome;
}

// Interprets it; false: it waits. Memory that runs out, and what else an operator throws, ends the call and not the
// process.
bool Invocation::ends(const Invocation* root) {
  try {
    try {
      const std::optional<parallel::ThreadLimit> limit =
          context_.thread_limit > 0 ? std::optional<parallel::ThreadLimit>(context_.thread_limit) : std::nullopt;
      const ChargeTo account(context_.memory.get());
      const Outcome outcome = trace::on() ? interpret_recorded(root) : interpret(*this);
      failed_ = outcome == Outcome::kFailed;
      return outcome != Outcome::kSuspended;
    } catch (const std::bad_alloc&) {
      fail(out_of_memory());
    } catch (const std::exception& failure) {
      fail(error(ErrorCode::kRuntime, failure.what()));
    }
  } catch (const std::bad_alloc&) {
    fail(ok_status());  // not even for the message
  }
  return true;
}

void Invocation::complete_future() {
  const Ref<FutureValue> future = std::move(future_);
  if (failed_) {
    future->fail(std::move(error_));
  } else {
    future->complete(std::move(result_));
  }
}

// Leaves it to the Future it waits for to queue it again. False: there is nothing to wait for any more. After true
// another thread may be running it.
bool Invocation::suspend() {
  const Ref<FutureValue> awaited = std::move(waiting_for_);
  if (context_.cancellation) context_.cancellation->watch_deadline();
  const Ref<FutureValue> gate = context_.cancellation ? gate_of(*awaited, *context_.cancellation) : awaited;
  return gate->add_callback_if_pending([self = Ref<Invocation>::share(this)](FutureValue&) {
    parallel::submit(self, &static_cast<TaskFuture&>(*self->future_).slot);
  });
}

void Invocation::count_begin() {
  counting::counts().tasks.add();
  counting::counts().queue_wait.add(trace::now() - forked_at_);
  forked_at_ = 0;
}

// Runs the chain from its top. Null: it has ended. Otherwise `root` is what is left of it, and waits for the Future
// returned.
Ref<FutureValue> Invocation::drive(Ref<Invocation> top, const Invocation* root) {
  while (top) {
    if (top->forked_at_ != 0) top->count_begin();
    if (top->ends(root)) {
      if (top.get() == root) return nullptr;
      top->complete_future();
      top = Ref<Invocation>(std::move(top->below_));
      continue;
    }
    if (Ref<Invocation> awaited = take_back(*top->waiting_for_)) {
      top->recorded_.wait = trace::kRanItHere;
      awaited->below_ = std::move(top);
      top = std::move(awaited);
      continue;
    }
    while (top) {
      // Before another thread may have it.
      top->recorded_.wait = top.get() == root ? trace::kBlocked : trace::kGaveThreadBack;
      if (top.get() == root) return std::move(top->waiting_for_);
      Ref<Invocation> below = std::move(top->below_);
      try {
        if (!top->suspend()) {
          top->below_ = std::move(below);
          break;
        }
      } catch (const std::bad_alloc&) {
        top->fail(ok_status());
        top->complete_future();
      }
      top = std::move(below);
    }
  }
  return nullptr;
}

void Invocation::run() { drive(Ref<Invocation>::share(this), nullptr); }

Result<IValue> Invocation::run_here() {
  const parallel::ActiveThread active;
  const int64_t begin = trace::now();
  while (const Ref<FutureValue> awaited = drive(Ref<Invocation>::share(this), this)) {
    block(*awaited, context_.cancellation.get());
  }
  if (trace::on()) record_call(begin, trace_id(), code_);
  count_request(begin, failed_);
  if (failed_) return error_.ok() ? out_of_memory() : std::move(error_);
  return std::move(result_);
}

Result<IValue> run(const Ref<const code::Code>& code, std::vector<IValue> arguments, Ref<RefCounted> keepalive,
                   const CallOptions& options) {
  HEDDLE_TRY(check_arguments(*code, arguments.size()));
  return make_ref<Invocation>(code, std::move(arguments), context_of(std::move(keepalive), options))->run_here();
}

Ref<FutureValue> run_async(const Ref<const code::Code>& code, std::vector<IValue> arguments, Ref<RefCounted> keepalive,
                           const CallOptions& options) {
  Status checked = check_arguments(*code, arguments.size());
  if (!checked.ok()) {
    auto failed = make_ref<FutureValue>(return_type(*code));
    failed->fail(std::move(checked));
    return failed;
  }
  Ref<FutureValue> future = Invocation::start(code, std::move(arguments), context_of(std::move(keepalive), options));
  future->add_callback([begin = trace::now()](FutureValue& ended) { count_request(begin, ended.has_error()); });
  return future;
}

void wait(FutureValue& future) {
  const int64_t begin = trace::on() ? trace::now() : 0;
  const bool pending = !future.completed();
  if (Ref<Invocation> task = Invocation::take_back(future)) {
    const parallel::ActiveThread active;
    Invocation::drive(std::move(task), nullptr);
  }
  TaskFuture* task = as_task(future);
  block(future, task ? task->cancellation.get() : nullptr);
  // Cancelled: the task ends as soon as it notices.
  if (!future.completed()) block(future, nullptr);
  if (begin != 0 && pending) {
    record_wait(begin, trace::t_invocation, Invocation::trace_id_of(future), trace::kBlocked);
  }
}

void begin(FutureValue& future) {
  if (Ref<Invocation> task = Invocation::take_deferred(future)) {
    parallel::submit(std::move(task), &static_cast<TaskFuture&>(future).slot);
  }
}

}  // namespace heddle::exec
