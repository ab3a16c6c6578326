// The element-wise part of recurrent cells for one row of float32, vectorised. Plain functions of memory; any thread,
// on the calling one. Outputs may be the very arrays of the inputs named beside them, else nothing overlaps.
#pragma once

#include <cstdint>

namespace heddle::ops::backend {

// gates: input, forget, cell, output, n of each, before activation. cell: c in, c' out. hidden: h' out.
void lstm_cell(const float* gates, float* cell, float* hidden, int64_t n);
// input and recurrent: reset, update, new, n of each, before activation. hidden: h in, h' out.
void gru_cell(const float* input, const float* recurrent, float* hidden, int64_t n);

}  // namespace heddle::ops::backend
