// Helpers on oneTBB's workers, in an arena of our own that no application thread enters.
#include <tbb/task_arena.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "parallel/backend.h"
#include "parallel/pools.h"

namespace heddle::parallel::backend {
namespace {

struct Arena {
  std::mutex mutex;  // guards the pointer; an arena in use by a request stays alive through its copy
  std::shared_ptr<tbb::task_arena> current;
};

Arena* g_arena = nullptr;

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

void request_helpers(const Ref<Region>& region, int count) {
  const std::shared_ptr<tbb::task_arena> current = current_arena();
  for (int i = 0; i < count; ++i) current->enqueue([region] { region->run(); });
}

void resized() {
  Arena& a = arena();
  const std::lock_guard lock(a.mutex);
  a.current = nullptr;
}

void reset_after_fork() {
  // The arena's workers are gone; leaking it is all that can safely be done with it.
  if (g_arena) g_arena = new Arena;
}

}  // namespace heddle::parallel::backend
