#include "parallel/budget.h"

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "parallel/parallel.h"

namespace heddle::parallel {
namespace {

struct Count {
  int callers;
  int helpers;
};

constexpr uint64_t kOneCaller = 1;
constexpr uint64_t kOneHelper = uint64_t{1} << 32;

Count unpack(uint64_t packed) { return {static_cast<int>(packed & 0xffffffffu), static_cast<int>(packed >> 32)}; }

// Both counts in one word, so that a region sees them together. Relaxed throughout: the counts steer how many helpers
// are asked for and guard no other memory.
std::atomic<uint64_t> g_running{0};

thread_local int t_active_depth = 0;
thread_local int t_limit = 0;

Count with_me(Count count) {
  if (t_active_depth == 0) ++count.callers;
  return count;
}

int free_helpers(Count count, int threads) {
  const int free = threads - count.callers - count.helpers;
  const int share = (threads + count.callers - 1) / count.callers;
  return std::max(0, std::min(free, share - 1));
}

int threads_allowed() { return t_limit > 0 ? std::min(t_limit, get_num_threads()) : get_num_threads(); }

}  // namespace

ActiveThread::ActiveThread() {
  if (t_active_depth++ == 0) g_running.fetch_add(kOneCaller, std::memory_order_relaxed);
}

ActiveThread::~ActiveThread() {
  if (--t_active_depth == 0) g_running.fetch_sub(kOneCaller, std::memory_order_relaxed);
}

BlockedThread::BlockedThread() : depth_(t_active_depth) {
  t_active_depth = 0;
  if (depth_ > 0) g_running.fetch_sub(kOneCaller, std::memory_order_relaxed);
}

BlockedThread::~BlockedThread() {
  t_active_depth = depth_;
  if (depth_ > 0) g_running.fetch_add(kOneCaller, std::memory_order_relaxed);
}

ThreadLimit::ThreadLimit(int count) : outer_(t_limit) {
  count = std::max(count, 1);
  t_limit = outer_ > 0 ? std::min(outer_, count) : count;
}

ThreadLimit::~ThreadLimit() { t_limit = outer_; }

int thread_limit() { return t_limit; }

namespace budget {

int running() {
  const Count count = unpack(g_running.load(std::memory_order_relaxed));
  return count.callers + count.helpers;
}

int take_helpers(int wanted) {
  const int threads = get_num_threads();
  wanted = std::min(wanted, threads_allowed() - 1);
  uint64_t packed = g_running.load(std::memory_order_relaxed);
  while (true) {
    const int granted = std::min(wanted, free_helpers(with_me(unpack(packed)), threads));
    if (granted <= 0) return 0;
    if (g_running.compare_exchange_weak(packed, packed + static_cast<uint64_t>(granted) * kOneHelper,
                                        std::memory_order_relaxed)) {
      return granted;
    }
  }
}

void return_helper() { g_running.fetch_sub(kOneHelper, std::memory_order_relaxed); }

bool exhausted() {
  const int threads = get_num_threads();
  if (threads == 1 || t_limit == 1) return true;
  return free_helpers(with_me(unpack(g_running.load(std::memory_order_relaxed))), threads) == 0;
}

void reset_after_fork() { g_running.store(t_active_depth > 0 ? kOneCaller : 0, std::memory_order_relaxed); }

}  // namespace budget
}  // namespace heddle::parallel
