#include "ops/linalg/outer.h"

#include <algorithm>

#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/common/iterator.h"
#include "ops/common/promotion.h"
#include "ops/elementwise/binary.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

// beta * self + alpha * vec1 vec2'. With beta 0, self is not read.
Result<Tensor> addr(const Tensor& self, const Tensor& vec1, const Tensor& vec2, const Scalar& beta, const Scalar& alpha,
                    const Out& out) {
  HEDDLE_REQUIRE(vec1.dim() == 1, "addr: Expected 1-D argument vec1, but got ", vec1.dim(), "-D");
  HEDDLE_REQUIRE(vec2.dim() == 1, "addr: Expected 1-D argument vec2, but got ", vec2.dim(), "-D");
  const Dims sizes = {vec1.size(0), vec2.size(0)};
  const Dims both = HEDDLE_TRY(broadcast_sizes(self.sizes(), sizes));
  HEDDLE_REQUIRE(both == sizes,
                 "The expanded size of the tensor must match the existing size. Target sizes: ", to_text(sizes),
                 ".  Tensor sizes: ", to_text(self.sizes()));
  const Tensor column = vec1.unsqueeze(1);
  const bool plain = self.dtype() == vec1.dtype() && self.dtype() == vec2.dtype() &&
                     self.dtype() == compute_dtype(self.dtype()) && self.dtype() != DType::kBool;
  if (plain && beta.to_complex() == 1.0 && alpha.to_complex() == 1.0) {
    return add(self, HEDDLE_TRY(mul(column, vec2)), 1, out);
  }
  Iterator it;
  it.output(out).input(self).input(column).input(vec2);
  HEDDLE_TRY(it.build(Promote::kCommon));
  const bool reads = beta.to_complex() != 0.0;
  HEDDLE_TRY(dispatch<LoopTypes>(it.compute_dtype(), "addr", [&]<class T>() -> Status {
    const T b = beta.to<T>();
    const T a = alpha.to<T>();
    it.run<T(T, T, T)>([=](T s, T x, T y) -> T {
      if constexpr (std::is_same_v<T, bool>) {
        return (reads && b && s) || (a && x && y);
      } else {
        const T product = static_cast<T>(static_cast<T>(a * x) * y);
        return reads ? static_cast<T>(static_cast<T>(b * s) + product) : product;
      }
    });
    return ok_status();
  }));
  return it.result();
}

// Every element of self times the whole of other: dimensions of the result are products of theirs.
Result<Tensor> kron(const Tensor& self, const Tensor& other, const Out& out) {
  const auto rank = static_cast<size_t>(std::max(self.dim(), other.dim()));
  Dims sizes;
  Tensor a = self;
  Tensor b = other;
  while (a.sizes().size() < rank) a = a.unsqueeze(0);
  while (b.sizes().size() < rank) b = b.unsqueeze(0);
  for (size_t i = 0; i < rank; ++i) sizes.push_back(a.sizes()[i] * b.sizes()[i]);
  for (size_t i = 0; i < rank; ++i) {
    a = a.unsqueeze(static_cast<int64_t>(2 * i + 1));
    b = b.unsqueeze(static_cast<int64_t>(2 * i));
  }
  const Tensor products = HEDDLE_TRY(mul(a, b));
  const Tensor dense = HEDDLE_TRY(contiguous(products));
  return out.deliver(dense.view_contiguous(sizes));
}

}  // namespace

Result<Tensor> outer(const Tensor& self, const Tensor& vec2, const Out& out) {
  HEDDLE_REQUIRE(self.dim() == 1, "outer: Expected 1-D argument self, but got ", self.dim(), "-D");
  HEDDLE_REQUIRE(vec2.dim() == 1, "outer: Expected 1-D argument vec2, but got ", vec2.dim(), "-D");
  return mul(self.unsqueeze(1), vec2, out);
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(outer_products) {
  using namespace heddle::ops;
  add_forms<&outer>(table, "aten::outer(Tensor self, Tensor vec2) -> Tensor", {.out = "outer.out"});
  add_forms<&outer>(table, "aten::ger(Tensor self, Tensor vec2) -> Tensor", {.out = "ger.out"});
  add_forms<&addr>(table,
                   "aten::addr(Tensor self, Tensor vec1, Tensor vec2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
                   {.in_place = "addr_", .out = "addr.out"});
  add_forms<&kron>(table, "aten::kron(Tensor self, Tensor other) -> Tensor", {.out = "kron.out"});
}
