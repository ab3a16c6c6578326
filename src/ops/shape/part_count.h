// How many views one call may make. Used by the operators that return lists of them.
#pragma once

#include "base/result.h"

namespace heddle::ops {

// kLimit for more than 4 million: an expanded tensor has as many elements as somebody cares to write, and each part is
// a tensor of its own, which no limit on tensor memory sees.
inline Status check_part_count(int64_t count) {
  constexpr int64_t kMostParts = int64_t{1} << 22;
  HEDDLE_REQUIRE_CODE(count <= kMostParts, kLimit, "a tensor is to be split into ", count, " parts, more than ",
                      kMostParts);
  return ok_status();
}

}  // namespace heddle::ops
