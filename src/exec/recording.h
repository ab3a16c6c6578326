// What the interpreter tells a trace (base/trace.h) and a profile. Called only while one of them listens.
#pragma once

#include "exec/interpreter.h"

namespace heddle::exec {

// Calls an operator as the interpreter does, and records it. profile may be null.
Status call_recorded(const code::Code& code, const code::Inst& inst, IValue* registers, const uint32_t* list,
                     Profile* profile);

// An instant: `task` was forked by what runs on this thread.
void record_fork(uint64_t task, const Ref<const code::Code>& code);
void record_stretch(int64_t begin, uint64_t invocation, uint8_t stretch, const Ref<const code::Code>& code);
void record_wait(int64_t begin, uint64_t invocation, uint64_t awaited, trace::WaitKind kind);
// Of a task that had ended: nothing to wait for, but an edge of the graph of tasks.
void record_passed_wait(FutureValue& future);
void record_call(int64_t begin, uint64_t invocation, const Ref<const code::Code>& code);

}  // namespace heddle::exec
