// A trace by invocations of TorchScript rather than threads: what each did, forked and waited for. Used by the summary.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "trace/recording.h"

namespace heddle::trace {

// A region's work, seen from its caller.
struct RegionFact {
  int64_t time = 0;  // of the caller
  int64_t work = 0;  // of all that took part
  int64_t parts = 1;
};

struct OperatorFact {
  const Span* span = nullptr;
  std::vector<RegionFact> regions;  // outermost ones
  int64_t region_time() const;
  // Of all threads.
  int64_t work() const;
  // With so many threads for each region.
  int64_t time_with(int64_t threads) const;
};

struct Invocation {
  uint64_t id = 0;
  const Span* fork = nullptr;          // null: a call of the application, or forked before the trace began
  const Span* call = nullptr;          // of a call of the application
  std::vector<const Span*> stretches;  // by time, as the following
  std::vector<OperatorFact> operators;
  std::vector<const Span*> waits;
  std::vector<uint64_t> forks;  // its tasks
  bool whole = false;           // its first and last stretch were recorded

  int64_t begin() const { return stretches.empty() ? 0 : stretches.front()->begin; }
  int64_t end() const { return stretches.empty() ? 0 : stretches.back()->end; }
  const Span* last_wait_before(int64_t time) const;
};

class Invocations {
 public:
  // The recording must outlive it.
  explicit Invocations(const Recording& recording);
  const Invocation* find(uint64_t id) const;
  const std::map<uint64_t, Invocation>& all() const { return by_id_; }
  // Whole calls of the application, and tasks it began itself.
  std::vector<const Invocation*> roots() const;

 private:
  std::map<uint64_t, Invocation> by_id_;
};

}  // namespace heddle::trace
