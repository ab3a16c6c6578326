// Parts of matrices: tril, triu, diag, diagflat, diag_embed, trace.
#include <algorithm>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/forms.h"
#include "ops/reduce/reduce.h"
#include "ops/shape/view.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

// Zeroes what lies above (lower) or below (upper) the diagonal, in a contiguous batch of matrices.
template <bool lower>
void clear_beyond(const Tensor& matrices, int64_t diagonal) {
  const int64_t rows = matrices.size(matrices.dim() - 2);
  const int64_t columns = matrices.size(matrices.dim() - 1);
  const int64_t element = element_size(matrices.dtype());
  if (matrices.numel() == 0) return;
  // Beyond the corners a diagonal changes nothing; clamped, the sums below cannot overflow.
  const int64_t offset = std::clamp<int64_t>(diagonal, -rows - 1, columns + 1);
  char* const data = matrices.data<char>();
  const int64_t grain = std::max<int64_t>(1, 32768 / columns);
  parallel::parallel_for(0, matrices.numel() / columns, grain, [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      const int64_t row = line % rows;
      const int64_t first = std::clamp<int64_t>(lower ? row + offset + 1 : 0, 0, columns);
      const int64_t last = std::clamp<int64_t>(lower ? columns : row + offset, first, columns);
      std::fill_n(data + (line * columns + first) * element, (last - first) * element, char(0));
    }
  });
}

template <bool lower>
Result<Tensor> triangle(const Tensor& t, int64_t diagonal, const Out& out) {
  HEDDLE_REQUIRE(t.dim() >= 2, lower ? "tril" : "triu", ": input tensor must have at least 2 dimensions");
  const Tensor result = HEDDLE_TRY(clone(t, MemoryFormat::kContiguous));
  clear_beyond<lower>(result, diagonal);
  return out.deliver(result);
}

Result<Tensor> diag_embed(const Tensor& t, int64_t offset, int64_t dim1, int64_t dim2) {
  const int64_t rank = t.dim() + 1;
  HEDDLE_REQUIRE_CODE(t.dim() > 0, kIndex, "diag_embed: the input must have at least one dimension");
  const int64_t a = HEDDLE_TRY(wrap_dim(dim1, rank));
  const int64_t b = HEDDLE_TRY(wrap_dim(dim2, rank));
  HEDDLE_REQUIRE(a != b, "diagonal dimensions cannot be identical ", dim1, ", ", dim2);
  int64_t side = 0;
  const bool fits = offset > INT64_MIN && !__builtin_add_overflow(t.sizes().back(), std::abs(offset), &side);
  HEDDLE_REQUIRE(fits, "diag_embed: the offset ", offset, " is too large");
  Dims sizes = t.sizes();
  sizes.pop_back();
  sizes.insert(static_cast<size_t>(std::min(a, b)), side);
  sizes.insert(static_cast<size_t>(std::max(a, b)), side);
  const Tensor result = HEDDLE_TRY(zeros(sizes, t.dtype()));
  HEDDLE_TRY(copy_into(HEDDLE_TRY(diagonal(result, offset, a, b)), t));
  return result;
}
Result<Tensor> diag(const Tensor& t, int64_t offset, const Out& out) {
  HEDDLE_REQUIRE(t.dim() == 1 || t.dim() == 2, "diag(): Supports 1D or 2D tensors. Got ", t.dim(), "D");
  if (t.dim() == 1) return out.deliver(HEDDLE_TRY(diag_embed(t, offset, 0, 1)));
  return out.deliver(HEDDLE_TRY(clone(HEDDLE_TRY(diagonal(t, offset)), MemoryFormat::kContiguous)));
}
Result<Tensor> diagflat(const Tensor& t, int64_t offset) {
  return diag_embed(HEDDLE_TRY(reshape(t, Dims{-1})), offset, 0, 1);
}
Result<Tensor> trace(const Tensor& t) {
  HEDDLE_REQUIRE(t.dim() == 2, "trace: expected a matrix, but got tensor with dim ", t.dim());
  return sum(HEDDLE_TRY(diagonal(t)));
}

template <bool lower>
void add_triangle(schema::TableBuilder& table, const std::string& name) {
  add_forms<&triangle<lower>>(table, concat("aten::", name, "(Tensor self, int diagonal=0) -> Tensor"),
                              {name + "_", name + ".out"});
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(triangles) {
  using namespace heddle::ops;
  add_triangle<true>(table, "tril");
  add_triangle<false>(table, "triu");
  add_forms<&diag>(table, "aten::diag(Tensor self, int diagonal=0) -> Tensor", {.out = "diag.out"});
  table.add("aten::diagflat(Tensor self, int offset=0) -> Tensor", boxed<&diagflat>());
  table.add("aten::diag_embed(Tensor self, int offset=0, int dim1=-2, int dim2=-1) -> Tensor", boxed<&diag_embed>());
  table.derive(
      "aten::diag_embed.out(Tensor self, int offset=0, int dim1=-2, int dim2=-1, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::trace(Tensor self) -> Tensor", boxed<&trace>());
  table.derive("aten::trace.out(Tensor self, *, Tensor(a!) out) -> Tensor(a!)");
}
