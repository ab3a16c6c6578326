// Threads, as PyTorch's note "CPU threading and TorchScript inference" names them. Every function may be called from
// any thread at any time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "heddle/error.h"
#include "parallel/parallel.h"

namespace heddle {

// Intra-op threads: how many may work inside operators, for the whole process. A count outside 1..1024 throws Error
// (kInvalidArgument).
inline void set_num_threads(int count) { ok_or_throw(parallel::set_num_threads(count)); }
inline int get_num_threads() { return parallel::get_num_threads(); }

// Inter-op threads: the size of the pool that runs what models fork.
inline void set_num_interop_threads(int count) { ok_or_throw(parallel::set_num_interop_threads(count)); }
inline int get_num_interop_threads() { return parallel::get_num_interop_threads(); }

inline bool in_parallel_region() { return parallel::in_parallel_region(); }

// Calls f(chunk_begin, chunk_end) on disjoint chunks of at least `grain` covering [begin, end), on several threads
// where that pays, and returns when all are done. The first exception f throws reaches the caller. May be nested.
template <class F>
void parallel_for(int64_t begin, int64_t end, int64_t grain, F&& f) {
  parallel::parallel_for(begin, end, grain, std::forward<F>(f));
}

// Runs f on the inter-op pool; returns at once.
void launch(std::function<void()> f);

// The thread settings, where each comes from, and the libraries below: a text for people.
std::string get_parallel_info();

}  // namespace heddle
