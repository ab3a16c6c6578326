// The engine under every reduction: it walks the elements that fall together into one result in the order memory likes,
// splits the work over threads in pieces that depend on the shape alone, and leaves the arithmetic to a ReduceKernel,
// one a dtype and operation.
#pragma once

#include <cstdint>
#include <span>

#include "core/tensor.h"
#include "ops/common/out.h"

namespace heddle::ops {

// Works on arrays of accumulators of its own type, `size` bytes each. Data strides are in bytes. `position` is the
// place of the first element among those reduced into one result, in row-major order; it counts on by one from element
// to element of a row.
struct ReduceKernel {
  size_t size;
  void (*start)(const void* context, char* accumulators, int64_t count);
  // One accumulator takes n elements.
  void (*take_row)(const void* context, char* accumulator, const char* data, int64_t stride, int64_t n,
                   int64_t position);
  // `columns` accumulators take `rows` elements each, row after row.
  void (*take_columns)(const void* context, char* accumulators, const char* data, int64_t column_stride,
                       int64_t columns, int64_t row_stride, int64_t rows, int64_t position);
  // into[0..count) takes what from[0..count) has gathered from later elements.
  void (*merge)(const void* context, char* into, const char* from, int64_t count);
  // Writes the results; a second output where the operation has one (values and indices).
  void (*finish)(const void* context, const char* accumulators, int64_t count, char* const* outputs,
                 const int64_t* output_strides);
  // Positions matter: dimensions are not reordered.
  bool ordered = false;
};

// The dimensions to reduce, as a set: an empty list, or none, means all of them. Wraps negative ones; a repeated one is
// an error.
Result<std::vector<bool>> reduced_dims(const Dims& dims, int64_t rank);
std::vector<bool> all_dims(int64_t rank);
// The sizes of the result.
Dims reduced_sizes(const Tensor& t, const std::vector<bool>& reduced, bool keepdim);

// Reduces `t` into the outputs, which have the sizes of reduced_sizes() (with or without the kept dimensions of size
// one). The kernel reads elements of t's dtype and writes what the outputs hold. Results that nothing falls into get
// what `start` makes.
void run_reduction(const ReduceKernel& kernel, const void* context, const Tensor& t, const std::vector<bool>& reduced,
                   std::span<const Tensor> outputs);

}  // namespace heddle::ops
