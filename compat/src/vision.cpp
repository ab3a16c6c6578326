#include "heddle_torch/vision.h"

#include "compat/src/call.h"

namespace vision::ops {
HEDDLE_TORCH_BEGIN

using at::Tensor;
using heddle_torch::Call;
using heddle_torch::Op;

Tensor nms(const Tensor& dets, const Tensor& scores, double iou_threshold) {
  static const Op op{"torchvision::nms", ""};
  return Call(op).add(dets).add(scores).add(iou_threshold).tensor();
}

Tensor roi_align(const Tensor& input, const Tensor& rois, double spatial_scale, int64_t pooled_height,
                 int64_t pooled_width, int64_t sampling_ratio, bool aligned) {
  static const Op op{"torchvision::roi_align", ""};
  return Call(op)
      .add(input)
      .add(rois)
      .add(spatial_scale)
      .add(pooled_height)
      .add(pooled_width)
      .add(sampling_ratio)
      .add(aligned)
      .tensor();
}

std::tuple<Tensor, Tensor> roi_pool(const Tensor& input, const Tensor& rois, double spatial_scale,
                                    int64_t pooled_height, int64_t pooled_width) {
  static const Op op{"torchvision::roi_pool", ""};
  Call call(op);
  call.add(input).add(rois).add(spatial_scale).add(pooled_height).add(pooled_width).run();
  return {call.tensor(0), call.tensor(1)};
}

std::tuple<Tensor, Tensor> ps_roi_align(const Tensor& input, const Tensor& rois, double spatial_scale,
                                        int64_t pooled_height, int64_t pooled_width, int64_t sampling_ratio) {
  static const Op op{"torchvision::ps_roi_align", ""};
  Call call(op);
  call.add(input).add(rois).add(spatial_scale).add(pooled_height).add(pooled_width).add(sampling_ratio).run();
  return {call.tensor(0), call.tensor(1)};
}

std::tuple<Tensor, Tensor> ps_roi_pool(const Tensor& input, const Tensor& rois, double spatial_scale,
                                       int64_t pooled_height, int64_t pooled_width) {
  static const Op op{"torchvision::ps_roi_pool", ""};
  Call call(op);
  call.add(input).add(rois).add(spatial_scale).add(pooled_height).add(pooled_width).run();
  return {call.tensor(0), call.tensor(1)};
}

Tensor deform_conv2d(const Tensor& input, const Tensor& weight, const Tensor& offset, const Tensor& mask,
                     const Tensor& bias, int64_t stride_h, int64_t stride_w, int64_t pad_h, int64_t pad_w,
                     int64_t dilation_h, int64_t dilation_w, int64_t groups, int64_t offset_groups, bool use_mask) {
  static const Op op{"torchvision::deform_conv2d", ""};
  Call call(op);
  call.add(input).add(weight).add(offset).add(mask).add(bias);
  for (const int64_t number : {stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups, offset_groups})
    call.add(number);
  return call.add(use_mask).tensor();
}

HEDDLE_TORCH_END
}  // namespace vision::ops
