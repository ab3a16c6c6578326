#include "ops/vision/rois.h"

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"

namespace heddle::ops {

Result<RoiProblem> roi_problem(std::string_view name, const Tensor& input, const Tensor& rois, double spatial_scale,
                               int64_t pooled_height, int64_t pooled_width, bool position_sensitive) {
  HEDDLE_REQUIRE(rois.dim() == 2 && rois.size(1) == 5, name, ": rois must have shape as Tensor[K, 5], but got ",
                 to_text(rois.sizes()));
  HEDDLE_REQUIRE(input.dim() == 4, name, ": input must have shape [N, C, H, W], but got ", to_text(input.sizes()));
  HEDDLE_REQUIRE(input.dtype() == rois.dtype(), name,
                 ": Expected tensor for argument #1 'input' to have the same type ",
                 "as tensor for argument #2 'rois'; but type ", dtype_name(input.dtype()), " does not equal ",
                 dtype_name(rois.dtype()));
  HEDDLE_REQUIRE(pooled_height > 0 && pooled_width > 0, name, ": the pooled size must be positive, but got ",
                 pooled_height, " x ", pooled_width);
  if (!is_floating(input.dtype())) return not_implemented(name, input.dtype());
  if (position_sensitive) {
    const int64_t bins = HEDDLE_TRY(checked_numel(Dims{pooled_height, pooled_width}));
    HEDDLE_REQUIRE(input.size(1) % bins == 0,
                   "input channels must be a multiple of pooling height * pooling width, but got ", input.size(1),
                   " channels and ", pooled_height, " x ", pooled_width);
  }
  const DType dtype = compute_dtype(input.dtype());
  RoiProblem problem{HEDDLE_TRY(contiguous_as(input, dtype)), HEDDLE_TRY(contiguous_as(rois, dtype)), spatial_scale,
                     pooled_height, pooled_width};
  HEDDLE_TRY(dispatch<FloatTypes>(dtype, name, [&]<class T>() {
    const auto images = static_cast<T>(input.size(0));
    for (int64_t i = 0; i < problem.count(); ++i) {
      const T image = problem.rois.data<T>()[i * 5];
      HEDDLE_REQUIRE_CODE(image > T(-1) && image < images, kIndex, name, ": roi ", i, " is of image ",
                          static_cast<double>(image), ", but the input has ", input.size(0), " images");
    }
    return ok_status();
  }));
  return problem;
}

}  // namespace heddle::ops
