// How many nodes a thread that compiles may make. Graphs are made deep inside functions that cannot fail, so those
// count and the steps around them ask: before each statement and expression, each inlined call, and after each pass.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace heddle::ir {

// While it lives, nodes made on this thread count towards the limit, and those made before it do not; inside another
// one it does nothing.
class NodeBudget {
 public:
  explicit NodeBudget(uint64_t limit);
  ~NodeBudget();
  NodeBudget(const NodeBudget&) = delete;
  NodeBudget& operator=(const NodeBudget&) = delete;

  static void count() { ++t_made; }
  // kLimit once there are too many.
  static Status check() {
    if (t_made <= t_limit) [[likely]]
      return ok_status();
    return exceeded();
  }

 private:
  static Status exceeded();
  static constinit thread_local uint64_t t_made;
  static constinit thread_local uint64_t t_limit;
  const bool outermost_;
};

}  // namespace heddle::ir
