// Helpers on oneTBB's workers, in an arena of our own that no application thread enters.
#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/version.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <new>

#include "parallel/backend.h"
#include "parallel/budget.h"
#include "parallel/pools.h"

namespace heddle::parallel::backend {
namespace {

struct Arena {
  std::mutex mutex;  // guards the pointer; an arena in use by a request stays alive through its copy
  std::shared_ptr<tbb::task_arena> current;
};

Arena* g_arena = nullptr;
// In a forked child oneTBB believes in workers that are no more; threads of our own take their place.
WorkerPool* g_pool_of_child = nullptr;

Arena& arena() {
  static const bool kMade = [] {
    prepare_for_fork();
    g_arena = new Arena;
    return true;
  }();
  (void)kMade;
  return *g_arena;
}

std::shared_ptr<tbb::task_arena> current_arena() {
  Arena& a = arena();
  const std::lock_guard lock(a.mutex);
  if (!a.current) a.current = std::make_shared<tbb::task_arena>(std::max(1, get_num_threads() - 1), 0);
  return a.current;
}

}  // namespace

std::string_view name() { return "TBB"; }

std::optional<LibraryFact> library() {
  using Control = tbb::global_control;
  return LibraryFact{"oneTBB", TBB_runtime_version(), "max_allowed_parallelism",
                     static_cast<int>(Control::active_value(Control::max_allowed_parallelism)),
                     "an arena whose workers serve all regions"};
}

void request_helpers(const Ref<Region>& region, int count) {
  if (g_pool_of_child) {
    g_pool_of_child->submit(region, count);
    return;
  }
  const std::shared_ptr<tbb::task_arena> current = current_arena();
  int asked = 0;
  try {
    for (; asked < count; ++asked) current->enqueue([region] { region->run(); });
  } catch (const std::bad_alloc&) {
    for (; asked < count; ++asked) budget::return_helper();
  }
}

int withdraw_helpers(Region& region) { return g_pool_of_child ? g_pool_of_child->take_back(region) : 0; }

void resized() {
  if (g_pool_of_child) {
    g_pool_of_child->resized();
    return;
  }
  Arena& a = arena();
  const std::lock_guard lock(a.mutex);
  a.current = nullptr;
}

void reset_after_fork() {
  if (g_arena || g_pool_of_child) {
    g_pool_of_child = new WorkerPool({"heddle-intraop", [] { return get_num_threads() - 1; }});
  }
}

}  // namespace heddle::parallel::backend
