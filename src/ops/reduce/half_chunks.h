// Adjacent numbers of half precision, some at a time as float32, for reductions that fold those with vectors.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ops/backend/convert.h"

namespace heddle::ops {

// Calls f(chunk, count) for chunks of n values in order; T is Half or BFloat16.
template <class T, class F>
void for_each_float_chunk(const T* values, int64_t n, F&& f) {
  constexpr int64_t kChunk = 1024;
  alignas(64) float buffer[kChunk];
  for (int64_t i = 0; i < n; i += kChunk) {
    const int64_t count = std::min(kChunk, n - i);
    backend::convert_row(values + i, buffer, count);
    f(static_cast<const float*>(buffer), count);
  }
}

}  // namespace heddle::ops
