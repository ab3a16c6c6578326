// The arguments of torch's sliding-window pooling, checked, as ranges of the engine.
#pragma once

#include <string_view>
#include <vector>

#include "ops/pool/engine.h"

namespace heddle::ops {

struct WindowArguments {
  Dims kernel_size;
  Dims stride;  // empty: the kernel size
  Dims padding;
  Dims dilation = {1};
  bool ceil_mode = false;
  bool count_include_pad = true;  // of means
};

// The ranges along the last `rank` dimensions of the input; lists of one number hold for every axis. PyTorch's
// conditions and errors.
Result<std::vector<PoolAxis>> window_axes(std::string_view name, const Tensor& input, int64_t rank,
                                          const WindowArguments& arguments);

// The ranges of adaptive pooling to `output_size`: as even as they can be, overlapping where they must.
Result<std::vector<PoolAxis>> adaptive_axes(std::string_view name, const Tensor& input,
                                            std::span<const int64_t> output_size);

}  // namespace heddle::ops
