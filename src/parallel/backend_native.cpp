// Helpers on threads of our own.
#include "parallel/backend.h"
#include "parallel/pools.h"

namespace heddle::parallel::backend {
namespace {

// Replaced only in a forked child, where one thread is left.
WorkerPool* g_pool = nullptr;

WorkerPool* make_pool() {
  return new WorkerPool({"heddle-intraop", [] { return get_num_threads() - 1; }});
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

std::string_view name() { return "NATIVE"; }

std::optional<LibraryFact> library() { return std::nullopt; }

void request_helpers(const Ref<Region>& region, int count) { pool().submit(region, count); }

int withdraw_helpers(Region& region) { return pool().take_back(region); }

void resized() { pool().resized(); }

void reset_after_fork() {
  if (g_pool) g_pool = make_pool();
}

}  // namespace heddle::parallel::backend
