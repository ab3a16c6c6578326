// Which settings `heddle tune` tries. Pure functions.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "cli/tune_search.h"

namespace heddle::cli {

struct SearchSpace {
  int cores = 1;                     // CPUs this process may use
  std::optional<int> max_threads{};  // of --max-threads; without it twice the cores are tried, to show what comes of it
  bool forks = false;                // the model uses the inter-op pool
  bool callers = true;               // several callers make sense
  std::vector<int> batches{1};
};

// 1, 2, 3, 4 and from there powers of two, up to most and with it.
std::vector<int> thread_counts(int most);

// All settings of the space, those that matter most first: one caller with one and with all cores, a caller a core,
// then what fits the cores, then the rest. The first `essential` are what no answer can do without.
struct Candidates {
  std::vector<Setting> settings;
  size_t essential = 0;
};
Candidates make_candidates(const SearchSpace& space);

// Whether the setting has more threads at work than there are cores. Heddle's budget bounds callers x intra-op threads
// by the intra-op threads, or the callers where they are more.
bool oversubscribed(const Setting& setting, int cores);

}  // namespace heddle::cli
