// A queue of tasks and the threads that run them: the inter-op pool, and the helpers of the native and OpenMP backends.
// Any thread may submit. Threads start when there is work for them, look for more for a bounded time, then sleep; they
// end when the pool shrinks. A pool is never destroyed, because its threads may outlive main().
#pragma once

#include <semaphore.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include "base/ref.h"
#include "base/trace.h"
#include "parallel/spin_lock.h"

namespace heddle::parallel {

class TaskSlot;

// Runs on whichever thread takes it; must not throw, and must not block on another task of its pool.
class Task : public RefCounted {
 public:
  virtual void run() = 0;

 private:
  friend class WorkerPool;
  // Guarded by the lock of the pool whose queue it is in, which holds one reference.
  Task* previous_ = nullptr;
  Task* next_ = nullptr;
  int times_ = 0;  // how often it is still to be run; 0: it is in no queue
  TaskSlot* slot_ = nullptr;
};

// Where a queued task can be found and taken back by who waits for it. Must outlive the task's time in the queue.
class TaskSlot {
 public:
  // A hint: only take_back() can tell.
  bool may_hold_task() const { return task_.load(std::memory_order_relaxed) != nullptr; }

 private:
  friend class WorkerPool;
  std::atomic<Task*> task_{nullptr};  // written under the pool's lock
};

class WorkerPool {
 public:
  using Clock = std::chrono::steady_clock;
  // How the threads come into being, and what they do with a task.
  struct Threads {
    const char* name;  // at most 15 characters
    // The number of threads wanted now; may change at any time, resized() is called after.
    int (*wanted)();
    // Null: the pool starts single threads itself. Otherwise starts a whole team, each of whose members calls
    // serve(generation); a new team replaces the old one whenever the size changes. False: no thread is to be had.
    bool (*start_team)(WorkerPool& pool, int count, uint64_t generation) = nullptr;
    void (*run)(Task& task) = [](Task& task) { task.run(); };
    // Null, or: when a sleeping thread is to wake by itself, and what it does then. The first is called under the
    // pool's lock.
    std::optional<Clock::time_point> (*next_alarm)() = nullptr;
    void (*ring)() = nullptr;
    trace::Role role = trace::Role::kHelper;
  };
  explicit WorkerPool(const Threads& threads) : threads_(threads) {}
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Queues the task, which must be in no queue, to be run `times` times, by as many threads where there are.
  void submit(Ref<Task> task, int times = 1, TaskSlot* slot = nullptr);
  // Takes the task out of the queue: what is returned is not run by the pool. Null: it is not queued any more.
  Ref<Task> take_back(TaskSlot& slot);
  // The same for a task at hand: how many of its runs were still to come.
  int take_back(Task& task);
  void resized();
  // Threads alive now, busy or not.
  int alive() const;
  // Whether nothing is queued or running.
  bool idle() const;
  // For a thread of the pool that must wait inside a task: runs other tasks until `done`, whose setting wake_all() must
  // follow, or until the time has come.
  void work_until(const std::atomic<bool>& done, std::optional<Clock::time_point> time = std::nullopt);
  void wake_all();
  // Runs tasks until this thread's team is replaced or the pool shrinks.
  void serve(uint64_t generation);

 private:
  using Lock = std::unique_lock<SpinLock>;
  struct Sleeper {
    Sleeper() { sem_init(&wakeup, 0, 0); }
    sem_t wakeup;
    Sleeper* next = nullptr;
  };
  void append(Task* task, int times, TaskSlot* slot);
  void remove(Task* task);
  void run_next(Lock& lock);
  void run_all_here(Lock& lock);
  int count_missing() const;
  void start_threads(int count, uint64_t generation);
  bool must_leave(uint64_t generation) const;
  void look_for_work();
  bool sleep(Lock& lock, std::optional<Clock::time_point> until = std::nullopt);
  bool forget(const Sleeper& sleeper);
  void wake(Lock& lock, int count);

  const Threads threads_;
  mutable SpinLock lock_;
  // Guarded by lock_:
  Task* first_ = nullptr;
  Task* last_ = nullptr;
  uint64_t generation_ = 0;
  int alive_ = 0;                // of this generation
  Sleeper* sleepers_ = nullptr;  // the last to fall asleep first: its caches are the warmest
  int sleeping_ = 0;
  int looking_ = 0;  // awake without a task, or just being woken
  // The runs still queued and the number of resizes, for threads that look without the lock; they take it before they
  // act.
  alignas(64) std::atomic<int> queued_{0};
  std::atomic<uint64_t> resizes_{0};
};

}  // namespace heddle::parallel
