// A packed matrix for our own kernels, ops/backend/tiles.h.
#pragma once

#include "ops/backend/packed_product.h"

namespace heddle::ops::backend {

// As PackedMatrix::pack.
Result<Ref<const PackedMatrix>> pack_tile_matrix(const float* weights, int64_t out, int64_t in, int64_t out_step,
                                                 int64_t in_step);

}  // namespace heddle::ops::backend
