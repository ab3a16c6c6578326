// The *_copy forms of views: the same values in memory of their own, in the view's order of dimensions.
#include <tuple>

#include "ops/common/copy.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Optional = std::optional<int64_t>;

Result<Tensor> copied(const Result<Tensor>& view) {
  if (!view.ok()) return view.status().clone();
  return clone(*view);
}
Result<std::vector<Tensor>> copied(const Result<std::vector<Tensor>>& views) {
  if (!views.ok()) return views.status().clone();
  std::vector<Tensor> copies;
  for (const Tensor& t : *views) copies.push_back(HEDDLE_TRY(clone(t, MemoryFormat::kContiguous)));
  return copies;
}

Result<Tensor> view_copy(const Tensor& t, const Dims& sizes) { return copied(view(t, sizes)); }
Result<Tensor> transpose_copy(const Tensor& t, int64_t a, int64_t b) { return copied(transpose(t, a, b)); }
Result<Tensor> t_copy(const Tensor& t) {
  HEDDLE_REQUIRE(t.dim() <= 2, "t() expects a tensor with <= 2 dimensions, but self is ", t.dim(), "D");
  return copied(transpose(t, 0, t.dim() < 2 ? 0 : 1));
}
Result<Tensor> permute_copy(const Tensor& t, const Dims& order) { return copied(permute(t, order)); }
Result<Tensor> select_copy(const Tensor& t, int64_t dim, int64_t index) { return copied(select(t, dim, index)); }
Result<Tensor> slice_copy(const Tensor& t, int64_t dim, Optional start, Optional end, int64_t step) {
  return copied(slice(t, dim, start, end, step));
}
Result<Tensor> narrow_copy(const Tensor& t, int64_t dim, int64_t start, int64_t length) {
  return copied(narrow(t, dim, start, length));
}
Result<Tensor> squeeze_copy(const Tensor& t) { return copied(Result<Tensor>(squeeze(t))); }
Result<Tensor> squeeze_dim_copy(const Tensor& t, int64_t dim) { return copied(squeeze(t, dim)); }
Result<Tensor> unsqueeze_copy(const Tensor& t, int64_t dim) { return copied(unsqueeze(t, dim)); }
Result<Tensor> expand_copy(const Tensor& t, const Dims& sizes, bool) { return copied(expand(t, sizes)); }
Result<Tensor> diagonal_copy(const Tensor& t, int64_t offset, int64_t dim1, int64_t dim2) {
  return copied(diagonal(t, offset, dim1, dim2));
}
Result<Tensor> unfold_copy(const Tensor& t, int64_t dim, int64_t size, int64_t step) {
  return copied(unfold(t, dim, size, step));
}
Result<Tensor> as_strided_copy(const Tensor& t, const Dims& sizes, const Dims& strides, Optional offset) {
  return copied(as_strided(t, sizes, strides, offset));
}
Result<Tensor> reshape_alias_copy(const Tensor& t, const Dims& sizes, const Dims& strides) {
  return copied(as_strided(t, sizes, strides, std::nullopt));
}
Result<Tensor> view_as_real_copy(const Tensor& t) { return copied(view_as_real(t)); }
Result<Tensor> view_as_complex_copy(const Tensor& t) { return copied(view_as_complex(t)); }
Result<std::vector<Tensor>> split_copy(const Tensor& t, int64_t size, int64_t dim) {
  return copied(split(t, size, dim));
}
Result<std::vector<Tensor>> split_sizes_copy(const Tensor& t, const Dims& sizes, int64_t dim) {
  return copied(split(t, sizes, dim));
}
Result<std::vector<Tensor>> unbind_copy(const Tensor& t, int64_t dim) { return copied(unbind(t, dim)); }

// "name(arguments) -> Tensor" and its out= form.
void add_copy(schema::TableBuilder& table, std::string_view name, std::string_view out, std::string_view arguments,
              schema::Kernel kernel) {
  table.add(concat("aten::", name, "(", arguments, ") -> Tensor"), kernel);
  const bool keywords = arguments.find("*, ") != std::string_view::npos;
  table.derive(concat("aten::", out, "(", arguments, keywords ? ", " : ", *, ", "Tensor(a!) out) -> Tensor(a!)"));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(view_copies) {
  using namespace heddle::ops;
  add_copy(table, "view_copy", "view_copy.out", "Tensor self, SymInt[] size", boxed<&view_copy>());
  add_copy(table, "transpose_copy.int", "transpose_copy.int_out", "Tensor self, int dim0, int dim1",
           boxed<&transpose_copy>());
  add_copy(table, "t_copy", "t_copy.out", "Tensor self", boxed<&t_copy>());
  add_copy(table, "permute_copy", "permute_copy.out", "Tensor self, int[] dims", boxed<&permute_copy>());
  add_copy(table, "select_copy.int", "select_copy.int_out", "Tensor self, int dim, int index", boxed<&select_copy>());
  add_copy(table, "slice_copy.Tensor", "slice_copy.Tensor_out",
           "Tensor self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1", boxed<&slice_copy>());
  add_copy(table, "narrow_copy", "narrow_copy.out", "Tensor self, int dim, SymInt start, SymInt length",
           boxed<&narrow_copy>());
  add_copy(table, "squeeze_copy", "squeeze_copy.out", "Tensor self", boxed<&squeeze_copy>());
  add_copy(table, "squeeze_copy.dim", "squeeze_copy.dim_out", "Tensor self, int dim", boxed<&squeeze_dim_copy>());
  add_copy(table, "unsqueeze_copy", "unsqueeze_copy.out", "Tensor self, int dim", boxed<&unsqueeze_copy>());
  add_copy(table, "expand_copy", "expand_copy.out", "Tensor self, SymInt[] size, *, bool implicit=False",
           boxed<&expand_copy>());
  add_copy(table, "diagonal_copy", "diagonal_copy.out", "Tensor self, int offset=0, int dim1=0, int dim2=1",
           boxed<&diagonal_copy>());
  add_copy(table, "unfold_copy", "unfold_copy.out", "Tensor self, int dimension, int size, int step",
           boxed<&unfold_copy>());
  add_copy(table, "as_strided_copy", "as_strided_copy.out",
           "Tensor self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None", boxed<&as_strided_copy>());
  add_copy(table, "_reshape_alias_copy", "_reshape_alias_copy.out", "Tensor self, SymInt[] size, SymInt[] stride",
           boxed<&reshape_alias_copy>());
  add_copy(table, "view_as_real_copy", "view_as_real_copy.out", "Tensor self", boxed<&view_as_real_copy>());
  add_copy(table, "view_as_complex_copy", "view_as_complex_copy.out", "Tensor self", boxed<&view_as_complex_copy>());
  table.add("aten::split_copy.Tensor(Tensor self, int split_size, int dim=0) -> Tensor[]", boxed<&split_copy>());
  table.add("aten::split_with_sizes_copy(Tensor self, int[] split_sizes, int dim=0) -> Tensor[]",
            boxed<&split_sizes_copy>());
  table.add("aten::unbind_copy.int(Tensor self, int dim=0) -> Tensor[]", boxed<&unbind_copy>());
}
