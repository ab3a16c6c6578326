// The rest of true division of n adjacent numbers, vectorised: y[i] = fmod(a[i], b[i]), exact as the C library's, to
// which quotients too large for the vectors are left. Plain functions of memory; any thread, on the calling one; y may
// be a or b itself.
#pragma once

#include <cstdint>

namespace heddle::ops::backend {

void fmod_row(const float* a, const float* b, float* y, int64_t n);
void fmod_row(const double* a, const double* b, double* y, int64_t n);

}  // namespace heddle::ops::backend
