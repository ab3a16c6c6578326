// Reading along one dimension: index_select, gather, take, take_along_dim.
#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/index/along.h"
#include "ops/index/index.h"
#include "ops/index/transfer.h"

namespace heddle::ops {
namespace {

Result<Tensor> index_select_form(const Tensor& self, int64_t dim, const Tensor& index, const Out& out) {
  HEDDLE_REQUIRE(!out.given() || out.tensor().dtype() == self.dtype(),
                 "index_select(): self and result must have the same scalar type");
  return out.deliver(HEDDLE_TRY(index_select(self, dim, index)));
}

Result<Tensor> gather_form(const Tensor& self, int64_t dim, const Tensor& index, bool, const Out& out) {
  return out.deliver(HEDDLE_TRY(gather(self, dim, index)));
}

Result<Tensor> take_form(const Tensor& self, const Tensor& index, const Out& out) {
  return out.deliver(HEDDLE_TRY(take(self, index)));
}

Result<Tensor> flat(const Tensor& t) { return HEDDLE_TRY(contiguous(t)).view_contiguous(Dims{t.numel()}); }

Result<Tensor> take_along_dim(const Tensor& self, const Tensor& indices, std::optional<int64_t> along, const Out& out) {
  if (!along) return out.deliver(HEDDLE_TRY(gather(HEDDLE_TRY(flat(self)), 0, HEDDLE_TRY(flat(indices)))));
  HEDDLE_REQUIRE(self.dim() == indices.dim(),
                 "torch.take_along_dim(): input and indices should have the same number of dimensions, but got ",
                 self.dim(), " dimensions for input, and ", indices.dim(), " dimensions for indices");
  const int64_t dim = HEDDLE_TRY(wrap_dim(*along, self.dim()));
  Dims self_sizes = self.sizes();
  Dims index_sizes = indices.sizes();
  for (size_t i = 0; i < self_sizes.size(); ++i) {
    if (static_cast<int64_t>(i) == dim) continue;
    const Dims common = HEDDLE_TRY(broadcast_sizes(Dims{self_sizes[i]}, Dims{index_sizes[i]}));
    self_sizes[i] = index_sizes[i] = common[0];
  }
  const Tensor from = expanded(self, self_sizes);
  return out.deliver(HEDDLE_TRY(gather(from, dim, expanded(indices, index_sizes))));
}

Result<Tensor> put(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate, const Out& out) {
  HEDDLE_REQUIRE(index.dtype() == DType::kInt64, "put_(): Expected a long tensor for index, but got ",
                 dtype_name(index.dtype()));
  HEDDLE_REQUIRE(self.dtype() == source.dtype(), "put_(): self and source expected to have the same dtype, but got ",
                 "self.dtype = ", dtype_name(self.dtype()), " and source.dtype = ", dtype_name(source.dtype()));
  HEDDLE_REQUIRE(index.numel() == source.numel(),
                 "put_(): Expected source and index to have the same number of elements, but got source.numel() = ",
                 source.numel(), ", index.numel() = ", index.numel());
  HEDDLE_REQUIRE_CODE(self.numel() != 0 || index.numel() == 0, kIndex, "put_(): cannot put into an empty tensor");
  const Tensor target = HEDDLE_TRY(changed(self, out));
  if (index.numel() == 0) return deliver_changed(target, out);
  const Tensor ordered = HEDDLE_TRY(contiguous(target));
  const IndexedDim all{HEDDLE_TRY(flat(index)), 0, self.numel(), element_size(self.dtype())};
  const Tensor offsets = HEDDLE_TRY(byte_offsets({&all, 1}, Negative::kWrap, "put_(): "));
  const Tensor view = ordered.alias(offsets.sizes(), Dims{0}, ordered.offset());
  const Tensor values = HEDDLE_TRY(flat(source));
  HEDDLE_TRY(write_at(view, values, offsets, accumulate ? Reduce::kAdd : Reduce::kAssign, "put_"));
  if (!ordered.is_same(target)) HEDDLE_TRY(copy_into(target, ordered));
  return deliver_changed(target, out);
}

}  // namespace

Result<Tensor> index_select(const Tensor& self, int64_t dim, const Tensor& index) {
  HEDDLE_REQUIRE_CODE(index.dim() <= 1, kIndex, "index_select(): Index is supposed to be a vector, but got shape ",
                      to_text(index.sizes()));
  const Tensor numbers = HEDDLE_TRY(integer_index("index_select", index));
  const int64_t along = HEDDLE_TRY(wrap_dim(dim, self.dim()));
  HEDDLE_REQUIRE_CODE(self.dim() > 0 || index.numel() == 1, kIndex,
                      "index_select(): Index to scalar can have only 1 value, got ", index.numel(), " value(s)");
  const Slices slices = HEDDLE_TRY(slices_of(self, along, numbers, Negative::kRefuse, "index out of range in self: "));
  const Tensor result = HEDDLE_TRY(Tensor::empty(slices.view.sizes(), self.dtype()));
  if (result.numel()) HEDDLE_TRY(read_at(result, slices.view, slices.offsets));
  return result.dim() == self.dim() ? result : result.view_contiguous({});
}

Result<Tensor> gather(const Tensor& self, int64_t dim, const Tensor& index) {
  const int64_t along = HEDDLE_TRY(wrap_dim(dim, self.dim()));
  const Tensor result = HEDDLE_TRY(Tensor::empty(index.sizes(), self.dtype()));
  if (index.numel() == 0) return result;
  const Lines lines = HEDDLE_TRY(lines_of("gather", self, along, index));
  HEDDLE_TRY(read_at(result, lines.view, lines.indexed.index, lines.indexed.stride));
  return result;
}

Result<Tensor> take(const Tensor& self, const Tensor& index) {
  HEDDLE_REQUIRE(index.dtype() == DType::kInt64, "take(): Expected a long tensor for index, but got ",
                 dtype_name(index.dtype()));
  const Tensor numbers = HEDDLE_TRY(integer_index("take", index));
  HEDDLE_REQUIRE_CODE(self.numel() != 0 || index.numel() == 0, kIndex, "take(): tried to take from an empty tensor");
  const Tensor result = HEDDLE_TRY(Tensor::empty(index.sizes(), self.dtype()));
  if (index.numel() == 0) return result;
  const Tensor from = HEDDLE_TRY(contiguous(self));
  const IndexedDim all{numbers, 0, self.numel(), element_size(self.dtype())};
  const Tensor offsets = HEDDLE_TRY(byte_offsets({&all, 1}, Negative::kWrap, "out of range: "));
  Dims strides(index.sizes().size(), 0);
  HEDDLE_TRY(read_at(result, from.alias(index.sizes(), strides, from.offset()), offsets));
  return result;
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(index_gather) {
  using namespace heddle::ops;
  add_forms<&index_select_form>(table, "aten::index_select(Tensor self, int dim, Tensor index) -> Tensor",
                                {.out = "index_select.out"});
  add_forms<&gather_form>(table,
                          "aten::gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor",
                          {.out = "gather.out"});
  add_forms<&take_form>(table, "aten::take(Tensor self, Tensor index) -> Tensor", {.out = "take.out"});
  add_forms<&take_along_dim>(table, "aten::take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor",
                             {.out = "take_along_dim.out"});
  add_forms<&put>(table, "aten::put(Tensor self, Tensor index, Tensor source, bool accumulate=False) -> Tensor",
                  {"put_", "put.out"});
}
