// Helpers on the threads of one OpenMP team. A parallel construct on each caller's thread would make libgomp keep a
// team for every caller, callers x threads in all, and end in a barrier that waits for threads which are not running.
// Instead one thread opens a single construct for the whole process, and its members serve regions until the size
// changes.
#include <omp.h>

#include <exception>
#include <latch>
#include <thread>
#include <vector>

#include "base/text.h"
#include "parallel/backend.h"
#include "parallel/pools.h"

namespace heddle::parallel::backend {
namespace {

// Whether the system gives so many threads at once.
bool can_start(int count) {
  std::latch all_tried(1);
  std::vector<std::thread> threads;
  bool started = true;
  try {
    for (int i = 0; i < count; ++i) threads.emplace_back([&] { all_tried.wait(); });
  } catch (const std::exception&) {
    started = false;
  }
  all_tried.count_down();
  for (std::thread& thread : threads) thread.join();
  return started;
}

bool start_team(WorkerPool& pool, int count, uint64_t generation) {
  // libgomp ends the process where it gets too few threads, so it is not asked for more than there are.
  if (!can_start(count)) return false;
  try {
    std::thread([&pool, count, generation] {
#pragma omp parallel num_threads(count)
      pool.serve(generation);
    }).detach();
    return true;
  } catch (const std::exception&) {  // std::system_error, std::bad_alloc
    return false;
  }
}

// Replaced only in a forked child, where one thread is left.
WorkerPool* g_pool = nullptr;

WorkerPool* make_pool() {
  return new WorkerPool({"heddle-intraop", [] { return get_num_threads() - 1; }, start_team});
}

WorkerPool& pool() {
  static const bool kMade = [] {
    prepare_for_fork();
    g_pool = make_pool();
    return true;
  }();
  (void)kMade;
  return *g_pool;
}

}  // namespace

std::string_view name() { return "OMP"; }

std::optional<LibraryFact> library() {
  return LibraryFact{"OpenMP", concat(_OPENMP), "omp_get_max_threads()", omp_get_max_threads(),
                     "one team for the process, which serves all regions"};
}

void request_helpers(const Ref<Region>& region, int count) { pool().submit(region, count); }

int withdraw_helpers(Region& region) { return pool().take_back(region); }

void resized() { pool().resized(); }

void reset_after_fork() {
  if (g_pool) g_pool = make_pool();
}

}  // namespace heddle::parallel::backend
