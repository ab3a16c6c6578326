// Products of groups of rows, each with a matrix of its own, as mixtures of experts compute them.
#include <algorithm>

#include "ops/common/copy.h"
#include "ops/linalg/mm.h"
#include "ops/linalg/product.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

Status check_grouped(const Tensor& self, const Tensor& mat2, const std::optional<Tensor>& offs,
                     const std::optional<Tensor>& bias, std::optional<DType> out_dtype) {
  const DType dtype = self.dtype();
  HEDDLE_REQUIRE(dtype == DType::kFloat32 || dtype == DType::kBFloat16 || dtype == DType::kFloat16,
                 "Expected mat_a to be Float32, BFloat16 or Float16 matrix, got ", dtype_name(dtype));
  HEDDLE_REQUIRE(mat2.dtype() == dtype, "expected m1 and m2 to have the same dtype, but got: ", dtype_name(dtype),
                 " != ", dtype_name(mat2.dtype()));
  HEDDLE_REQUIRE(self.dim() == 2 || self.dim() == 3, "mat_a has to be 2 or 3d");
  HEDDLE_REQUIRE(mat2.dim() == 2 || mat2.dim() == 3, "mat_b has to be 2 or 3d");
  const bool both_3d = self.dim() == 3 && mat2.dim() == 3;
  HEDDLE_REQUIRE(offs.has_value() != both_3d,
                 "Have to provide offsets if there is a 2d matrix, or no offset if both matrices are 3d");
  HEDDLE_REQUIRE(self.size(self.dim() - 1) == mat2.size(mat2.dim() - 2),
                 "contraction dimension of mat_a and mat_b must match");
  HEDDLE_REQUIRE(!bias, "Bias not supported yet");
  HEDDLE_REQUIRE(!out_dtype || *out_dtype == dtype, "Grouped gemm output dtype must match `mat_a` dtype");
  if (both_3d) {
    HEDDLE_REQUIRE(self.size(0) == mat2.size(0), "batched dimension has to match");
    return ok_status();
  }
  HEDDLE_REQUIRE(offs->dim() == 1, "offs has to be 1D");
  HEDDLE_REQUIRE(offs->dtype() == DType::kInt32, "Offsets have to be int32");
  for (const Tensor* t : {&self, &mat2}) {
    HEDDLE_REQUIRE(t->dim() == 2 || t->size(0) == offs->size(0), "matrix batch sizes have to match");
  }
  return ok_status();
}

// torch._grouped_mm. Groups end where offs says, along the rows of self [M, K] (mat2 [G, K, N]), the columns of mat2
// [K, N] (self [G, M, K]), or what both matrices sum over: a product for each group. What no group reaches is 0, which
// PyTorch leaves as memory was.
Result<Tensor> grouped_mm(const Tensor& self, const Tensor& mat2, const std::optional<Tensor>& offs,
                          const std::optional<Tensor>& bias, std::optional<DType> out_dtype) {
  HEDDLE_TRY(check_grouped(self, mat2, offs, bias, out_dtype));
  if (!offs) return bmm(self, mat2);
  const Tensor ends = HEDDLE_TRY(contiguous(*offs));
  const int64_t groups = ends.numel();
  const bool rows = mat2.dim() == 3;
  const bool columns = self.dim() == 3;
  const int64_t length = rows ? self.size(0) : columns ? mat2.size(1) : self.size(1);
  const Dims sizes = rows || columns ? Dims{self.size(self.dim() - 2), mat2.size(mat2.dim() - 1)}
                                     : Dims{groups, self.size(0), mat2.size(1)};
  const Tensor result = HEDDLE_TRY(zeros(sizes, self.dtype()));
  int64_t begin = 0;
  for (int64_t g = 0; g < groups; ++g) {
    const int64_t end = std::clamp<int64_t>(ends.data<int32_t>()[g], 0, length);
    const int64_t count = std::max<int64_t>(end - begin, 0);
    if (count > 0) {
      const Tensor a = columns ? self.select(0, g) : self.narrow(rows ? 0 : 1, begin, count);
      const Tensor b = rows ? mat2.select(0, g) : mat2.narrow(columns ? 1 : 0, begin, count);
      const Tensor c = rows      ? result.narrow(0, begin, count)
                       : columns ? result.narrow(1, begin, count)
                                 : result.select(0, g);
      HEDDLE_TRY(multiply("_grouped_mm", c, a, b));
    }
    begin = end;
  }
  return result;
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(grouped_products) {
  using namespace heddle::ops;
  table.add(
      "aten::_grouped_mm(Tensor self, Tensor mat2, Tensor? offs=None, Tensor? bias=None, ScalarType? out_dtype=None) "
      "-> Tensor",
      heddle::schema::boxed<&grouped_mm>());
}
