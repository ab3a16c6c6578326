// The layout torch.utils.mkldnn.to_mkldnn gives models. Here it is memory like all other: weights are packed where that
// pays without being asked to, so tensors stay strided and is_mkldnn is false.
#include "ops/common/copy.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using MaybeDType = std::optional<DType>;

bool is_supported(DType dtype) { return dtype == DType::kFloat32 || dtype == DType::kBFloat16; }

// Copies even where nothing changes: the schemas promise new tensors.
Result<Tensor> to_dense(const Tensor& self, MaybeDType dtype) {
  const DType to = dtype.value_or(self.dtype());
  return to == self.dtype() ? clone(self) : to_dtype(self, to);
}
Result<Tensor> to_mkldnn(const Tensor& self, MaybeDType dtype) {
  HEDDLE_REQUIRE(is_supported(self.dtype()) && is_supported(dtype.value_or(self.dtype())),
                 "to_mkldnn expects float or bfloat16 tensor input, got ", dtype_name(self.dtype()));
  return to_dense(self, dtype);
}
Result<Tensor> weight_as_it_is(const Tensor& self, const Dims&, const Dims&, const Dims&, int64_t) {
  return clone(self);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(mkldnn) {
  using namespace heddle::ops;
  table.add("aten::to_mkldnn(Tensor self, ScalarType? dtype=None) -> Tensor", boxed<&to_mkldnn>());
  table.add("aten::to_dense(Tensor self, ScalarType? dtype=None) -> Tensor", boxed<&to_dense>());
  table.add(
      "aten::mkldnn_reorder_conv2d_weight(Tensor self, int[2] padding=0, int[2] stride=1, int[2] dilation=1, int "
      "groups=1) -> Tensor",
      boxed<&weight_as_it_is>());
  table.add(
      "aten::mkldnn_reorder_conv3d_weight(Tensor self, int[3] padding=0, int[3] stride=1, int[3] dilation=1, int "
      "groups=1) -> Tensor",
      boxed<&weight_as_it_is>());
}
