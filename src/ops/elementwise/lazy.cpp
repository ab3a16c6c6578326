// Conjugates and negatives that are only marked on a view of their tensor; what computes with one resolves it first
// (schema/lazy_calls.h).
#include "core/lazy_view.h"
#include "ops/common/call.h"
#include "ops/common/with_out.h"
#include "ops/elementwise/unary.h"
#include "schema/boxed.h"
#include "schema/lazy_calls.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Tensor conjugate_view(const Tensor& self) { return with_marks(self, !self.impl()->conj, self.impl()->neg); }
Tensor conj(const Tensor& self) { return is_complex(self.dtype()) ? conjugate_view(self) : self; }
Result<Tensor> conj_view(const Tensor& self) {
  HEDDLE_REQUIRE(is_complex(self.dtype()), "_conj: only complex tensors have conjugates, got ",
                 dtype_name(self.dtype()));
  return conjugate_view(self);
}
Tensor neg_view(const Tensor& self) { return with_marks(self, self.impl()->conj, !self.impl()->neg); }

Result<Tensor> conjugated(const Tensor& self) { return call_tensor_operator("aten::conj_physical", "", {self}); }
Result<Tensor> negated(const Tensor& self) { return neg(self); }

// Each resolves its own mark and keeps the other.
Result<Tensor> resolve_conj(const Tensor& self) {
  if (!self.impl()->conj) return self;
  const Tensor plain = HEDDLE_TRY(schema::resolved(with_marks(self, true, false)));
  return self.impl()->neg ? with_marks(plain, false, true) : plain;
}
Result<Tensor> resolve_neg(const Tensor& self) {
  if (!self.impl()->neg) return self;
  const Tensor plain = HEDDLE_TRY(schema::resolved(with_marks(self, false, true)));
  return self.impl()->conj ? with_marks(plain, true, false) : plain;
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(lazy) {
  using namespace heddle::ops;
  table.add("aten::conj(Tensor(a) self) -> Tensor(a)", boxed<&conj>());
  table.add("aten::_conj(Tensor(a) self) -> Tensor(a)", boxed<&conj_view>());
  add_with_out(table, "aten::_conj_copy(Tensor self) -> Tensor", boxed<&conjugated>(), "_conj_copy.out");
  table.add("aten::_neg_view(Tensor(a) self) -> Tensor(a)", boxed<&neg_view>());
  add_with_out(table, "aten::_neg_view_copy(Tensor self) -> Tensor", boxed<&negated>(), "_neg_view_copy.out");
  table.add("aten::resolve_conj(Tensor(a) self) -> Tensor(a)", boxed<&resolve_conj>());
  table.add("aten::resolve_neg(Tensor(a) self) -> Tensor(a)", boxed<&resolve_neg>());
}
