// Matrix products of tensors: every product of the library ends here. Any thread; divides its work over parallel_for in
// a way that follows from the shapes alone, so results do not depend on the number of threads.
#pragma once

#include "core/tensor.h"

namespace heddle::ops {

// c = beta * c + alpha * a b, for c [m, n], a [m, k], b [k, n], or each with the same leading batch dimension. Any
// strides; c has no two elements in one place and shares no memory with a and b. All three have one dtype: a float, a
// half (summed in float32), complex or an integer; bool is PyTorch's error naming `kernel`. With beta 0, c is not read.
Status multiply(std::string_view kernel, const Tensor& c, const Tensor& a, const Tensor& b, const Scalar& beta = 0,
                const Scalar& alpha = 1);

// A new contiguous tensor a b.
Result<Tensor> multiplied(std::string_view kernel, const Tensor& a, const Tensor& b);

}  // namespace heddle::ops
