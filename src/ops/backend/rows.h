// Vectorised kernels over rows of float32: softmax and normalisations. Highway picks the instruction set at run time.
// Plain functions of memory; any thread; each works on the calling thread. Output may be the input itself, else they do
// not overlap.
#pragma once

#include <cstdint>

namespace heddle::ops::backend {

// y = softmax of each of `rows` rows of n > 0 elements. NaN in a row makes the row NaN, as in PyTorch.
void softmax_rows(const float* x, float* y, int64_t rows, int64_t n);
void log_softmax_rows(const float* x, float* y, int64_t rows, int64_t n);
// The same down the n rows of [n, width], for columns [0, columns) of it.
void softmax_columns(const float* x, float* y, int64_t n, int64_t width, int64_t columns);
void log_softmax_columns(const float* x, float* y, int64_t n, int64_t width, int64_t columns);

// Mean and population variance of n > 0 elements.
struct Moments {
  float mean;
  float variance;
};
Moments moments(const float* x, int64_t n);

// y = (x - mean) * rstd * weight + bias over each row of n elements; weight and bias may be null. mean and rstd, where
// not null, receive one number a row.
void layer_norm_rows(const float* x, float* y, int64_t rows, int64_t n, const float* weight, const float* bias,
                     float eps, float* mean, float* rstd);
// y = x / sqrt(mean(x^2) + eps) * weight; weight may be null. rstd, where not null, receives one number a row.
void rms_norm_rows(const float* x, float* y, int64_t rows, int64_t n, const float* weight, float eps, float* rstd);

// y = x * scale + shift.
void scale_shift(const float* x, float* y, int64_t n, float scale, float shift);
// The same with a scale and a shift for each of `channels` adjacent elements, for each of `pixels` rows.
void scale_shift_channels(const float* x, float* y, int64_t pixels, int64_t channels, const float* scale,
                          const float* shift);

// Sum of n elements.
float sum_of(const float* x, int64_t n);
// out[j] = the largest of rows[0..count)[j]; NaN wins.
void max_of_rows(const float* const* rows, int64_t count, int64_t n, float* out);
// out[j] = (sum of rows[0..count)[j]) * scale.
void sum_of_rows(const float* const* rows, int64_t count, int64_t n, float scale, float* out);
// out[j] = sum of rows[k][j] * weights[k] for k in [0, count), count > 0.
void weighted_sum_of_rows(const float* const* rows, const float* weights, int64_t count, int64_t n, float* out);

}  // namespace heddle::ops::backend
