// How often the operators of calls ran, for how long, and on how much work: filled by the interpreter, read by who
// asked for it.
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
// thread about 0.2 us.
class Profile : public RefCounted {
 public:
  // One place in the code of a model that calls an operator.
  struct Row {
    std::string name;                      // "aten::add.Tensor"
    std::string place;                     // "model.py:12, in M.forward", as far as it is known
    int64_t calls = 0;                     // those that failed too
    std::chrono::nanoseconds total{0};     // on the clock of the thread that called
    std::chrono::nanoseconds shortest{0};  // of one call
    double operations = 0;                 // floating-point, all calls; 0: not known of this operator
    double bytes = 0;                      // of the tensors it took and gave, all calls
    std::string implementation;            // "oneDNN", of the last call; empty: the operator has one only
  };
  // What one call did.
  struct Call {
    std::chrono::nanoseconds time{0};
    double operations = 0;
    double bytes = 0;
    const char* implementation = nullptr;  // a literal, or null
  };

  // `site` tells places apart, and may be anything that lives as long as the model; describe() gives a Row with its
  // texts when the first call of a site ends.
  template <class Describe>
  void add(const void* site, const Call& call, Describe&& describe) {
    const std::lock_guard lock(mutex_);
    const auto [at, first] = rows_.try_emplace(site);
    Row& row = at->second;
    if (first) row = describe();
    ++row.calls;
    row.total += call.time;
    row.shortest = first ? call.time : std::min(row.shortest, call.time);
    row.operations += call.operations;
    row.bytes += call.bytes;
    if (call.implementation) row.implementation = call.implementation;
  }

  // Longest total first.
  std::vector<Row> rows() const;
  void clear();

 private:
  mutable std::mutex mutex_;
  std::unordered_map<const void*, Row> rows_;  // guarded by mutex_
};

}  // namespace heddle
