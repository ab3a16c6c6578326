#include "ops/shape/join.h"

#include <algorithm>

#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/common/overlap.h"
#include "ops/common/promotion.h"
#include "ops/common/resize.h"
#include "ops/shape/view.h"

namespace heddle::ops {
namespace {

// cat once took any empty tensor of one dimension as neutral, and still does.
bool is_skipped(const Tensor& t) { return t.dim() == 1 && t.size(0) == 0; }

// Channels-last when all are.
MemoryFormat common_format(const std::vector<Tensor>& tensors) {
  std::optional<MemoryFormat> format;
  for (const Tensor& t : tensors) {
    const MemoryFormat own = t.suggested_format();
    if (format && *format != own) return MemoryFormat::kContiguous;
    format = own;
  }
  return format.value_or(MemoryFormat::kContiguous);
}

Result<Tensor> cat_output(const Dims& sizes, DType dtype, MemoryFormat format, const Out& out) {
  if (!out.given()) return Tensor::empty(sizes, dtype, format);
  const Tensor& t = out.tensor();
  HEDDLE_TRY(check_can_cast(dtype, t.dtype()));
  if (!(t.sizes() == sizes)) HEDDLE_TRY(resize_strided(t, sizes, contiguous_strides(sizes, format)));
  return t;
}

Result<Tensor> cat_kernel(const std::vector<Tensor>& tensors, int64_t dim, const Out& out) {
  return cat(tensors, dim, out);
}
Result<Tensor> stack_kernel(const std::vector<Tensor>& tensors, int64_t dim, const Out& out) {
  return stack(tensors, dim, out);
}

template <Result<Tensor> (*at_least)(const Tensor&)>
Result<std::vector<Tensor>> each_at_least(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> result;
  for (const Tensor& t : tensors) result.push_back(HEDDLE_TRY(at_least(t)));
  return result;
}
Result<Tensor> at_least_1d(const Tensor& t) { return t.dim() == 0 ? reshape(t, Dims{1}) : t; }
Result<Tensor> at_least_2d(const Tensor& t) {
  if (t.dim() == 0) return reshape(t, Dims{1, 1});
  return t.dim() == 1 ? unsqueeze(t, 0) : t;
}
Result<Tensor> at_least_3d(const Tensor& t) {
  if (t.dim() == 0) return reshape(t, Dims{1, 1, 1});
  if (t.dim() == 1) return unsqueeze(HEDDLE_TRY(unsqueeze(t, 0)), -1);
  return t.dim() == 2 ? unsqueeze(t, -1) : t;
}

Result<Tensor> hstack(const std::vector<Tensor>& tensors, const Out& out) {
  HEDDLE_REQUIRE(!tensors.empty(), "hstack expects a non-empty TensorList");
  const std::vector<Tensor> parts = HEDDLE_TRY(each_at_least<at_least_1d>(tensors));
  return cat(parts, parts[0].dim() == 1 ? 0 : 1, out);
}
Result<Tensor> vstack(const std::vector<Tensor>& tensors, const Out& out) {
  HEDDLE_REQUIRE(!tensors.empty(), "vstack expects a non-empty TensorList");
  return cat(HEDDLE_TRY(each_at_least<at_least_2d>(tensors)), 0, out);
}
Result<Tensor> dstack(const std::vector<Tensor>& tensors, const Out& out) {
  HEDDLE_REQUIRE(!tensors.empty(), "dstack expects a non-empty TensorList");
  return cat(HEDDLE_TRY(each_at_least<at_least_3d>(tensors)), 2, out);
}
Result<Tensor> column_stack(const std::vector<Tensor>& tensors, const Out& out) {
  HEDDLE_REQUIRE(!tensors.empty(), "column_stack expects a non-empty TensorList");
  std::vector<Tensor> columns;
  for (const Tensor& t : tensors) columns.push_back(t.dim() <= 1 ? HEDDLE_TRY(reshape(t, Dims{t.numel(), 1})) : t);
  return hstack(columns, out);
}
Result<Tensor> block_diag(const std::vector<Tensor>& tensors) {
  ResultType type;
  Dims total(2, 0);
  std::vector<Tensor> blocks;
  for (const Tensor& t : tensors) {
    HEDDLE_REQUIRE(t.dim() <= 2, "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input ",
                   blocks.size(), " has ", t.dim(), " dimensions");
    type.add(t);
    blocks.push_back(HEDDLE_TRY(at_least_2d(t)));
    total[0] += blocks.back().size(0);
    total[1] += blocks.back().size(1);
  }
  if (blocks.empty()) return Tensor::empty(Dims{1, 0}, kDefaultDType);
  const auto dtype = type.result();
  HEDDLE_REQUIRE(dtype, "block_diag: the tensors have no common dtype");
  const Tensor result = HEDDLE_TRY(zeros(total, *dtype));
  int64_t row = 0;
  int64_t column = 0;
  for (const Tensor& block : blocks) {
    HEDDLE_TRY(copy_into(result.narrow(0, row, block.size(0)).narrow(1, column, block.size(1)), block));
    row += block.size(0);
    column += block.size(1);
  }
  return result;
}

}  // namespace

Result<Tensor> cat(const std::vector<Tensor>& tensors, int64_t dim, const Out& out) {
  HEDDLE_REQUIRE(!tensors.empty(), "torch.cat(): expected a non-empty list of Tensors");
  const Tensor* first = nullptr;
  for (size_t i = 0; i < tensors.size(); ++i) {
    HEDDLE_REQUIRE(tensors[i].dim() > 0, "zero-dimensional tensor (at position ", i, ") cannot be concatenated");
    if (!first && !is_skipped(tensors[i])) first = &tensors[i];
  }
  const DType dtype = HEDDLE_TRY(result_type(tensors));
  const MemoryFormat format = common_format(tensors);
  if (!first) {
    HEDDLE_TRY(wrap_dim(dim, 1));
    return cat_output(Dims{0}, dtype, MemoryFormat::kContiguous, out);
  }
  const int64_t d = HEDDLE_TRY(wrap_dim(dim, first->dim()));
  Dims sizes = first->sizes();
  int64_t total = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& t = tensors[i];
    if (is_skipped(t)) continue;
    HEDDLE_REQUIRE(t.dim() == first->dim(), "Tensors must have same number of dimensions: got ", first->dim(), " and ",
                   t.dim());
    for (int64_t k = 0; k < t.dim(); ++k) {
      HEDDLE_REQUIRE(k == d || t.size(k) == first->size(k), "Sizes of tensors must match except in dimension ", d,
                     ". Expected size ", first->size(k), " but got size ", t.size(k), " for tensor number ", i,
                     " in the list.");
    }
    total += t.size(d);
  }
  sizes[static_cast<size_t>(d)] = total;
  if (out.given()) {
    HEDDLE_TRY(check_no_internal_overlap(out.tensor()));
    for (const Tensor& t : tensors) HEDDLE_TRY(check_no_overlap(out.tensor(), t));
  }
  const Tensor result = HEDDLE_TRY(cat_output(sizes, dtype, format, out));
  int64_t at = 0;
  for (const Tensor& t : tensors) {
    if (is_skipped(t)) continue;
    HEDDLE_TRY(copy_into(result.narrow(d, at, t.size(d)), t));
    at += t.size(d);
  }
  return result;
}

Result<Tensor> stack(const std::vector<Tensor>& tensors, int64_t dim, const Out& out) {
  HEDDLE_REQUIRE(!tensors.empty(), "stack expects a non-empty TensorList");
  const int64_t d = HEDDLE_TRY(wrap_dim(dim, tensors[0].dim() + 1));
  for (size_t i = 0; i < tensors.size(); ++i) {
    HEDDLE_REQUIRE(tensors[i].sizes() == tensors[0].sizes(), "stack expects each tensor to be equal size, but got ",
                   to_text(tensors[0].sizes()), " at entry 0 and ", to_text(tensors[i].sizes()), " at entry ", i);
  }
  Dims sizes = tensors[0].sizes();
  sizes.insert(static_cast<size_t>(d), static_cast<int64_t>(tensors.size()));
  // The result is contiguous whatever the parts are, which cat alone would not make it.
  const Tensor result = HEDDLE_TRY(cat_output(sizes, HEDDLE_TRY(result_type(tensors)), MemoryFormat::kContiguous, out));
  if (out.given()) {
    for (const Tensor& t : tensors) HEDDLE_TRY(check_no_overlap(result, t));
  }
  for (size_t i = 0; i < tensors.size(); ++i) {
    HEDDLE_TRY(copy_into(result.select(d, static_cast<int64_t>(i)), tensors[i]));
  }
  return result;
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(join) {
  using namespace heddle::ops;
  for (const std::string name : {"cat", "concat", "concatenate"}) {
    add_forms<&cat_kernel>(table, concat("aten::", name, "(Tensor[] tensors, int dim=0) -> Tensor"),
                           {.out = name + ".out"});
  }
  for (const std::string name : {"stack", "_stack"}) {
    add_forms<&stack_kernel>(table, concat("aten::", name, "(Tensor[] tensors, int dim=0) -> Tensor"),
                             {.out = name + ".out"});
  }
  add_forms<&hstack>(table, "aten::hstack(Tensor[] tensors) -> Tensor", {.out = "hstack.out"});
  add_forms<&vstack>(table, "aten::vstack(Tensor[] tensors) -> Tensor", {.out = "vstack.out"});
  add_forms<&vstack>(table, "aten::row_stack(Tensor[] tensors) -> Tensor", {.out = "row_stack.out"});
  add_forms<&dstack>(table, "aten::dstack(Tensor[] tensors) -> Tensor", {.out = "dstack.out"});
  add_forms<&column_stack>(table, "aten::column_stack(Tensor[] tensors) -> Tensor", {.out = "column_stack.out"});
  table.add("aten::block_diag(Tensor[] tensors) -> Tensor", heddle::schema::boxed<&block_diag>());
  table.derive("aten::block_diag.out(Tensor[] tensors, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::atleast_1d(Tensor(a) self) -> Tensor(a)", heddle::schema::boxed<&at_least_1d>());
  table.add("aten::atleast_2d(Tensor(a) self) -> Tensor(a)", heddle::schema::boxed<&at_least_2d>());
  table.add("aten::atleast_3d(Tensor(a) self) -> Tensor(a)", heddle::schema::boxed<&at_least_3d>());
  table.add("aten::atleast_1d.Sequence(Tensor(a)[] tensors) -> Tensor(a)[]",
            heddle::schema::boxed<&each_at_least<at_least_1d>>());
  table.add("aten::atleast_2d.Sequence(Tensor(a)[] tensors) -> Tensor(a)[]",
            heddle::schema::boxed<&each_at_least<at_least_2d>>());
  table.add("aten::atleast_3d.Sequence(Tensor(a)[] tensors) -> Tensor(a)[]",
            heddle::schema::boxed<&each_at_least<at_least_3d>>());
}
