// Running code: the interpreter's public face. Any number of threads may run the same Code at once.
//
// A frame that waits for a task no thread has begun lets its own thread do it; one that waits for anything else is
// suspended: it gives its thread back to the inter-op pool, and completing the Future queues it again. Only the
// application's thread that called run() or wait() blocks.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/ref.h"
#include "base/result.h"
#include "code/code.h"
#include "core/future.h"
#include "core/ivalue.h"
#include "core/profile.h"

namespace heddle::exec {

inline constexpr uint64_t kRecursionLimit = 10'000;
inline constexpr uint64_t kForkLimit = 100'000;

// How a call and all it forks may be ended from outside, with an error of kCancelled, how many threads its regions may
// use, and who is told how long operators take. A call that runs an operator ends after it; one that waits ends at
// once.
struct CallOptions {
  std::stop_token stop;
  std::optional<std::chrono::steady_clock::time_point> deadline;
  int thread_limit = 0;  // 0: none
  Ref<Profile> profile;  // of the operators that run; may be null
  // Bytes of tensors that the call and all it forks may hold at once; 0: any. kLimit beyond, as for the two below.
  uint64_t memory_limit = 0;
  // TorchScript calls inside each other, of the call and of each task.
  uint64_t recursion_limit = kRecursionLimit;
  // Tasks begun by fork and awaitable, directly and by each other, that have not ended.
  uint64_t fork_limit = kForkLimit;
};

// Runs verified code on this thread; forked tasks run in the inter-op pool. `keepalive` is what owns the code and all
// it calls (the program); forked tasks hold it too. The number of arguments must be the code's, their types are the
// caller's to check. An error carries the TorchScript call stack, innermost first; an error of a forked task the stack
// of the task and, behind it, of who waited.
Result<IValue> run(const Ref<const code::Code>& code, std::vector<IValue> arguments, Ref<RefCounted> keepalive,
                   const CallOptions& options = {});

// The same in the inter-op pool; returns at once.
Ref<FutureValue> run_async(const Ref<const code::Code>& code, std::vector<IValue> arguments, Ref<RefCounted> keepalive,
                           const CallOptions& options = {});

// Returns when the Future is complete. Runs its task on this thread where no other has begun it; otherwise blocks. A
// thread of the inter-op pool (inside a callback) runs other tasks meanwhile.
void wait(FutureValue& future);

// Queues the task of an awaitable that nobody has waited for yet; any other Future goes its way already.
void begin(FutureValue& future);

// Where TorchScript's print() writes, a whole line at a time: print_to_stdout unless set. Called on the thread that
// runs the code.
using PrintHandler = void (*)(const std::string& text);
void print_to_stdout(const std::string& text);
void set_print_handler(PrintHandler handler);
PrintHandler print_handler();

}  // namespace heddle::exec
