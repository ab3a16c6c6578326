// Cross products of vectors of three elements.
#include "ops/common/copy.h"
#include "ops/common/out.h"
#include "ops/elementwise/binary.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

Result<Tensor> linalg_cross(const Tensor& self, const Tensor& other, int64_t dim) {
  HEDDLE_REQUIRE(self.dim() == other.dim(), "linalg.cross: inputs must have the same number of dimensions.");
  HEDDLE_REQUIRE(self.dtype() == other.dtype(), "expected scalar type ", dtype_name(self.dtype()), " but found ",
                 dtype_name(other.dtype()));
  const int64_t along = HEDDLE_TRY(wrap_dim(dim, self.dim()));
  HEDDLE_REQUIRE(self.dim() > 0 && self.size(along) == 3 && other.size(along) == 3, "linalg.cross: inputs dimension ",
                 dim, " must have length 3. Got ", self.dim() > 0 ? self.size(along) : 1, " and ",
                 self.dim() > 0 ? other.size(along) : 1);
  const Dims sizes = HEDDLE_TRY(broadcast_sizes(self.sizes(), other.sizes()));
  const Tensor result = HEDDLE_TRY(Tensor::empty(sizes, self.dtype()));
  for (int64_t i = 0; i < 3; ++i) {
    const int64_t next = (i + 1) % 3;
    const int64_t last = (i + 2) % 3;
    const Tensor plus = HEDDLE_TRY(mul(self.select(along, next), other.select(along, last)));
    const Tensor minus = HEDDLE_TRY(mul(self.select(along, last), other.select(along, next)));
    HEDDLE_TRY(sub(plus, minus, 1, Out::into(result.select(along, i))));
  }
  return result;
}

// Without a dimension: the first that has three elements.
Result<Tensor> cross(const Tensor& self, const Tensor& other, std::optional<int64_t> dim) {
  if (dim) return linalg_cross(self, other, *dim);
  for (int64_t i = 0; i < self.dim(); ++i) {
    if (self.size(i) == 3) return linalg_cross(self, other, i);
  }
  return invalid("no dimension of size 3 in input");
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(cross) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add("aten::cross(Tensor self, Tensor other, int? dim=None) -> Tensor", boxed<&cross>());
  table.derive("aten::cross.out(Tensor self, Tensor other, int? dim=None, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::linalg_cross(Tensor self, Tensor other, *, int dim=-1) -> Tensor", boxed<&linalg_cross>());
  table.derive("aten::linalg_cross.out(Tensor self, Tensor other, *, int dim=-1, Tensor(a!) out) -> Tensor(a!)");
}
