// Differences of neighbours and integrals of samples: diff, gradient, trapezoid.
#include <algorithm>

#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/elementwise/binary.h"
#include "ops/reduce/reduce.h"
#include "ops/shape/join.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using OptionalTensor = std::optional<Tensor>;

Status check_joined(const char* what, const Tensor& self, const OptionalTensor& other, int64_t dim) {
  if (!other) return ok_status();
  HEDDLE_REQUIRE(other->dim() == self.dim(), "diff expects prepend or append to be the same dimension as input, but ",
                 what, " has ", other->dim());
  for (int64_t d = 0; d < self.dim(); ++d) {
    HEDDLE_REQUIRE(d == dim || self.size(d) == other->size(d),
                   "diff expects the shape of tensor to prepend or append to match that of input except along the "
                   "differencing dimension; input.size(",
                   d, ") = ", self.size(d), ", but got ", what, ".size(", d, ") = ", other->size(d));
  }
  return ok_status();
}

Result<Tensor> diff(const Tensor& self, int64_t n, int64_t dim0, const OptionalTensor& prepend,
                    const OptionalTensor& append) {
  HEDDLE_REQUIRE(self.dim() >= 1, "diff expects input to be at least one-dimensional");
  const int64_t dim = HEDDLE_TRY(wrap_dim(dim0, self.dim()));
  HEDDLE_TRY(check_joined("prepend", self, prepend, dim));
  HEDDLE_TRY(check_joined("append", self, append, dim));
  // Nothing is joined then, as in PyTorch.
  if (n <= 0) {
    const Tensor copy = HEDDLE_TRY(zeros(self.sizes(), self.dtype()));
    HEDDLE_TRY(copy_into(copy, self));
    return copy;
  }
  Tensor t = self;
  if (prepend || append) {
    std::vector<Tensor> parts;
    if (prepend) parts.push_back(*prepend);
    parts.push_back(self);
    if (append) parts.push_back(*append);
    t = HEDDLE_TRY(cat(parts, dim));
  }
  // Nothing is left after as many steps as there are items; the result is a tensor of its own in any case.
  const int64_t steps = std::min(n, std::max<int64_t>(t.size(dim), 1));
  for (int64_t i = 0; i < steps; ++i) {
    const int64_t length = std::max<int64_t>(t.size(dim) - 1, 0);
    const Tensor later = t.narrow(dim, t.size(dim) - length, length);
    const Tensor earlier = t.narrow(dim, 0, length);
    t = HEDDLE_TRY(t.dtype() == DType::kBool ? ne(later, earlier) : sub(later, earlier));
  }
  return t;
}

// Means of neighbours times their distances, along a dimension.
Result<Tensor> slices(const Tensor& y, int64_t dim) {
  const int64_t length = y.size(dim) - 1;
  return add(y.narrow(dim, 1, length), y.narrow(dim, 0, length));
}

// A vector of places gets the dimensions of y, the vector lying along dim.
Result<Tensor> along(const Tensor& x, const Tensor& y, int64_t dim) {
  if (x.dim() != 1) return x;
  Dims sizes(y.sizes().size(), 1);
  sizes[static_cast<size_t>(dim)] = x.numel();
  return reshape(x, sizes);
}

Result<Tensor> weighted(const Tensor& y, const Tensor& x0, int64_t dim) {
  HEDDLE_REQUIRE(x0.dim() != 1 || x0.size(0) == y.size(dim),
                 "trapezoid: There must be one `x` value for each sample point");
  const Tensor x = HEDDLE_TRY(along(x0, y, dim));
  const int64_t place = dim - y.dim();  // counted from the end, where x may have fewer dimensions
  HEDDLE_REQUIRE(x.dim() + place >= 0 && x.size(x.dim() + place) == y.size(dim), "trapezoid: x has ", x.dim(),
                 " dimensions, and none for the one that is integrated over");
  const int64_t x_dim = x.dim() + place;
  const int64_t length = x.size(x_dim) - 1;
  const Tensor distances = HEDDLE_TRY(sub(x.narrow(x_dim, 1, length), x.narrow(x_dim, 0, length)));
  return div(HEDDLE_TRY(mul(HEDDLE_TRY(slices(y, dim)), distances)), 2.0);
}

Status check_bool(const Tensor& t, const char* name, const char* what) {
  HEDDLE_REQUIRE(t.dtype() != DType::kBool, name, ": received a bool input for `", what,
                 "`, but bool is not supported");
  return ok_status();
}

Result<Tensor> zeros_without(const Tensor& y, int64_t dim) {
  Dims sizes = y.sizes();
  sizes.erase(static_cast<size_t>(dim));
  return zeros(sizes, y.dtype());
}

Result<Tensor> trapezoid_x(const Tensor& y, const Tensor& x, int64_t dim0) {
  const int64_t dim = HEDDLE_TRY(wrap_dim(dim0, y.dim()));
  HEDDLE_REQUIRE(y.dim() >= 1, "trapezoid: y must have a dimension");
  if (y.size(dim) == 0) return zeros_without(y, dim);
  HEDDLE_TRY(check_bool(y, "trapezoid", "y"));
  HEDDLE_TRY(check_bool(x, "trapezoid", "x"));
  return sum(HEDDLE_TRY(weighted(y, x, dim)), Dims{dim});
}

Result<Tensor> trapezoid_dx(const Tensor& y, const Scalar& dx, int64_t dim0) {
  const int64_t dim = HEDDLE_TRY(wrap_dim(dim0, y.dim()));
  HEDDLE_REQUIRE(y.dim() >= 1, "trapezoid: y must have a dimension");
  if (y.size(dim) == 0) return zeros_without(y, dim);
  HEDDLE_TRY(check_bool(y, "trapezoid", "y"));
  HEDDLE_REQUIRE(!dx.is_bool(), "trapezoid: received a bool `dx`, but bool is not supported");
  // All inner samples count twice; whole ones, at the end of the sum, once.
  const Tensor ends = HEDDLE_TRY(add(y.select(dim, 0), y.select(dim, y.size(dim) - 1)));
  const Tensor inner = HEDDLE_TRY(sub(HEDDLE_TRY(sum(y, Dims{dim})), HEDDLE_TRY(div(ends, 2.0))));
  return mul(inner, dx);
}

Result<Tensor> trapz_dx(const Tensor& y, double dx, int64_t dim) { return trapezoid_dx(y, dx, dim); }

Result<Tensor> running_sum(const Tensor& t, int64_t dim) {
  const Tensor result = HEDDLE_TRY(clone(t, MemoryFormat::kContiguous));
  for (int64_t i = 1; i < result.size(dim); ++i) {
    const Tensor here = result.select(dim, i);
    HEDDLE_TRY(add(here, result.select(dim, i - 1), 1, Out::in_place(here)));
  }
  return result;
}

Result<Tensor> cumulative_x(const Tensor& y, const Tensor& x, int64_t dim0) {
  const int64_t dim = HEDDLE_TRY(wrap_dim(dim0, y.dim()));
  HEDDLE_REQUIRE(y.dim() >= 1 && y.size(dim) > 0, "cumulative_trapezoid: y must have samples along the dimension");
  HEDDLE_TRY(check_bool(y, "cumulative_trapezoid", "y"));
  HEDDLE_TRY(check_bool(x, "cumulative_trapezoid", "x"));
  return running_sum(HEDDLE_TRY(weighted(y, x, dim)), dim);
}

Result<Tensor> cumulative_dx(const Tensor& y, const Scalar& dx, int64_t dim0) {
  const int64_t dim = HEDDLE_TRY(wrap_dim(dim0, y.dim()));
  HEDDLE_REQUIRE(y.dim() >= 1 && y.size(dim) > 0, "cumulative_trapezoid: y must have samples along the dimension");
  HEDDLE_TRY(check_bool(y, "cumulative_trapezoid", "y"));
  HEDDLE_REQUIRE(!dx.is_bool(), "cumulative_trapezoid: received a bool `dx`, but bool is not supported");
  return running_sum(HEDDLE_TRY(mul(HEDDLE_TRY(slices(y, dim)), dx.to_double() / 2)), dim);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(differences) {
  using namespace heddle::ops;
  add_with_out(table,
               "aten::diff(Tensor self, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None) -> Tensor",
               boxed<&diff>(), "diff.out");
  table.add("aten::trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", boxed<&trapezoid_x>());
  table.add("aten::trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor", boxed<&trapezoid_dx>());
  table.add("aten::trapz.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", boxed<&trapezoid_x>());
  table.add("aten::trapz.dx(Tensor y, *, float dx=1., int dim=-1) -> Tensor", boxed<&trapz_dx>());
  table.add("aten::cumulative_trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", boxed<&cumulative_x>());
  table.add("aten::cumulative_trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor", boxed<&cumulative_dx>());
}
