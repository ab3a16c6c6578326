// Intra-op parallelism: kernels split their work with parallel_for. Any thread may call anything here at any time.
//
// A region runs on its caller plus helpers taken from one process-wide budget of get_num_threads() running threads.
// Callers that are already running count against it, so when many threads call kernels at once each region runs on its
// caller alone, and no backend ever runs more than the budget. Nobody waits for a helper: what no helper has taken, the
// caller does itself.
//
// A kernel's result must not depend on the number of threads. Boundaries of chunks are therefore always at
// begin + k * grain, and parallel_reduce combines chunks of exactly `grain` in order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "base/result.h"

namespace heddle::parallel {

// The size of the intra-op budget. Setting it works at any time, from any thread, and wins over the environment
// (OMP_NUM_THREADS, MKL_NUM_THREADS). Outside 1..kMaxThreads: an error, and nothing changes.
inline constexpr int kMaxThreads = 1024;
Status set_num_threads(int count);
int get_num_threads();
// The size of the inter-op pool (parallel/task_pool.h), which runs forked tasks.
Status set_num_interop_threads(int count);
int get_num_interop_threads();

// Whether this thread is running a chunk of a region; regions opened there run inline.
bool in_parallel_region();
// Which participant of its region this thread is: 0 for the caller, 1.. for helpers, below get_num_threads(); 0
// outside.
int get_thread_num();

namespace detail {

using ChunkFunction = void (*)(void* context, int64_t begin, int64_t end);
// Whether a region opened here now would find no helper; cheap.
bool must_run_alone();
// Rethrows the first exception a chunk threw, after all chunks that had begun are done.
void run_region(int64_t begin, int64_t end, int64_t grain, ChunkFunction function, void* context);

}  // namespace detail

// Calls f(b, e) on disjoint chunks that cover [begin, end), possibly on several threads at once, and returns when all
// are done. Work of up to `grain` items runs as one call on this thread. A grain below 1 counts as 1. The first
// exception that f throws reaches the caller and the chunks not yet begun are dropped; kernels inside Heddle return
// Status and do not throw.
template <class F>
void parallel_for(int64_t begin, int64_t end, int64_t grain, F&& f) {
  if (begin >= end) return;
  if (end - begin <= grain || detail::must_run_alone()) {
    f(begin, end);
    return;
  }
  using Function = std::remove_reference_t<F>;
  detail::run_region(
      begin, end, grain, [](void* context, int64_t b, int64_t e) { (*static_cast<Function*>(context))(b, e); },
      const_cast<void*>(static_cast<const void*>(std::addressof(f))));
}

// As parallel_for, for chunks that can fail: the failing chunk nearest to `begin` of those that ran gives the result.
template <class F>
Status try_parallel_for(int64_t begin, int64_t end, int64_t grain, F&& f) {
  grain = std::max<int64_t>(grain, 1);
  if (begin >= end) return ok_status();
  if (end - begin <= grain || detail::must_run_alone()) return f(begin, end);
  std::vector<Status> failures(static_cast<size_t>((end - begin + grain - 1) / grain));
  parallel_for(begin, end, grain,
               [&](int64_t b, int64_t e) { failures[static_cast<size_t>((b - begin) / grain)] = f(b, e); });
  for (Status& failure : failures) {
    if (!failure.ok()) return std::move(failure);
  }
  return ok_status();
}

// combine(...combine(combine(identity, map(chunk 0)), map(chunk 1))...) over chunks of exactly `grain` items (the last
// may be shorter), so the result is the same bits on any number of threads. map(b, e) -> T runs in parallel; combine(T,
// T) -> T on the caller.
template <class T, class Map, class Combine>
T parallel_reduce(int64_t begin, int64_t end, int64_t grain, T identity, Map&& map, Combine&& combine) {
  grain = std::max<int64_t>(grain, 1);
  if (begin >= end) return identity;
  const int64_t chunks = (end - begin + grain - 1) / grain;
  if (chunks == 1) return combine(std::move(identity), map(begin, end));
  std::unique_ptr<T[]> partial(new T[static_cast<size_t>(chunks)]());
  parallel_for(0, chunks, 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      partial[static_cast<size_t>(i)] = map(begin + i * grain, std::min(end, begin + (i + 1) * grain));
    }
  });
  T result = std::move(identity);
  for (int64_t i = 0; i < chunks; ++i) result = combine(std::move(result), std::move(partial[static_cast<size_t>(i)]));
  return result;
}

}  // namespace heddle::parallel
