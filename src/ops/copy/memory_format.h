// Which memory formats a tensor of a rank may have; PyTorch's error for the others.
#pragma once

#include "core/tensor.h"

namespace heddle::ops {

inline Status check_format(int64_t rank, MemoryFormat format) {
  HEDDLE_REQUIRE(format != MemoryFormat::kChannelsLast || rank == 4,
                 "required rank 4 tensor to use channels_last format");
  HEDDLE_REQUIRE(format != MemoryFormat::kChannelsLast3d || rank == 5,
                 "required rank 5 tensor to use channels_last_3d format");
  return ok_status();
}

}  // namespace heddle::ops
