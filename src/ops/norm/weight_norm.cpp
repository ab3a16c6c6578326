// Tensors scaled to a norm: weight normalisation, renorm.
#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/select.h"
#include "ops/reduce/reduce.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Dims all_but(int64_t rank, int64_t dim) {
  Dims dims;
  for (int64_t d = 0; d < rank; ++d) {
    if (d != dim) dims.push_back(d);
  }
  return dims;
}

// One norm for each slice along the dimension, kept broadcastable; -1 takes everything together.
Result<Tensor> norm_except_dim(const Tensor& v, int64_t p, int64_t dim) {
  if (dim == -1) return vector_norm(v, p);
  const int64_t kept = HEDDLE_TRY(wrap_dim(dim, v.dim()));
  HEDDLE_REQUIRE(v.dim() >= 1, "norm_except_dim: the tensor must have a dimension");
  // A vector has no other dimension: every element is a slice.
  if (v.dim() == 1) return vector_norm(v.unsqueeze(1), p, Dims{1});
  return vector_norm(v, p, all_but(v.dim(), kept), true);
}

using Pair = std::tuple<Tensor, Tensor>;
Result<Pair> weight_norm_interface(const Tensor& v, const Tensor& g, int64_t dim) {
  const Tensor norms = HEDDLE_TRY(norm_except_dim(v, 2, dim));
  return Pair(HEDDLE_TRY(mul(v, HEDDLE_TRY(div(g, norms)))), norms);
}
Result<Tensor> weight_norm(const Tensor& v, const Tensor& g, int64_t dim) {
  HEDDLE_REQUIRE(v.dtype() == g.dtype(), "weight_norm: v and g must have one dtype, but got ", dtype_name(v.dtype()),
                 " and ", dtype_name(g.dtype()));
  return std::get<0>(HEDDLE_TRY(weight_norm_interface(v, g, dim)));
}

Result<Tensor> renorm(const Tensor& self, const Scalar& p, int64_t dim0, const Scalar& most, const Out& out) {
  HEDDLE_REQUIRE(!p.is_complex(), "renorm: p must be real-valued");
  HEDDLE_REQUIRE(p.to_double() > 0, "renorm: non-positive norm not supported");
  HEDDLE_REQUIRE(!most.is_complex(), "renorm: maxnorm must be real-valued");
  HEDDLE_REQUIRE(most.to_double() >= 0, "renorm: expected maxnorm to be >= 0 but got ", most.to_double());
  HEDDLE_REQUIRE(self.dim() > 1, "renorm: input needs at least 2 dimensions, got ", self.dim(), " dimensions");
  const int64_t dim = HEDDLE_TRY(wrap_dim(dim0, self.dim()));
  const Tensor norms = HEDDLE_TRY(vector_norm(self, p, all_but(self.dim(), dim), true));
  // Slices within the bound are left as they are, to the bit.
  constexpr double kAgainstZero = 1e-7;
  const Tensor scaled = HEDDLE_TRY(mul(HEDDLE_TRY(pow(HEDDLE_TRY(add(norms, kAgainstZero)), -1)), most));
  const Tensor factors =
      HEDDLE_TRY(where(HEDDLE_TRY(gt(norms, most)), scaled, HEDDLE_TRY(Tensor::scalar(1.0, norms.dtype()))));
  const Tensor result = HEDDLE_TRY(Tensor::empty(self.sizes(), self.dtype()));
  HEDDLE_TRY(mul(self, factors, Out::into(result)));
  return out.deliver(result);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(weight_norm) {
  using namespace heddle::ops;
  table.add("aten::_weight_norm(Tensor v, Tensor g, int dim=0) -> Tensor", boxed<&weight_norm>());
  table.add("aten::_weight_norm_interface(Tensor v, Tensor g, int dim=0) -> (Tensor, Tensor)",
            boxed<&weight_norm_interface>());
  table.add("aten::norm_except_dim(Tensor v, int pow=2, int dim=0) -> Tensor", boxed<&norm_except_dim>());
  add_forms<&renorm>(table, "aten::renorm(Tensor self, Scalar p, int dim, Scalar maxnorm) -> Tensor",
                     {.in_place = "renorm_", .out = "renorm.out"});
}
