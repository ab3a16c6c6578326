// Running code: the interpreter's public face. Any number of threads may run the same Code at once.
//
// A frame that waits for an unfinished Future is suspended: it gives its thread back to the inter-op pool, and
// completing the Future queues it again. Only the application's thread that called run() or wait() blocks.
#pragma once

#include <vector>

#include "base/ref.h"
#include "base/result.h"
#include "code/code.h"
#include "core/future.h"
#include "core/ivalue.h"

namespace heddle::exec {

// Runs verified code on this thread; forked tasks run in the inter-op pool. `keepalive` is what owns the code and all
// it calls (the program); forked tasks hold it too. The number of arguments must be the code's, their types are the
// caller's to check. An error carries the TorchScript call stack, innermost first.
Result<IValue> run(const Ref<const code::Code>& code, std::vector<IValue> arguments, Ref<RefCounted> keepalive);

// The same in the inter-op pool; returns at once.
Ref<FutureValue> run_async(const Ref<const code::Code>& code, std::vector<IValue> arguments, Ref<RefCounted> keepalive);

// Blocks until the Future is complete. A thread of the inter-op pool (inside a callback) runs other tasks meanwhile.
void wait(FutureValue& future);

// Where TorchScript's print() writes, a whole line at a time: standard output unless set. Set it before anything runs.
using PrintHandler = void (*)(const std::string& text);
void set_print_handler(PrintHandler handler);

}  // namespace heddle::exec
