// Numbers for the tests of sums.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace heddle::ops::backend {

using Floats = std::vector<float>;

// Small whole numbers: their sums are exact in any order.
inline Floats numbers(int64_t count, int seed) {
  std::mt19937 engine(static_cast<unsigned>(seed));
  Floats result(static_cast<size_t>(count));
  for (float& x : result) x = static_cast<float>(static_cast<int>(engine() % 9) - 4);
  return result;
}

}  // namespace heddle::ops::backend
