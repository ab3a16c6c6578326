#include "parallel/task_pool.h"

#include "parallel/budget.h"
#include "parallel/parallel.h"
#include "parallel/pools.h"

namespace heddle::parallel {
namespace {

thread_local bool t_on_interop_thread = false;

// Replaced only in a forked child, where one thread is left.
WorkerPool* g_pool = nullptr;

WorkerPool* make_pool() { return new WorkerPool({"heddle-interop", get_num_interop_threads, nullptr}); }

WorkerPool& pool() {
  static const bool kMade = [] {
    prepare_for_fork();
    g_pool = make_pool();
    return true;
  }();
  (void)kMade;
  return *g_pool;
}

// Counts the worker among the running threads while it runs a task.
class PooledTask final : public Task {
 public:
  explicit PooledTask(Ref<Task> task) : task_(std::move(task)) {}
  void run() override {
    const ActiveThread active;
    t_on_interop_thread = true;
    task_->run();
    task_ = nullptr;
  }

 private:
  Ref<Task> task_;
};

class FunctionTask final : public Task {
 public:
  explicit FunctionTask(std::function<void()> function) : function_(std::move(function)) {}
  void run() override { function_(); }

 private:
  std::function<void()> function_;
};

}  // namespace

void submit(Ref<Task> task) { pool().submit(make_ref<PooledTask>(std::move(task))); }

void launch(std::function<void()> function) { submit(make_ref<FunctionTask>(std::move(function))); }

int interop_threads_alive() { return pool().alive(); }

bool on_interop_thread() { return t_on_interop_thread; }

void work_until(const std::atomic<bool>& done) { pool().work_until(done); }

void wake_interop_threads() { pool().wake_all(); }

void task_pool_resized() { pool().resized(); }

void reset_task_pool_after_fork() {
  if (g_pool) g_pool = make_pool();
}

}  // namespace heddle::parallel
