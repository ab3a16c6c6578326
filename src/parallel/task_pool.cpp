#include "parallel/task_pool.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "parallel/alarms.h"
#include "parallel/budget.h"
#include "parallel/parallel.h"
#include "parallel/pools.h"

namespace heddle::parallel {
namespace {

thread_local bool t_on_interop_thread = false;

// Replaced only in a forked child, where one thread is left.
WorkerPool* g_pool = nullptr;

// Counts the worker among the running threads while it runs a task.
void run_task(Task& task) {
  const ActiveThread active;
  t_on_interop_thread = true;
  task.run();
}

WorkerPool* make_pool() {
  return new WorkerPool(
      {"heddle-interop", get_num_interop_threads, nullptr, run_task, next_alarm, ring_alarms, trace::Role::kInterop});
}

// Tasks nobody has waited for, at the end of the process. A task that takes longer than this is left to its fate.
constexpr std::chrono::seconds kLongestWait{2};

void end_tasks() {
  if (!g_pool || t_on_interop_thread) return;
  g_tasks_must_end = true;
  const auto end = std::chrono::steady_clock::now() + kLongestWait;
  while (!g_pool->idle() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  g_tasks_must_end = false;
}

// Thread-local objects of the main thread go before any static object goes, whereas functions given to atexit() run
// after the statics that were made later.
struct AtEndOfMainThread {
  const bool is_main = gettid() == getpid();
  ~AtEndOfMainThread() {
    if (is_main) end_tasks();
  }
};

WorkerPool& pool() {
  static const bool kMade = [] {
    prepare_for_fork();
    g_pool = make_pool();
    std::atexit(end_tasks);
    return true;
  }();
  (void)kMade;
  return *g_pool;
}

class FunctionTask final : public Task {
 public:
  explicit FunctionTask(std::function<void()> function) : function_(std::move(function)) {}
  void run() override { function_(); }

 private:
  std::function<void()> function_;
};

}  // namespace

void submit(Ref<Task> task, TaskSlot* slot) {
  static thread_local const AtEndOfMainThread t_end;
  (void)t_end;
  pool().submit(std::move(task), 1, slot);
}

Ref<Task> take_back(TaskSlot& slot) { return pool().take_back(slot); }

void launch(std::function<void()> function) { submit(make_ref<FunctionTask>(std::move(function))); }

int interop_threads_alive() { return pool().alive(); }

bool on_interop_thread() { return t_on_interop_thread; }

void work_until(const std::atomic<bool>& done, std::optional<WorkerPool::Clock::time_point> time) {
  pool().work_until(done, time);
}

void wake_interop_threads() { pool().wake_all(); }

void task_pool_resized() { pool().resized(); }

void reset_task_pool_after_fork() {
  reset_alarms_after_fork();
  if (g_pool) g_pool = make_pool();
}

}  // namespace heddle::parallel
