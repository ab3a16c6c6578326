// Functions of n adjacent complex numbers of float32, each a real and an imaginary part, computed in float64, where
// squares of float32 neither overflow nor vanish. Plain functions of memory; any thread, on the calling one; y may be
// an input itself.
#pragma once

#include <cstdint>

namespace heddle::ops::backend {

void complex_quotient_row(const float* a, const float* b, float* y, int64_t n);
void complex_reciprocal_row(const float* x, float* y, int64_t n);
// x over its magnitude; 0 for 0.
void complex_sign_row(const float* x, float* y, int64_t n);

}  // namespace heddle::ops::backend
