// x[...] and x[...] = y with tensors among the indices.
#include <algorithm>

#include "core/element.h"
#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/common/iterator.h"
#include "ops/common/overlap.h"
#include "ops/elementwise/select.h"
#include "ops/index/index.h"
#include "ops/index/transfer.h"

namespace heddle::ops {
namespace {

using Indices = std::vector<std::optional<Tensor>>;

// self in the shape of what is indexed, and where its elements are.
struct Selection {
  Tensor view;
  Tensor offsets;  // undefined when the selection is empty
};

Status too_many(const Tensor& self) {
  return error(ErrorCode::kIndex, "too many indices for tensor of dimension ", self.dim());
}

Status check_mask(const Tensor& self, const Tensor& mask, size_t first) {
  const auto rank = static_cast<size_t>(mask.dim());
  if (first + rank > self.sizes().size()) return too_many(self);
  const bool same = std::equal(mask.sizes().begin(), mask.sizes().end(), self.sizes().begin() + first);
  HEDDLE_REQUIRE_CODE(same, kIndex, "The shape of the mask ", to_text(mask.sizes()), " at index ", first,
                      " does not match the shape of the indexed tensor ", to_text(self.sizes()), " at index ", first);
  return ok_status();
}

// Indices as int64, one a dimension: a mask becomes as many of them as it has dimensions.
Result<Indices> plain_indices(const Tensor& self, std::span<const std::optional<Tensor>> indices) {
  Indices plain;
  for (const std::optional<Tensor>& index : indices) {
    if (!index || !index->defined()) {
      plain.emplace_back();
    } else if (index->dtype() == DType::kBool || index->dtype() == DType::kUInt8) {
      HEDDLE_TRY(check_mask(self, *index, plain.size()));
      // One without dimensions stands for none of self's, and selects nothing by itself.
      if (index->dim() == 0) continue;
      for (Tensor& column : HEDDLE_TRY(nonzero_columns(*index))) plain.emplace_back(std::move(column));
    } else {
      HEDDLE_REQUIRE_CODE(index->dtype() == DType::kInt64 || index->dtype() == DType::kInt32, kIndex,
                          "tensors used as indices must be long, int, byte or bool tensors, but got ",
                          dtype_name(index->dtype()));
      plain.emplace_back(HEDDLE_TRY(to_dtype(*index, DType::kInt64)));
    }
  }
  if (plain.size() > self.sizes().size()) return too_many(self);
  plain.resize(self.sizes().size());
  return plain;
}

Result<Dims> common_shape(const Indices& indices) {
  Dims shape;
  for (const auto& index : indices) {
    if (!index) continue;
    auto next = broadcast_sizes(shape, index->sizes());
    if (next.ok()) {
      shape = std::move(next).value();
      continue;
    }
    std::string shapes;
    for (const auto& each : indices) {
      if (each) shapes += concat(shapes.empty() ? "" : ", ", to_text(each->sizes()));
    }
    return error(ErrorCode::kIndex, "shape mismatch: indexing tensors could not be broadcast together with shapes ",
                 shapes);
  }
  return shape;
}

// Where the dimensions of the index tensors go: in the place of those they index where these are neighbours, else
// first.
size_t place_of_indices(const Indices& indices) {
  const auto defined = [](const auto& index) { return index.has_value(); };
  const auto first = std::find_if(indices.begin(), indices.end(), defined);
  const auto end_of_first = std::find_if_not(first, indices.end(), defined);
  const bool neighbours = std::none_of(end_of_first, indices.end(), defined);
  return neighbours ? static_cast<size_t>(first - indices.begin()) : 0;
}

Result<Selection> select(const Tensor& self, std::span<const std::optional<Tensor>> given) {
  if (given.size() > self.sizes().size()) return too_many(self);
  const Indices indices = HEDDLE_TRY(plain_indices(self, given));
  const Dims index_shape = HEDDLE_TRY(common_shape(indices));
  const size_t place = place_of_indices(indices);
  std::vector<IndexedDim> indexed;
  Dims sizes;
  Dims strides;
  bool placed = false;
  size_t after = 0;  // dimensions behind those of the index tensors
  const auto place_here = [&] {
    for (int64_t size : index_shape) {
      sizes.push_back(size);
      strides.push_back(0);
    }
    placed = true;
  };
  for (size_t i = 0; i < indices.size(); ++i) {
    if (!placed && i == place) place_here();
    const auto dim = static_cast<int64_t>(i);
    if (indices[i]) {
      indexed.push_back({*indices[i], dim, self.size(dim), byte_stride(self, dim)});
      continue;
    }
    sizes.push_back(self.size(dim));
    strides.push_back(self.stride(dim));
    after += placed;
  }
  if (!placed) place_here();
  Selection selection{self.alias(sizes, strides, self.offset()), {}};
  if (selection.view.numel() == 0 || indexed.empty()) return selection;
  const Tensor offsets = HEDDLE_TRY(byte_offsets(indexed, Negative::kWrap));
  Dims offset_sizes = offsets.sizes();
  Dims offset_strides = offsets.strides();
  offset_sizes.resize(offset_sizes.size() + after, 1);
  offset_strides.resize(offset_strides.size() + after, 0);
  selection.offsets = offsets.alias(offset_sizes, offset_strides, offsets.offset());
  return selection;
}

// The one mask among the indices, with the dimensions of self; undefined where they are something else.
Result<Tensor> only_mask(const Tensor& self, std::span<const std::optional<Tensor>> indices) {
  Tensor mask;
  int64_t dims = 0;
  for (const std::optional<Tensor>& index : indices) {
    if (!index || !index->defined()) {
      ++dims;
      continue;
    }
    if (mask.defined() || (index->dtype() != DType::kBool && index->dtype() != DType::kUInt8)) return Tensor();
    HEDDLE_TRY(check_mask(self, *index, static_cast<size_t>(dims)));
    mask = *index;
    dims += mask.dim();
  }
  if (!mask.defined() || dims > self.dim()) return Tensor();
  for (; dims < self.dim(); ++dims) mask = mask.unsqueeze(mask.dim());
  return mask;
}

Result<Tensor> index_tensor(const Tensor& self, const std::vector<std::optional<Tensor>>& indices, const Out& out) {
  return out.deliver(HEDDLE_TRY(index(self, indices)));
}

Result<Tensor> put(const Tensor& self, const std::vector<std::optional<Tensor>>& indices, const Tensor& values,
                   bool accumulate, const Out& out) {
  const Tensor target = HEDDLE_TRY(changed(self, out));
  HEDDLE_TRY(index_put(target, indices, values, accumulate));
  return deliver_changed(target, out);
}

Result<Tensor> put_impl(const Tensor& self, const std::vector<std::optional<Tensor>>& indices, const Tensor& values,
                        bool accumulate, bool, const Out& out) {
  return put(self, indices, values, accumulate, out);
}

}  // namespace

Result<Tensor> index(const Tensor& self, std::span<const std::optional<Tensor>> indices) {
  const Selection selection = HEDDLE_TRY(select(self, indices));
  if (!selection.offsets.defined()) {
    if (selection.view.numel() == 0) return Tensor::empty(selection.view.sizes(), self.dtype());
    return clone(self);
  }
  // This iterator only chooses the strides of the result.
  Iterator layout;
  layout.output(Out()).output_dtype(self.dtype()).plain_input(selection.view).plain_input(selection.offsets);
  HEDDLE_TRY(layout.build(Promote::kNone));
  HEDDLE_TRY(read_at(layout.result(), selection.view, selection.offsets));
  return layout.result();
}

Status index_put(const Tensor& self, std::span<const std::optional<Tensor>> indices, const Tensor& values,
                 bool accumulate) {
  // One value for all of a mask is converted to self's dtype, as masked_fill does it.
  if (values.numel() == 1 && !accumulate && indices.size() <= self.sizes().size()) {
    const Tensor mask = HEDDLE_TRY(only_mask(self, indices));
    if (mask.defined()) {
      HEDDLE_TRY(masked_fill(self, mask, load_single(values), Out::in_place(self)));
      return ok_status();
    }
  }
  HEDDLE_REQUIRE(values.dtype() == self.dtype(), "Index put requires the source and destination dtypes match, got ",
                 dtype_name(self.dtype()), " for the destination and ", dtype_name(values.dtype()), " for the source.");
  const Selection selection = HEDDLE_TRY(select(self, indices));
  const auto shape = broadcast_sizes(values.sizes(), selection.view.sizes());
  HEDDLE_REQUIRE(shape.ok() && shape.value() == selection.view.sizes(), "shape mismatch: value tensor of shape ",
                 to_text(values.sizes()), " cannot be broadcast to indexing result of shape ",
                 to_text(selection.view.sizes()));
  HEDDLE_TRY(check_no_overlap(self, values));
  if (selection.view.numel() == 0) return ok_status();
  const Tensor none = HEDDLE_TRY(zeros({}, DType::kInt64));
  return write_at(selection.view, values, selection.offsets.defined() ? selection.offsets : none,
                  accumulate ? Reduce::kAdd : Reduce::kAssign, "index_put");
}

Result<Tensor> changed(const Tensor& self, const Out& out, MemoryFormat format) {
  if (out.is_in_place()) return self;
  return clone(self, format);
}

Result<Tensor> deliver_changed(const Tensor& changed, const Out& out) {
  if (out.is_in_place()) return changed;
  return out.deliver(changed);
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(index_advanced) {
  using namespace heddle::ops;
  add_forms<&index_tensor>(table, "aten::index.Tensor(Tensor self, Tensor?[] indices) -> Tensor",
                           {.out = "index.Tensor_out"});
  add_forms<&index_tensor>(table, "aten::index.Tensor_hacked_twin(Tensor self, Tensor[] indices) -> Tensor");
  add_forms<&put>(table,
                  "aten::index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor",
                  {"index_put_", "index_put.out"});
  add_forms<&put>(
      table,
      "aten::index_put.hacked_twin(Tensor self, Tensor[] indices, Tensor values, bool accumulate=False) -> Tensor",
      {.in_place = "index_put_.hacked_twin"});
  add_forms<&put_impl>(table,
                       "aten::_index_put_impl(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False, "
                       "bool unsafe=False) -> Tensor",
                       {"_index_put_impl_", "_index_put_impl.out"});
  table.add(
      "aten::_index_put_impl_.hacked_twin(Tensor(a!) self, Tensor[] indices, Tensor values, bool accumulate=False, "
      "bool "
      "unsafe=False) -> Tensor(a!)",
      in_place<&put_impl>());
}
