#include "ops/backend/packed_product.h"

#include "ops/backend/dnnl_matrix.h"
#include "ops/backend/tile_matrix.h"
#include "ops/backend/tiles.h"

namespace heddle::ops::backend {

Result<Ref<const PackedMatrix>> PackedMatrix::pack(const float* weights, int64_t out, int64_t in, int64_t out_step,
                                                   int64_t in_step) {
  if (has_wide_vectors()) {
    Ref<const PackedMatrix> packed = HEDDLE_TRY(pack_dnnl_matrix(weights, out, in, out_step, in_step));
    if (packed) return packed;
  }
  return pack_tile_matrix(weights, out, in, out_step, in_step);
}

}  // namespace heddle::ops::backend
