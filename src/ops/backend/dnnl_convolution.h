// Convolutions by oneDNN's kernels.
#pragma once

#include <string>

#include "ops/backend/convolution.h"

namespace heddle::ops::backend {

// Null where oneDNN is not linked or has only its reference code; `declined` then says why.
Ref<const Convolution> make_dnnl_convolution(const ConvolutionShape& shape, const ConvolutionEnding& ending,
                                             std::string& declined);

}  // namespace heddle::ops::backend
