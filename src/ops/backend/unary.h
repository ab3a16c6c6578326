// Functions of one variable over n adjacent float32, vectorised: y[i] = f(x[i]). Highway picks the instruction set at
// run time. Accurate to a few units in the last place; NaN and infinity as the C library has them, and an element's
// result does not depend on its place. Plain functions of memory; any thread, on the calling one; y may be x itself.
#pragma once

#include <cstdint>

namespace heddle::ops::backend {

// `parameters`: what unary.def says of the function; null where it says nothing.
using UnaryRow = void (*)(const float* x, float* y, int64_t n, const float* parameters);

#define HEDDLE_UNARY_ROW(name) void name##_row(const float* x, float* y, int64_t n, const float* parameters = nullptr);
#include "ops/backend/unary.def"
#undef HEDDLE_UNARY_ROW

}  // namespace heddle::ops::backend
