// Pairs of operators that freezing and fusing of PyTorch leave as one in a graph, and asserts that exports leave.
#include <limits>

#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/elementwise/activation.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/select.h"
#include "ops/linalg/mm.h"
#include "ops/softmax/softmax.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Result<Tensor> add_relu(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  return relu(HEDDLE_TRY(add(self, other, alpha)));
}
Result<Tensor> add_relu_number(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  return relu(HEDDLE_TRY(add(self, other, alpha)));
}
Result<Tensor> addmm_activation(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta,
                                const Scalar& alpha, bool use_gelu) {
  const Tensor sum = HEDDLE_TRY(addmm(self, mat1, mat2, beta, alpha));
  return use_gelu ? gelu(sum) : relu(sum);
}

Result<Tensor> masked_softmax(const Tensor& self, const Tensor& mask, std::optional<int64_t> dim,
                              std::optional<int64_t>) {
  HEDDLE_REQUIRE(mask.dtype() == DType::kBool, "Mask should be a boolean tensor");
  HEDDLE_REQUIRE(mask.sizes() == self.sizes(), "Mask shape should match input shape, but is ", to_text(mask.sizes()),
                 " for an input of ", to_text(self.sizes()));
  const Tensor scores = HEDDLE_TRY(masked_fill(self, mask, -std::numeric_limits<double>::infinity()));
  return softmax(scores, dim.value_or(self.dim() - 1));
}

Status assert_async(const Tensor& self) {
  const bool holds = HEDDLE_TRY(item(self)).to_bool();
  HEDDLE_REQUIRE(holds, "Expected Tensor with single nonzero value, but got zero");
  return ok_status();
}

Status assert_tensor_metadata(const Tensor& self, std::optional<Dims> sizes, std::optional<Dims> strides,
                              std::optional<DType> dtype) {
  HEDDLE_REQUIRE(!sizes || self.sizes() == *sizes, "Tensor sizes mismatch! Expected: ", sizes ? to_text(*sizes) : "",
                 ", Got: ", to_text(self.sizes()));
  HEDDLE_REQUIRE(!strides || self.strides() == *strides,
                 "Tensor strides mismatch! Expected: ", strides ? to_text(*strides) : "",
                 ", Got: ", to_text(self.strides()));
  HEDDLE_REQUIRE(!dtype || self.dtype() == *dtype,
                 "Tensor dtype mismatch! Expected: ", dtype ? dtype_name(*dtype) : std::string_view(),
                 ", Got: ", dtype_name(self.dtype()));
  return ok_status();
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(legacy_fused) {
  using namespace heddle::ops;
  add_with_out(table, "aten::_add_relu.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
               boxed<&add_relu>(), "_add_relu.out");
  add_with_out(table, "aten::_add_relu.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
               boxed<&add_relu_number>(), "_add_relu.Scalar_out");
  table.derive("aten::_add_relu_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)");
  table.derive("aten::_add_relu_.Scalar(Tensor(a!) self, Scalar other, Scalar alpha=1) -> Tensor(a!)");
  add_with_out(table,
               "aten::_addmm_activation(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1, "
               "bool use_gelu=False) -> Tensor",
               boxed<&addmm_activation>(), "_addmm_activation.out");
  add_with_out(table, "aten::_masked_softmax(Tensor self, Tensor mask, int? dim=None, int? mask_type=None) -> Tensor",
               boxed<&masked_softmax>(), "_masked_softmax.out");
  table.add("aten::_assert_async(Tensor self) -> ()", boxed<&assert_async>(), heddle::schema::kSideEffect);
  table.add(
      "aten::_assert_tensor_metadata(Tensor a, int[]? size=None, int[]? stride=None, ScalarType? dtype=None) -> ()",
      boxed<&assert_tensor_metadata>(), heddle::schema::kSideEffect);
}
