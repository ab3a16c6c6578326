// Python's indices and slices over a sequence of a known length, for lists and strings.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace heddle::ops {

// -size..size-1 to 0..size-1, else the kIndex error "list index out of range".
inline Result<size_t> wrap_index(int64_t index, size_t size, std::string_view what) {
  const auto length = static_cast<int64_t>(size);
  HEDDLE_REQUIRE_CODE(index >= -length && index < length, kIndex, what, " index out of range");
  return static_cast<size_t>(index < 0 ? index + length : index);
}

// The errors of a slice's step: 0, and the one whose magnitude is no int64.
inline Status check_step(int64_t step) {
  HEDDLE_REQUIRE(step != 0, "List slice should have non-zero step");
  HEDDLE_REQUIRE(step >= -std::numeric_limits<int64_t>::max(), "List slice step is out of bounds");
  return ok_status();
}

// Elements start, start + step, ... : `count` of them, all inside the sequence. step has passed check_step.
struct SliceRange {
  int64_t start;
  int64_t count;
};
inline SliceRange slice_range(size_t size, std::optional<int64_t> start, std::optional<int64_t> end, int64_t step) {
  const auto length = static_cast<int64_t>(size);
  const int64_t low = step > 0 ? 0 : -1;
  const int64_t high = step > 0 ? length : length - 1;
  const auto bound = [&](std::optional<int64_t> given, int64_t absent) {
    if (!given) return absent;
    return std::clamp(*given < 0 ? *given + length : *given, low, high);
  };
  const int64_t first = bound(start, step > 0 ? low : high);
  const int64_t last = bound(end, step > 0 ? high : low);
  const int64_t distance = step > 0 ? last - first : first - last;
  if (distance <= 0) return {first, 0};
  return {first, (distance - 1) / (step > 0 ? step : -step) + 1};
}

}  // namespace heddle::ops
