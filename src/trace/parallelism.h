// How a trace's calls would take with any number of threads, from the order their tasks and regions force. Used by the
// summary.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "trace/invocations.h"

namespace heddle::trace {

// The longest chain of work that depends on each other in one call, where a region is divided among so many threads.
struct Chain {
  int64_t time = 0;
  // By the operator's label; 0 is what the interpreter did between operators.
  std::map<uint32_t, int64_t> by_label;
};

class Parallelism {
 public:
  explicit Parallelism(const Invocations& invocations) : invocations_(invocations) {}
  // One thread's time for all of a call, its tasks too.
  int64_t work(const Invocation& root) const;
  Chain longest_chain(const Invocation& root, int64_t threads) const;

 private:
  const Invocations& invocations_;
};

}  // namespace heddle::trace
