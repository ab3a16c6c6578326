// Products of vectors along a dimension, Vandermonde matrices, and the diagonal as linear algebra counts dimensions.
#include "ops/common/copy.h"
#include "ops/common/promotion.h"
#include "ops/common/with_out.h"
#include "ops/elementwise/binary.h"
#include "ops/linalg/matrices.h"
#include "ops/reduce/reduce.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Result<Tensor> conjugated(const Tensor& t) {
  if (!is_complex(t.dtype())) return t;
  return HEDDLE_TRY(adjoint(t.unsqueeze(t.dim()).unsqueeze(t.dim()))).select(t.dim(), 0).select(t.dim(), 0);
}

Result<Tensor> linalg_vecdot(const Tensor& x, const Tensor& y, int64_t dim) {
  constexpr std::string_view kName = "linalg.vecdot";
  HEDDLE_REQUIRE(is_floating(x.dtype()) || is_complex(x.dtype()), kName,
                 ": Expected a floating point or complex tensor as input. Got ", dtype_name(x.dtype()));
  HEDDLE_REQUIRE(x.dtype() == y.dtype(), kName, ": Expected x and y to have the same dtype, but found x of type ",
                 dtype_name(x.dtype()), " and y of type ", dtype_name(y.dtype()), " instead");
  return sum(HEDDLE_TRY(mul(HEDDLE_TRY(conjugated(x)), y)), Dims{dim});
}

// Columns 1, x, x^2 ... of every number of x.
Result<Tensor> linalg_vander(const Tensor& numbers, std::optional<int64_t> columns) {
  const Tensor x = numbers.dim() == 0 ? numbers.unsqueeze(0) : numbers;
  HEDDLE_REQUIRE(x.dtype() != DType::kBool, "torch.linalg.vander: does not support bool inputs");
  const int64_t n = columns.value_or(x.size(x.dim() - 1));
  HEDDLE_REQUIRE(n > 1, "torch.linalg.vander: N must be greater than 1, but is ", n);
  const DType dtype = is_integral(x.dtype()) ? DType::kInt64 : x.dtype();
  Dims sizes = x.sizes();
  sizes.push_back(n);
  const Tensor result = HEDDLE_TRY(full(sizes, 1, dtype));
  if (result.numel() == 0) return result;
  for (int64_t k = 1; k < n; ++k) {
    const Tensor column = result.select(x.dim(), k);
    HEDDLE_TRY(mul(result.select(x.dim(), k - 1), x, Out::in_place(column)));
  }
  return result;
}

Result<Tensor> linalg_diagonal(const Tensor& a, int64_t offset, int64_t dim1, int64_t dim2) {
  return diagonal(a, offset, dim1, dim2);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(vectors) {
  using namespace heddle::ops;
  add_with_out(table, "aten::linalg_vecdot(Tensor x, Tensor y, *, int dim=-1) -> Tensor", boxed<&linalg_vecdot>(),
               "linalg_vecdot.out");
  table.add("aten::linalg_vander(Tensor x, *, int? N=None) -> Tensor", boxed<&linalg_vander>());
  table.add("aten::linalg_diagonal(Tensor(a) A, *, int offset=0, int dim1=-2, int dim2=-1) -> Tensor(a)",
            boxed<&linalg_diagonal>());
}
