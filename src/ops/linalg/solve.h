// Inverses of square matrices, for other operators of the family. Any thread.
#pragma once

#include "core/tensor.h"

namespace heddle::ops {

// torch.linalg.inv: [..., n, n], column-major; an error for a singular matrix.
Result<Tensor> linalg_inv(const Tensor& a);

}  // namespace heddle::ops
