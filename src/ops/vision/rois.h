// What the pooling operators of torchvision share: their checked arguments.
// Used by roi_align.cpp and roi_pool.cpp, on any thread.
#pragma once

#include <string_view>

#include "core/tensor.h"

namespace heddle::ops {

// A call's tensors, checked: input [N, C, H, W] and rois [K, 5] contiguous and of one floating dtype, every roi's first
// number the index of an image, each pooled size positive.
struct RoiProblem {
  Tensor input;
  Tensor rois;
  double spatial_scale;
  int64_t pooled_height;
  int64_t pooled_width;

  int64_t count() const { return rois.size(0); }
  int64_t channels() const { return input.size(1); }
  int64_t height() const { return input.size(2); }
  int64_t width() const { return input.size(3); }
};

// Fails as torchvision does, and besides on a roi of an image that is not there. `position_sensitive`: every output
// element has a channel of its own. Halves become float32; the result must go back.
Result<RoiProblem> roi_problem(std::string_view name, const Tensor& input, const Tensor& rois, double spatial_scale,
                               int64_t pooled_height, int64_t pooled_width, bool position_sensitive);

}  // namespace heddle::ops
