#include "ops/common/out.h"

#include <algorithm>

#include "ops/common/copy.h"
#include "ops/common/overlap.h"
#include "ops/common/promotion.h"
#include "ops/common/resize.h"

namespace heddle::ops {

Result<Tensor> Out::prepare(std::span<const int64_t> sizes, DType dtype) const {
  if (!given()) return Tensor::empty(sizes, dtype);
  HEDDLE_REQUIRE(tensor_.dtype() == dtype, "Expected out tensor to have dtype ", python_name(dtype), ", but got ",
                 python_name(tensor_.dtype()), " instead");
  if (!std::ranges::equal(tensor_.sizes(), sizes)) {
    HEDDLE_REQUIRE(resizable_, "output with shape ", to_text(tensor_.sizes()), " doesn't match the broadcast shape ",
                   to_text(sizes));
    HEDDLE_TRY(resize(tensor_, sizes));
  }
  HEDDLE_TRY(check_no_internal_overlap(tensor_));
  return tensor_;
}

Result<Tensor> Out::deliver(const Tensor& result) const {
  if (!given()) return result;
  HEDDLE_TRY(check_can_cast(result.dtype(), tensor_.dtype()));
  if (!(tensor_.sizes() == result.sizes())) {
    HEDDLE_REQUIRE(resizable_, "output with shape ", to_text(tensor_.sizes()), " doesn't match the broadcast shape ",
                   to_text(result.sizes()));
    HEDDLE_TRY(resize_strided(tensor_, result.sizes(),
                              result.is_dense() ? result.strides() : contiguous_strides(result.sizes())));
  }
  HEDDLE_TRY(copy_into(tensor_, result));
  return tensor_;
}

Result<Tensor> Out::deliver_as(const Tensor& values, DType dtype) const {
  if (!given()) return to_dtype(values, dtype);
  HEDDLE_REQUIRE(resizable_ || tensor_.sizes() == values.sizes(), "output with shape ", to_text(tensor_.sizes()),
                 " doesn't match the broadcast shape ", to_text(values.sizes()));
  HEDDLE_TRY(resize(tensor_, values.sizes()));
  HEDDLE_TRY(copy_into(tensor_, values));
  return tensor_;
}

}  // namespace heddle::ops
