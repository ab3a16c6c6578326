// Products of float32 rows with a matrix that never changes, packed once in the order of the kernels. Callers:
// src/ops/linalg. Any thread may run a PackedMatrix, several at once; work is divided over parallel_for, and the bits
// of a result do not depend on the number of threads.
#pragma once

#include <cstdint>

#include "base/ref.h"
#include "base/result.h"
#include "ops/backend/activation.h"

namespace heddle::ops::backend {

class PackedMatrix : public RefCounted {
 public:
  // weights: [out, in], both at least 1, element (o, i) at o * out_step + i * in_step. Copies: the weights are not
  // needed afterwards.
  static Result<Ref<const PackedMatrix>> pack(const float* weights, int64_t out, int64_t in, int64_t out_step,
                                              int64_t in_step);

  // Whether a product with so many rows is worth the kernel's overhead.
  virtual bool takes(int64_t rows) const = 0;
  // output[rows, out] = activation(input[rows, in] weights^T + bias). All dense, no overlap; bias may be null, rows 0.
  virtual Status multiply(const float* input, int64_t rows, const float* bias, const Activation& activation,
                          float* output) const = 0;
};

}  // namespace heddle::ops::backend
