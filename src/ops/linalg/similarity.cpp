// How alike or far apart vectors are: cosine_similarity, pairwise_distance.
#include "ops/common/copy.h"
#include "ops/common/promotion.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/clamp.h"
#include "ops/reduce/reduce.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

// Each vector is divided by its own length first, which neither overflows nor vanishes where their product would.
Result<Tensor> cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim, double eps) {
  const DType dtype = HEDDLE_TRY(result_type(x1, x2));
  HEDDLE_REQUIRE(is_floating(dtype), "expected common dtype to be floating point, yet common dtype is ",
                 dtype_name(dtype));
  const Dims sizes = HEDDLE_TRY(broadcast_sizes(x1.sizes(), x2.sizes()));
  const int64_t along = HEDDLE_TRY(wrap_dim(dim, static_cast<int64_t>(sizes.size())));
  Tensor unit[2];
  for (int i = 0; i < 2; ++i) {
    const Tensor x = HEDDLE_TRY(to_dtype(i ? x2 : x1, dtype));
    const Tensor expanded = x.alias(sizes, broadcast_strides(x.sizes(), x.strides(), sizes), x.offset());
    const Tensor length = HEDDLE_TRY(vector_norm(expanded, 2, Dims{along}, true));
    unit[i] = HEDDLE_TRY(div(expanded, HEDDLE_TRY(clamp(length, Scalar(eps), std::nullopt))));
  }
  return sum(HEDDLE_TRY(mul(unit[0], unit[1])), Dims{along});
}

Result<Tensor> pairwise_distance(const Tensor& x1, const Tensor& x2, double p, double eps, bool keepdim) {
  const Tensor difference = HEDDLE_TRY(add(HEDDLE_TRY(sub(x1, x2)), Scalar(eps)));
  return vector_norm(difference, Scalar(p), Dims{-1}, keepdim);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(similarity) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add("aten::cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor",
            boxed<&cosine_similarity>());
  table.add(
      "aten::pairwise_distance(Tensor x1, Tensor x2, float p=2., float eps=9.9999999999999995e-07, bool "
      "keepdim=False) -> Tensor",
      boxed<&pairwise_distance>());
}
