// The inter-op pool: one for the process, shared by all models and callers, created on first use, of the size
// set_num_interop_threads gives it. Forked TorchScript tasks and resumed frames run here. Any thread may submit.
#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include "parallel/worker_pool.h"

namespace heddle::parallel {

// Queues the task; order of starting is first in, first out.
// `slot`, where given, is where the task can be taken back from until a thread begins it.
void submit(Ref<Task> task, TaskSlot* slot = nullptr);
// The task, which is now the caller's to run; null when a thread has begun it.
Ref<Task> take_back(TaskSlot& slot);
// The same for a function, which must not throw.
void launch(std::function<void()> function);
// Threads of the pool that exist now: never more than get_num_interop_threads() for longer than a shrink takes.
int interop_threads_alive();
// Whether this thread belongs to the pool.
bool on_interop_thread();
// For a thread of the pool that must wait inside a task (a callback that calls a model, say): runs other tasks
// meanwhile, so that a pool of one thread cannot wait for itself. wake_interop_threads() must follow the setting of
// `done`. Returns without it when the time has come.
void work_until(const std::atomic<bool>& done, std::optional<WorkerPool::Clock::time_point> time = std::nullopt);
void wake_interop_threads();
void reset_task_pool_after_fork();

// The process is about to end while tasks run, and what they use is about to be destroyed: a task that sees this on a
// thread of the pool ends as soon as it can.
inline std::atomic<bool> g_tasks_must_end{false};
// Relaxed: a flag on its own, seen soon enough.
inline bool tasks_must_end() { return g_tasks_must_end.load(std::memory_order_relaxed); }

}  // namespace heddle::parallel
