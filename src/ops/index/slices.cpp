// Writing whole slices of a dimension by number: index_add, index_copy, index_fill, index_reduce.
#include "core/element.h"
#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/common/overlap.h"
#include "ops/index/along.h"
#include "ops/index/index.h"
#include "ops/index/reduction.h"
#include "ops/index/transfer.h"

namespace heddle::ops {
namespace {

Result<Tensor> vector_index(std::string_view name, const Tensor& index) {
  HEDDLE_REQUIRE_CODE(index.dim() <= 1, kIndex, name, "(): Index is supposed to be a vector, but got shape ",
                      to_text(index.sizes()));
  return integer_index(name, index);
}

Status check_long(std::string_view name, const Tensor& index) {
  HEDDLE_REQUIRE_CODE(index.dtype() == DType::kInt64, kIndex, name, "(): Expected a long tensor for index, but got ",
                      dtype_name(index.dtype()));
  return ok_status();
}

Status check_source(std::string_view name, const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
  HEDDLE_REQUIRE(self.dtype() == source.dtype(), name, "(): self and source expected to have the same dtype, but got ",
                 dtype_name(self.dtype()), " and ", dtype_name(source.dtype()));
  if (source.dim() == 0) {
    HEDDLE_REQUIRE_CODE(index.numel() == 1, kIndex, name,
                        "(): When source is scalar, index should have one element (got ", index.numel(), ")");
  }
  HEDDLE_REQUIRE_CODE(self.dim() == source.dim() || source.dim() == 0 || self.dim() == 0, kIndex, name,
                      "(): When source and destination are not scalars, their dimensionality must match. Source ",
                      "dimensionality (", source.dim(), "), destination dimensionality (", self.dim(), ")");
  const int64_t slices = source.dim() == 0 ? 1 : source.size(dim);
  HEDDLE_REQUIRE_CODE(index.numel() == slices, kIndex, name, "(): Number of indices (", index.numel(),
                      ") should be equal to source.size(dim) (", slices, ")");
  for (int64_t i = 0; i < std::max(self.dim(), source.dim()); ++i) {
    const int64_t want = self.dim() == 0 ? 1 : self.size(i);
    const int64_t have = source.dim() == 0 ? 1 : source.size(i);
    HEDDLE_REQUIRE_CODE(i == dim || want == have, kIndex, name,
                        "(): Source/destination tensor must have same slice shapes. Destination shape: ",
                        to_text(self.sizes()), " and source shape: ", to_text(source.sizes()), " at dimension ", dim);
  }
  return ok_status();
}

Result<Tensor> write_slices(std::string_view name, const Tensor& self, int64_t dim, const Tensor& index,
                            const Tensor& source, const Reduction& reduction, const Out& out) {
  const int64_t along = HEDDLE_TRY(wrap_dim(dim, self.dim()));
  const Tensor numbers = HEDDLE_TRY(vector_index(name, index));
  HEDDLE_TRY(check_source(name, self, along, index, source));
  const Tensor target = HEDDLE_TRY(changed(self, out, MemoryFormat::kContiguous));
  HEDDLE_TRY(check_no_internal_overlap(target));
  HEDDLE_TRY(check_no_overlap(target, source));
  const Slices slices = HEDDLE_TRY(slices_of(target, along, numbers, Negative::kRefuse, concat(name, "(): ")));
  if (slices.view.numel() == 0) return deliver_changed(target, out);
  HEDDLE_TRY(reduce_at(target.dim() == 0 ? target.unsqueeze(0) : target, slices.view, source, slices.offsets, reduction,
                       name));
  return deliver_changed(target, out);
}

// source * alpha in the dtype of source, in which sums are made.
Result<Tensor> scaled(const Tensor& source, const Scalar& alpha) {
  if (alpha.is_integral_or_bool() && alpha.to_int() == 1) return source;
  const Tensor result = HEDDLE_TRY(clone(source));
  const Tensor factor = HEDDLE_TRY(Tensor::scalar(alpha, source.dtype()));
  const Tensor nowhere = HEDDLE_TRY(zeros({}, DType::kInt64));
  HEDDLE_TRY(write_at(result, factor, nowhere, Reduce::kMultiply, "index_add_"));
  return result;
}

Result<Tensor> index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                         const Scalar& alpha, const Out& out) {
  return write_slices("index_add_", self, dim, index, HEDDLE_TRY(scaled(source, alpha)), {Reduce::kAdd}, out);
}

Result<Tensor> index_copy(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source, const Out& out) {
  HEDDLE_TRY(check_long("index_copy_", index));
  return write_slices("index_copy_", self, dim, index, source, {Reduce::kAssign}, out);
}

Result<Tensor> index_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                            std::string_view reduce, bool include_self, const Out& out) {
  const Reduction reduction = HEDDLE_TRY(reduction_named(reduce, {"prod", "mean", "amax", "amin"}, include_self));
  return write_slices("index_reduce_", self, dim, index, source, reduction, out);
}

Result<Tensor> index_fill_number(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value,
                                 const Out& out) {
  const int64_t along = HEDDLE_TRY(wrap_dim(dim, self.dim()));
  const Tensor numbers = HEDDLE_TRY(vector_index("index_fill_", index));
  HEDDLE_TRY(check_long("index_fill_", index));
  HEDDLE_REQUIRE(is_complex(self.dtype()) || !value.is_complex(),
                 "index_fill_(): Converting complex Scalar to non-complex type is not supported");
  const Tensor filling = HEDDLE_TRY(Tensor::scalar(value, self.dtype()));
  const Tensor target = HEDDLE_TRY(changed(self, out));
  const Slices slices = HEDDLE_TRY(slices_of(target, along, numbers, Negative::kWrap));
  if (slices.view.numel()) {
    HEDDLE_TRY(write_at(slices.view, filling, slices.offsets, Reduce::kAssign, "index_fill_"));
  }
  return deliver_changed(target, out);
}

Result<Tensor> index_fill_tensor(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value,
                                 const Out& out) {
  HEDDLE_REQUIRE(value.dim() == 0, "index_fill_ only supports a 0-dimensional value tensor, but got tensor with ",
                 value.dim(), " dimension(s).");
  return index_fill_number(self, dim, index, load_single(value), out);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(index_slices) {
  using namespace heddle::ops;
  add_forms<&index_add>(
      table, "aten::index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor",
      {"index_add_", "index_add.out"});
  add_forms<&index_copy>(table, "aten::index_copy(Tensor self, int dim, Tensor index, Tensor source) -> Tensor",
                         {"index_copy_", "index_copy.out"});
  add_forms<&index_reduce>(
      table,
      "aten::index_reduce(Tensor self, int dim, Tensor index, Tensor source, str reduce, *, bool include_self=True) -> "
      "Tensor",
      {"index_reduce_", "index_reduce.out"});
  add_forms<&index_fill_number>(
      table, "aten::index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor",
      {"index_fill_.int_Scalar", "index_fill.int_Scalar_out"});
  add_forms<&index_fill_tensor>(
      table, "aten::index_fill.int_Tensor(Tensor self, int dim, Tensor index, Tensor value) -> Tensor",
      {"index_fill_.int_Tensor", "index_fill.int_Tensor_out"});
}
