// Functions of one variable over n adjacent float64, vectorised, as ops/backend/unary.h has them for float32: accurate
// to a few units in the last place, numbers outside of what the vectors are made for by the C library.
#pragma once

#include <cstdint>

namespace heddle::ops::backend {

// `parameters`: what unary64.def says of the function; null where it says nothing.
using Unary64Row = void (*)(const double* x, double* y, int64_t n, const double* parameters);

#define HEDDLE_UNARY64_ROW(name) \
  void name##_row64(const double* x, double* y, int64_t n, const double* parameters = nullptr);
#include "ops/backend/unary64.def"
#undef HEDDLE_UNARY64_ROW

}  // namespace heddle::ops::backend
