// Python's arithmetic on TorchScript's numbers, shared by the language operators: 64-bit integers that wrap around,
// floor division and modulo that round down. Pure functions.
#pragma once

#include <cmath>
#include <cstdint>

#include "base/result.h"
#include "core/scalar.h"

namespace heddle::ops {

inline int64_t wrapping_add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
inline int64_t wrapping_sub(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
inline int64_t wrapping_mul(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

// Division by zero is an error; the one overflow, INT64_MIN // -1, wraps around.
inline Result<int64_t> floor_div(int64_t a, int64_t b) {
  HEDDLE_REQUIRE_CODE(b != 0, kRuntime, "ZeroDivisionError: division by zero");
  if (b == -1) return wrapping_sub(0, a);
  return a / b - static_cast<int64_t>(a % b != 0 && (a < 0) != (b < 0));
}
inline Result<int64_t> floor_mod(int64_t a, int64_t b) {
  HEDDLE_REQUIRE_CODE(b != 0, kRuntime, "ZeroDivisionError: division by zero");
  if (b == -1) return int64_t{0};
  const int64_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}
inline double floor_mod(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

inline bool is_real(const Scalar& s) { return !s.is_complex(); }

}  // namespace heddle::ops
