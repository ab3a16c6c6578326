// Conjugates and negatives that PyTorch only marks in a view. Here they are computed at once, so a write to one does
// not reach the tensor it was made of.
#include "ops/common/call.h"
#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/elementwise/unary.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Result<Tensor> conjugated(const Tensor& self) { return call_tensor_operator("aten::conj_physical", "", {self}); }
Result<Tensor> conj(const Tensor& self) { return is_complex(self.dtype()) ? conjugated(self) : Result<Tensor>(self); }
Result<Tensor> neg_view(const Tensor& self) { return neg(self); }

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(lazy) {
  using namespace heddle::ops;
  table.add("aten::conj(Tensor(a) self) -> Tensor(a)", boxed<&conj>());
  table.add("aten::_conj(Tensor(a) self) -> Tensor(a)", boxed<&conjugated>());
  add_with_out(table, "aten::_conj_copy(Tensor self) -> Tensor", boxed<&conjugated>(), "_conj_copy.out");
  table.add("aten::_neg_view(Tensor(a) self) -> Tensor(a)", boxed<&neg_view>());
  add_with_out(table, "aten::_neg_view_copy(Tensor self) -> Tensor", boxed<&neg_view>(), "_neg_view_copy.out");
}
