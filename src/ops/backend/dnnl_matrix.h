// A packed matrix in the order of oneDNN's kernels.
#pragma once

#include "ops/backend/packed_product.h"

namespace heddle::ops::backend {

// As PackedMatrix::pack. Null where oneDNN is not linked or would not keep the matrix packed for this processor.
Result<Ref<const PackedMatrix>> pack_dnnl_matrix(const float* weights, int64_t out, int64_t in, int64_t out_step,
                                                 int64_t in_step);

}  // namespace heddle::ops::backend
