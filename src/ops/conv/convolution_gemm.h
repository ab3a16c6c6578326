// Convolution as a product of matrices: patches of the input are laid out as columns (or, transposed, columns are added
// back into the output). Any dtype and shape; the reference.
#pragma once

#include "core/tensor.h"
#include "ops/backend/convolution_plan.h"

namespace heddle::ops {

// input, weight and output are contiguous, of one dtype other than the halves and bool; bias is contiguous or
// undefined. Every element of the output is written.
Status convolution_by_gemm(const backend::ConvolutionShape& shape, const Tensor& input, const Tensor& weight,
                           const Tensor& bias, const Tensor& output);

}  // namespace heddle::ops
