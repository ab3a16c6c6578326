// One thread of TorchScript: a root call or a forked task, with its frames. At any time at most one thread runs it;
// while it is suspended, the Future it waits for holds it.
//
// Whoever waits for a task that no thread has begun runs it himself, on top of what waits: a chain of invocations
// linked by below_, as deep as the waits go, on the heap. So a wait costs no switch of threads unless another thread is
// at work on the task, and needs no thread of the pool to be free.
#pragma once

#include "base/trace.h"
#include "core/future.h"
#include "core/memory_account.h"
#include "core/profile.h"
#include "exec/cancellation.h"
#include "exec/exec.h"
#include "exec/frame.h"
#include "parallel/task_pool.h"

namespace heddle::exec {

// The tasks of one call that have not ended.
struct TaskCount final : RefCounted {
  // Relaxed where it changes: a bound, which orders nothing.
  std::atomic<uint64_t> count{0};
};

// What a call hands to everything it forks.
struct CallContext {
  Ref<RefCounted> keepalive;       // owns the code
  Ref<Cancellation> cancellation;  // may be null
  int thread_limit = 0;            // of its regions; 0: none
  Ref<Profile> profile;            // may be null
  Ref<MemoryAccount> memory;       // may be null
  uint64_t recursion_limit = kRecursionLimit;
  uint64_t fork_limit = kForkLimit;
  Ref<TaskCount> tasks;  // null until the call forks
};

enum class Outcome { kReturned, kFailed, kSuspended };

class Invocation final : public parallel::Task {
 public:
  // Pushes the first frame. The arguments' number is checked by the caller.
  Invocation(const Ref<const code::Code>& code, std::vector<IValue> arguments, CallContext context);

  // Queues the call in the inter-op pool.
  static Ref<FutureValue> start(const Ref<const code::Code>& code, std::vector<IValue> arguments, CallContext context);
  // Keeps the call in its Future until somebody waits for it; it may never begin.
  static Ref<FutureValue> defer(const Ref<const code::Code>& code, std::vector<IValue> arguments, CallContext context);
  // On the caller's thread, to the end.
  Result<IValue> run_here();
  // On a pool thread: until it waits for what another thread does, or ends.
  void run() override;

  ~Invocation() override;
  // The context of a task that this one begins, which counts as a task from now on; kLimit where there are too many.
  Result<CallContext> context_of_task();

  // For the interpreter.
  FrameStack& stack() { return stack_; }
  const CallContext& context() const { return context_; }
  // Exactly one of these before interpret() returns the outcome of the same name.
  void set_result(IValue value) { result_ = std::move(value); }
  void set_error(Status error) { error_ = std::move(error); }
  void set_waiting_for(Ref<FutureValue> future) { waiting_for_ = std::move(future); }
  // Of the task whose Future it is, in traces; 0: no task, or none was recorded.
  static uint64_t trace_id_of(FutureValue& future);

 private:
  friend class TaskFuture;
  friend void wait(FutureValue& future);
  friend void begin(FutureValue& future);
  static Ref<Invocation> take_deferred(FutureValue& future);
  static Ref<Invocation> take_back(FutureValue& future);
  static Ref<FutureValue> drive(Ref<Invocation> top, const Invocation* root);
  bool ends(const Invocation* root);
  void fail(Status error);
  Outcome interpret_recorded(const Invocation* root);
  uint64_t trace_id();
  void count_begin();
  void complete_future();
  bool suspend();

  Ref<const code::Code> code_;
  CallContext context_;
  const Ref<TaskCount> counted_;  // null: not a task of a call
  FrameStack stack_;
  Ref<FutureValue> future_;  // null in a root call
  IValue result_;
  Status error_;  // ok where failed_: for want of memory, even for a message
  bool failed_ = false;
  Ref<FutureValue> waiting_for_;
  Ref<Invocation> below_;  // waits for this one; the same thread runs it next

  int64_t forked_at_ = 0;  // 0: not forked, or begun

  // For traces; all 0 while none has been on.
  struct Recorded {
    uint64_t id = 0;
    bool begun = false;
    int64_t waits_since = 0;
    uint64_t waits_for = 0;
    trace::WaitKind wait = trace::kGaveThreadBack;
  } recorded_;
};

}  // namespace heddle::exec
