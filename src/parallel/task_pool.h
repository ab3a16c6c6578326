// The inter-op pool: one for the process, shared by all models and callers, created on first use, of the size
// set_num_interop_threads gives it. Forked TorchScript tasks and resumed frames run here. Any thread may submit.
#pragma once

#include <atomic>
#include <functional>

#include "parallel/worker_pool.h"

namespace heddle::parallel {

// Queues the task; order of starting is first in, first out.
void submit(Ref<Task> task);
// The same for a function, which must not throw.
void launch(std::function<void()> function);
// Threads of the pool that exist now: never more than get_num_interop_threads() for longer than a shrink takes.
int interop_threads_alive();
// Whether this thread belongs to the pool.
bool on_interop_thread();
// For a thread of the pool that must wait inside a task (a callback that calls a model, say): runs other tasks
// meanwhile, so that a pool of one thread cannot wait for itself. wake_interop_threads() must follow the setting of
// `done`.
void work_until(const std::atomic<bool>& done);
void wake_interop_threads();
void reset_task_pool_after_fork();

}  // namespace heddle::parallel
