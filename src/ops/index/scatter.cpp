// Writing along one dimension, an element for each index: scatter, scatter_add, scatter_reduce.
#include <array>

#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/common/overlap.h"
#include "ops/index/along.h"
#include "ops/index/index.h"
#include "ops/index/reduction.h"
#include "ops/index/transfer.h"

namespace heddle::ops {
namespace {

// The part of src that has an index.
Result<Tensor> values_of(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  HEDDLE_REQUIRE(self.dtype() == src.dtype(), "scatter(): Expected self.dtype to be equal to src.dtype");
  HEDDLE_REQUIRE(std::max<int64_t>(index.dim(), 1) == std::max<int64_t>(src.dim(), 1),
                 "Index tensor must have the same number of dimensions as src tensor");
  const Tensor values = src.dim() == 0 && index.dim() == 1 ? src.unsqueeze(0) : src;
  Dims strides = values.strides();
  strides.resize(index.sizes().size());
  for (int64_t i = 0; i < index.dim(); ++i) {
    HEDDLE_REQUIRE(index.size(i) <= values.size(i), "Expected index ", to_text(index.sizes()),
                   " to be smaller than self ", to_text(self.sizes()), " apart from dimension ", dim,
                   " and to be smaller size than src ", to_text(src.sizes()));
  }
  HEDDLE_REQUIRE(index.dim() > 0 || src.numel() > 0, "scatter(): src is empty, but index is not");
  return values.alias(index.sizes(), strides, values.offset());
}

// Values are broadcast to the index or have its shape.
Result<Tensor> scatter_values(const Tensor& self, int64_t along, const Tensor& index, const Tensor& values,
                              const Reduction& reduction, const Out& out) {
  const Tensor target = HEDDLE_TRY(changed(self, out, MemoryFormat::kContiguous));
  HEDDLE_TRY(check_no_internal_overlap(target));
  HEDDLE_TRY(check_no_overlap(target, values));
  HEDDLE_TRY(check_no_overlap(target, index));
  const Lines lines = HEDDLE_TRY(lines_of("scatter", target, along, index));
  const IndexedDim& indexed = lines.indexed;
  if (reduction.include_self && !reduction.mean) {
    HEDDLE_TRY(write_at(lines.view, values, indexed.index, reduction.reduce, "scatter", indexed.stride));
  } else {
    const Tensor offsets = HEDDLE_TRY(byte_offsets({&indexed, 1}, Negative::kRefuse));
    HEDDLE_TRY(reduce_at(target, lines.view, values, offsets, reduction, "scatter"));
  }
  return deliver_changed(target, out);
}

Result<Tensor> unchanged(const Tensor& self, const Out& out) {
  return deliver_changed(HEDDLE_TRY(changed(self, out, MemoryFormat::kContiguous)), out);
}

Result<Tensor> scatter_tensor(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                              const Reduction& reduction, const Out& out) {
  const int64_t along = HEDDLE_TRY(wrap_dim(dim, self.dim()));
  if (index.numel() == 0) return unchanged(self, out);
  const Tensor values = HEDDLE_TRY(values_of(self, along, index, src));
  return scatter_values(self, along, index, values, reduction, out);
}

Result<Tensor> scatter_number(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value,
                              const Reduction& reduction, const Out& out) {
  const int64_t along = HEDDLE_TRY(wrap_dim(dim, self.dim()));
  if (index.numel() == 0) return unchanged(self, out);
  const Tensor values = HEDDLE_TRY(Tensor::scalar(value, self.dtype()));
  return scatter_values(self, along, index, values, reduction, out);
}

Result<Reduction> add_or_multiply(std::string_view name) {
  if (name == "add") return Reduction{Reduce::kAdd};
  if (name == "multiply") return Reduction{Reduce::kMultiply};
  return invalid("reduce argument must be either add or multiply, but got ", quoted(name));
}

Result<Tensor> scatter_src(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, const Out& out) {
  return scatter_tensor(self, dim, index, src, {Reduce::kAssign}, out);
}
Result<Tensor> scatter_value(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value,
                             const Out& out) {
  return scatter_number(self, dim, index, value, {Reduce::kAssign}, out);
}
Result<Tensor> scatter_src_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                                  std::string_view reduce, const Out& out) {
  return scatter_tensor(self, dim, index, src, HEDDLE_TRY(add_or_multiply(reduce)), out);
}
Result<Tensor> scatter_value_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value,
                                    std::string_view reduce, const Out& out) {
  return scatter_number(self, dim, index, value, HEDDLE_TRY(add_or_multiply(reduce)), out);
}
Result<Tensor> scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, const Out& out) {
  return scatter_tensor(self, dim, index, src, {Reduce::kAdd}, out);
}
Result<Tensor> scatter_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                              std::string_view reduce, bool include_self, const Out& out) {
  const Reduction reduction =
      HEDDLE_TRY(reduction_named(reduce, {"sum", "prod", "mean", "amax", "amin"}, include_self));
  return scatter_tensor(self, dim, index, src, reduction, out);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(index_scatter) {
  using namespace heddle::ops;
  add_forms<&scatter_src>(table, "aten::scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor",
                          {"scatter_.src", "scatter.src_out"});
  add_forms<&scatter_value>(table, "aten::scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor",
                            {"scatter_.value", "scatter.value_out"});
  add_forms<&scatter_src_reduce>(
      table, "aten::scatter.reduce(Tensor self, int dim, Tensor index, Tensor src, *, str reduce) -> Tensor",
      {"scatter_.reduce", "scatter.reduce_out"});
  add_forms<&scatter_value_reduce>(
      table, "aten::scatter.value_reduce(Tensor self, int dim, Tensor index, Scalar value, *, str reduce) -> Tensor",
      {"scatter_.value_reduce", "scatter.value_reduce_out"});
  add_forms<&scatter_add>(table, "aten::scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor",
                          {"scatter_add_", "scatter_add.out"});
  add_forms<&scatter_reduce>(
      table,
      "aten::scatter_reduce.two(Tensor self, int dim, Tensor index, Tensor src, str reduce, *, bool "
      "include_self=True) -> Tensor",
      {"scatter_reduce_.two", "scatter_reduce.two_out"});
}
