// Folds of rows of float32 into single numbers, vectorised. Highway picks the instruction set at run time; the order of
// additions follows from the lengths alone. Plain functions of memory; any thread, on the calling one.
#pragma once

#include <cstdint>

namespace heddle::ops::backend {

// The sum of n elements, added up in float a few thousand at a time and in double from there.
double sum_row(const float* x, int64_t n);
// The sum of the squares of n elements, all in double.
double squares_row(const float* x, int64_t n);
// totals[c] += the sum down column c of [rows, columns]; a row begins row_stride elements behind the one before.
void sum_columns(const float* x, int64_t row_stride, int64_t rows, int64_t columns, double* totals);

// Of the differences of `a` and each of some rows of n, one behind another, in float: the sum of their sizes, the sum
// of their squares, the largest size (NaN wins).
void difference_rows(const float* a, const float* b, int64_t rows, int64_t n, float* out);
void square_difference_rows(const float* a, const float* b, int64_t rows, int64_t n, float* out);
void largest_difference_rows(const float* a, const float* b, int64_t rows, int64_t n, float* out);

// The largest and the smallest of n > 0 elements; NaN wins.
float max_row(const float* x, int64_t n);
float min_row(const float* x, int64_t n);
double max_row(const double* x, int64_t n);
double min_row(const double* x, int64_t n);
// best[c] = the largest or the smallest of best[c] and column c of [rows, columns].
void max_columns(const float* x, int64_t row_stride, int64_t rows, int64_t columns, float* best);
void min_columns(const float* x, int64_t row_stride, int64_t rows, int64_t columns, float* best);
// Where the first element equal to `value` lies, or the first NaN when that is asked for; n when there is none.
int64_t find_in_row(const float* x, int64_t n, float value);

}  // namespace heddle::ops::backend
