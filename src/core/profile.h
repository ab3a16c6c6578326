// How often the operators of calls ran, and for how long: filled by the interpreter, read by who asked for it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ref.h"

namespace heddle {

// Any number of calls on any threads may fill one; any thread may read it meanwhile. Each operator that ends costs its
// thread about 0.1 us.
class Profile : public RefCounted {
 public:
  // One place in the code of a model that calls an operator.
  struct Row {
    std::string name;                      // "aten::add.Tensor"
    std::string place;                     // "model.py:12, in M.forward", as far as it is known
    int64_t calls = 0;                     // those that failed too
    std::chrono::nanoseconds total{0};     // on the clock of the thread that called
    std::chrono::nanoseconds shortest{0};  // of one call
  };

  // `site` tells places apart, and may be anything that lives as long as the model; describe() gives a Row with its
  // texts when the first call of a site ends.
  template <class Describe>
  void add(const void* site, std::chrono::nanoseconds time, Describe&& describe) {
    const std::lock_guard lock(mutex_);
    const auto [at, first] = rows_.try_emplace(site);
    Row& row = at->second;
    if (first) row = describe();
    ++row.calls;
    row.total += time;
    row.shortest = first ? time : std::min(row.shortest, time);
  }

  // Longest total first.
  std::vector<Row> rows() const;
  void clear();

 private:
  mutable std::mutex mutex_;
  std::unordered_map<const void*, Row> rows_;  // guarded by mutex_
};

}  // namespace heddle
