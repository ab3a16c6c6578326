// A copy of a tensor with one of its views overwritten: select_scatter, slice_scatter, diagonal_scatter,
// as_strided_scatter; and fill_diagonal_.
#include <algorithm>

#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/shape/view.h"

namespace heddle::ops {
namespace {

using Optional = std::optional<int64_t>;

Status overwrite(const Tensor& view, const Tensor& src) {
  HEDDLE_REQUIRE(view.sizes() == src.sizes(),
                 "expected src to have a size equal to the slice of self. src size = ", to_text(src.sizes()),
                 ", slice size = ", to_text(view.sizes()));
  return copy_into(view, src);
}

Result<Tensor> select_scatter(const Tensor& self, const Tensor& src, int64_t dim, int64_t index, const Out& out) {
  const Tensor result = HEDDLE_TRY(clone(self));
  HEDDLE_TRY(overwrite(HEDDLE_TRY(select(result, dim, index)), src));
  return out.deliver(result);
}

Result<Tensor> slice_scatter(const Tensor& self, const Tensor& src, int64_t dim, Optional start, Optional end,
                             int64_t step, const Out& out) {
  const Tensor result = HEDDLE_TRY(clone(self));
  HEDDLE_TRY(overwrite(HEDDLE_TRY(slice(result, dim, start, end, step)), src));
  return out.deliver(result);
}

Result<Tensor> diagonal_scatter(const Tensor& self, const Tensor& src, int64_t offset, int64_t dim1, int64_t dim2,
                                const Out& out) {
  const Tensor result = HEDDLE_TRY(clone(self));
  HEDDLE_TRY(overwrite(HEDDLE_TRY(diagonal(result, offset, dim1, dim2)), src));
  return out.deliver(result);
}

Result<Tensor> as_strided_scatter(const Tensor& self, const Tensor& src, const Dims& sizes, const Dims& strides,
                                  Optional offset, const Out& out) {
  const Tensor result = HEDDLE_TRY(clone(self, MemoryFormat::kContiguous));
  HEDDLE_TRY(overwrite(HEDDLE_TRY(as_strided(result, sizes, strides, offset)), src));
  return out.deliver(result);
}

// With `wrap`, a tall matrix gets another diagonal below each, after one row that is left out.
Result<Tensor> fill_diagonal_(const Tensor& self, const Scalar& value, bool wrap) {
  HEDDLE_REQUIRE(self.dim() >= 2, "dimensions must larger than 1");
  const int64_t height = self.size(0);
  const int64_t width = self.size(1);
  int64_t stride = 0;
  int64_t shortest = height;
  for (int64_t i = 0; i < self.dim(); ++i) {
    HEDDLE_REQUIRE(self.dim() == 2 || self.size(i) == height, "all dimensions of input must be of equal length");
    stride += self.stride(i);
    shortest = std::min(shortest, self.size(i));
  }
  HEDDLE_TRY(fill(self.alias(Dims{shortest}, Dims{stride}, self.offset()), value));
  if (!wrap || self.dim() != 2) return self;
  for (int64_t row = width + 1; width > 0 && row < height; row += width + 1) {
    const int64_t length = std::min(height - row, width);
    HEDDLE_TRY(fill(self.alias(Dims{length}, Dims{stride}, self.offset() + row * self.stride(0)), value));
  }
  return self;
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(index_view_scatter) {
  using namespace heddle::ops;
  add_forms<&select_scatter>(table, "aten::select_scatter(Tensor self, Tensor src, int dim, int index) -> Tensor",
                             {.out = "select_scatter.out"});
  add_forms<&slice_scatter>(table,
                            "aten::slice_scatter(Tensor self, Tensor src, int dim=0, SymInt? start=None, SymInt? "
                            "end=None, SymInt step=1) -> Tensor",
                            {.out = "slice_scatter.out"});
  add_forms<&diagonal_scatter>(
      table, "aten::diagonal_scatter(Tensor self, Tensor src, int offset=0, int dim1=0, int dim2=1) -> Tensor",
      {.out = "diagonal_scatter.out"});
  add_forms<&as_strided_scatter>(
      table,
      "aten::as_strided_scatter(Tensor self, Tensor src, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) "
      "-> Tensor",
      {.out = "as_strided_scatter.out"});
  table.add("aten::fill_diagonal_(Tensor(a!) self, Scalar fill_value, bool wrap=False) -> Tensor(a!)",
            heddle::schema::boxed<&fill_diagonal_>());
}
