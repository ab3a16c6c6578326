// One thread of TorchScript: a root call or a forked task, with its frames. At any time at most one thread runs it;
// while it is suspended, the Future it waits for holds it.
#pragma once

#include "core/future.h"
#include "exec/frame.h"
#include "parallel/task_pool.h"

namespace heddle::exec {

class Invocation final : public parallel::Task {
 public:
  // Pushes the first frame. The arguments' number is checked by the caller.
  Invocation(const Ref<const code::Code>& code, std::vector<IValue> arguments, Ref<RefCounted> keepalive);

  // On a pool thread: runs until it waits or ends, and completes the Future at the end.
  void complete_into(Ref<FutureValue> future) { future_ = std::move(future); }
  void run() override;
  // On the caller's thread, to the end.
  Result<IValue> run_here();

  // For the interpreter.
  FrameStack& stack() { return stack_; }
  const Ref<RefCounted>& keepalive() const { return keepalive_; }
  // Exactly one of these before interpret() returns the outcome of the same name.
  void set_result(IValue value) { result_ = std::move(value); }
  void set_error(Status error) { error_ = std::move(error); }
  void set_waiting_for(Ref<FutureValue> future) { waiting_for_ = std::move(future); }

 private:
  Ref<const code::Code> code_;
  Ref<RefCounted> keepalive_;
  FrameStack stack_;
  Ref<FutureValue> future_;
  IValue result_;
  Status error_;
  Ref<FutureValue> waiting_for_;
};

}  // namespace heddle::exec
