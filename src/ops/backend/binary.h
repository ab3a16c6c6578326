// Arithmetic on n adjacent float32 of two operands, vectorised: y[i] = f(a[i], b[i]); an operand whose step is 0 is one
// number for all (its step is 1 otherwise). Highway picks the instruction set at run time. Plain functions of memory;
// any thread, on the calling one; y may be an operand of step 1 itself.
#pragma once

#include <cstdint>

namespace heddle::ops::backend {

using BinaryRow = void (*)(const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t n);

void add_row(const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t n);
void sub_row(const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t n);
void mul_row(const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t n);
void div_row(const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t n);
// The larger and the smaller; NaN wins.
void maximum_row(const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t n);
void minimum_row(const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t n);
// a * sigmoid(b)
void glu_row(const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t n);

}  // namespace heddle::ops::backend
