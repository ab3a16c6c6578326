// Threads, as PyTorch's note "CPU threading and TorchScript inference" names them. Every function may be called from
// any thread at any time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/error.h"
#include "parallel/budget.h"
#include "parallel/library_fact.h"
#include "parallel/parallel.h"

namespace heddle {

// Intra-op threads: how many may work inside operators, for the whole process. A count outside 1..1024 throws Error
// (kInvalidArgument).
inline void set_num_threads(int count) { ok_or_throw(parallel::set_num_threads(count)); }
inline int get_num_threads() { return parallel::get_num_threads(); }

// Inter-op threads: the size of the pool that runs what models fork.
inline void set_num_interop_threads(int count) { ok_or_throw(parallel::set_num_interop_threads(count)); }
inline int get_num_interop_threads() { return parallel::get_num_interop_threads(); }

// How long an idle thread of Heddle looks for work before it sleeps, in microseconds: HEDDLE_SPIN_US, else 200. 0: it
// sleeps at once. Outside 0..1000000: Error.
void set_spin_microseconds(int microseconds);
int get_spin_microseconds();

// While it lives, operators and parallel_for called by this thread use at most so many threads, this one among them; so
// do tasks that models run by it fork. A limit inside a limit can only lower it. Counts below 1 mean 1.
using parallel::ThreadLimit;

inline bool in_parallel_region() { return parallel::in_parallel_region(); }

// Calls f(chunk_begin, chunk_end) on disjoint chunks of at least `grain` covering [begin, end), on several threads
// where that pays, and returns when all are done. The first exception f throws reaches the caller. May be nested.
template <class F>
void parallel_for(int64_t begin, int64_t end, int64_t grain, F&& f) {
  parallel::parallel_for(begin, end, grain, std::forward<F>(f));
}

// Runs f on the inter-op pool; returns at once.
void launch(std::function<void()> f);

// The thread settings, where each comes from, and the libraries below.
struct ParallelInfo {
  struct Setting {
    std::string name;  // "get_num_threads()"
    int value;
    std::string source;  // "set by a call", "OMP_NUM_THREADS", "cgroup quota", "affinity mask", "physical cores"
  };
  struct Variable {
    std::string name;
    std::optional<std::string> value;  // empty: not set
  };
  std::vector<Setting> settings;
  std::string backend;  // what runs intra-op work, chosen when Heddle was built: "OMP", "TBB" or "NATIVE"
  std::vector<parallel::LibraryFact> libraries;
  int hardware_concurrency;   // logical CPUs of the machine
  std::vector<int> affinity;  // those this process may run on
  int physical_cores;         // cores among these
  double cgroup_quota;        // CPUs' worth of time; 0: no limit
  std::vector<Variable> variables;
};
ParallelInfo parallel_info();
// The same as a text for people.
std::string get_parallel_info();

}  // namespace heddle
