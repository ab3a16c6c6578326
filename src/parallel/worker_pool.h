// A queue of tasks and the threads that run them: the inter-op pool, and the helpers of the native and OpenMP backends.
// Any thread may submit. Threads start when there is work for them, look for more for a bounded time, then sleep; they
// end when the pool shrinks. A pool is never destroyed, because its threads may outlive main().
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>

#include "base/ref.h"

namespace heddle::parallel {

// Runs on whichever thread takes it; must not throw, and must not block on another task of its pool.
class Task : public RefCounted {
 public:
  virtual void run() = 0;
};

class WorkerPool {
 public:
  // How the threads come into being.
  struct Threads {
    const char* name;  // at most 15 characters
    // The number of threads wanted now; may change at any time, resized() is called after.
    int (*wanted)();
    // Null: the pool starts single threads itself. Otherwise starts a whole team, each of whose members calls
    // serve(generation); a new team replaces the old one whenever the size changes. False: no thread is to be had.
    bool (*start_team)(WorkerPool& pool, int count, uint64_t generation);
  };
  explicit WorkerPool(const Threads& threads) : threads_(threads) {}

  // Queues the task to be run `times` times, by as many threads where there are.
  void submit(Ref<Task> task, int times = 1);
  void resized();
  // Threads alive now, busy or not.
  int alive() const;
  // For a thread of the pool that must wait inside a task: runs other tasks until `done`; wake_all() must follow its
  // setting.
  void work_until(const std::atomic<bool>& done);
  void wake_all();
  // Runs tasks until this thread's team is replaced or the pool shrinks.
  void serve(uint64_t generation);

 private:
  using Lock = std::unique_lock<std::mutex>;
  void start_missing(Lock& lock);
  bool must_leave(uint64_t generation) const;
  void look_for_work();
  void run_next(Lock& lock);

  const Threads threads_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  // Guarded by mutex_:
  std::deque<Ref<Task>> queue_;
  uint64_t generation_ = 0;
  int alive_ = 0;  // of this generation
  int sleeping_ = 0;
  int looking_ = 0;
  // The queue's length and the generation for threads that look without the lock; they take it before they act.
  std::atomic<int> queued_{0};
  std::atomic<uint64_t> resizes_{0};
};

}  // namespace heddle::parallel
