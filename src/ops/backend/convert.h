// Conversion between float32 and the halves for n adjacent elements, vectorised: bit for bit what core/half.h does.
// Highway picks the instruction set at run time. Plain functions of memory; any thread, on the calling one; x and y do
// not overlap.
#pragma once

#include <cstdint>

#include "core/half.h"

namespace heddle::ops::backend {

void convert_row(const BFloat16* x, float* y, int64_t n);
void convert_row(const float* x, BFloat16* y, int64_t n);
void convert_row(const Half* x, float* y, int64_t n);
void convert_row(const float* x, Half* y, int64_t n);

}  // namespace heddle::ops::backend
