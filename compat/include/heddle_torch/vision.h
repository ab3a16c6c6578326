// torchvision/vision.h: torchvision's operators are Heddle's own, so that there is nothing to register.
#pragma once

#include "heddle_torch/all.h"

namespace vision {
HEDDLE_TORCH_BEGIN
inline int64_t cuda_version() { return -1; }
HEDDLE_TORCH_END
}  // namespace vision
