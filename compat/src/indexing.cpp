#include "heddle_torch/indexing.h"

#include "compat/src/call.h"
#include "compat/src/face.h"

namespace at {
HEDDLE_TORCH_BEGIN
using namespace heddle_torch;
using indexing::TensorIndex;

namespace indexing {
std::ostream& operator<<(std::ostream& out, const Slice& slice) {
  return out << slice.start().value_or(0) << ":" << slice.stop().value_or(INT64_MAX) << ":" << slice.step();
}
std::ostream& operator<<(std::ostream& out, const TensorIndex& index) {
  if (index.is_none()) return out << "None";
  if (index.is_ellipsis()) return out << "...";
  if (index.is_integer()) return out << index.integer();
  if (index.is_boolean()) return out << (index.boolean() ? "true" : "false");
  if (index.is_slice()) return out << index.slice();
  return out << index.tensor();
}
}  // namespace indexing

namespace {

// A view that integers, slices, None and the ellipsis give, and the tensors that index its dimensions.
struct Selection {
  Tensor view;
  c10::List<optional<Tensor>> tensors;
  bool has_tensors = false;
};

int64_t consumed_dimensions(ArrayRef<TensorIndex> indices) {
  int64_t count = 0;
  for (const TensorIndex& index : indices) {
    const bool is_mask =
        index.is_tensor() && (index.tensor().scalar_type() == kBool || index.tensor().scalar_type() == kByte);
    if (is_mask) {
      count += index.tensor().dim();
    } else {
      count += !index.is_none() && !index.is_ellipsis() && !index.is_boolean();
    }
  }
  return count;
}

void add_tensor(Selection& selection, int64_t& dim, const Tensor& tensor) {
  while (static_cast<int64_t>(selection.tensors.size()) < dim) selection.tensors.push_back(nullopt);
  selection.tensors.push_back(tensor);
  selection.has_tensors = true;
  const bool is_mask = tensor.scalar_type() == kBool || tensor.scalar_type() == kByte;
  for (int64_t extra = 1; is_mask && extra < tensor.dim(); ++extra) ++dim;
  ++dim;
}

Selection selected(const Tensor& self, ArrayRef<TensorIndex> indices) {
  heddle_torch::defined(self);
  const int64_t consumed = consumed_dimensions(indices);
  TORCH_CHECK_INDEX(consumed <= self.dim(), "too many indices for tensor of dimension ", self.dim());
  Selection selection{self, {}, false};
  int64_t dim = 0;
  bool zero_dimensional = false;
  for (const TensorIndex& index : indices) {
    if (index.is_integer()) {
      TORCH_CHECK_INDEX(selection.view.dim() > 0, "invalid index of a 0-dim tensor");
      selection.view = selection.view.select(dim, index.integer());
    } else if (index.is_slice()) {
      TORCH_CHECK_VALUE(index.slice().step() > 0, "step must be greater than zero");
      selection.view = selection.view.slice(dim++, index.slice().start(), index.slice().stop(), index.slice().step());
    } else if (index.is_ellipsis()) {
      dim += self.dim() - consumed;
    } else if (index.is_none()) {
      selection.view = selection.view.unsqueeze(dim++);
    } else if (index.is_boolean()) {
      selection.view = selection.view.unsqueeze(dim);
      add_tensor(selection, dim, at::full({1}, index.boolean(), kBool));
    } else if (index.tensor().dim() == 0 && isIntegralType(index.tensor().scalar_type(), false) &&
               index.tensor().scalar_type() != kByte) {
      selection.view = selection.view.select(dim, index.tensor().item<int64_t>());
    } else {
      zero_dimensional = index.tensor().dim() == 0;
      if (zero_dimensional) {
        selection.view = selection.view.unsqueeze(dim);
        add_tensor(selection, dim, index.tensor().reshape({1}));
      } else {
        add_tensor(selection, dim, index.tensor());
      }
    }
  }
  return selection;
}

}  // namespace

Tensor Tensor::index(ArrayRef<TensorIndex> indices) const {
  const Selection selection = selected(*this, indices);
  if (selection.has_tensors) return selection.view.index(selection.tensors);
  return selection.view.is_same(*this) ? selection.view.alias() : selection.view;
}
Tensor Tensor::index(std::initializer_list<TensorIndex> indices) const { return index(ArrayRef<TensorIndex>(indices)); }
Tensor Tensor::index(const c10::List<optional<Tensor>>& indices) const {
  static const Op op{"aten::index", "Tensor"};
  return Call(op).add(*this).add(indices).tensor();
}

Tensor& Tensor::index_put_(ArrayRef<TensorIndex> indices, const Tensor& values) {
  Selection selection = selected(*this, indices);
  if (selection.has_tensors) {
    selection.view.index_put_(selection.tensors, values.to(scalar_type()));
    return *this;
  }
  // As NumPy does, leading dimensions of one element may be too many.
  Tensor source = values;
  while (source.dim() > selection.view.dim() && source.size(0) == 1) source = source.squeeze(0);
  selection.view.copy_(source);
  return *this;
}
Tensor& Tensor::index_put_(ArrayRef<TensorIndex> indices, const Scalar& value) {
  Selection selection = selected(*this, indices);
  if (selection.has_tensors) {
    selection.view.index_put_(selection.tensors, at::full({}, value, options()));
  } else {
    selection.view.fill_(value);
  }
  return *this;
}
Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices, const Tensor& value) {
  return index_put_(ArrayRef<TensorIndex>(indices), value);
}
Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices, const Scalar& value) {
  return index_put_(ArrayRef<TensorIndex>(indices), value);
}
Tensor& Tensor::index_put_(const c10::List<optional<Tensor>>& indices, const Tensor& value, bool accumulate) {
  static const Op op{"aten::index_put_", ""};
  Call(op).add(*this).add(indices).add(value).add(accumulate).run();
  return *this;
}
Tensor Tensor::index_put(const c10::List<optional<Tensor>>& indices, const Tensor& value, bool accumulate) const {
  static const Op op{"aten::index_put", ""};
  return Call(op).add(*this).add(indices).add(value).add(accumulate).tensor();
}

Tensor Tensor::operator[](int64_t index) const { return select(0, index); }
Tensor Tensor::operator[](const Scalar& index) const {
  TORCH_CHECK_INDEX(index.isIntegral(false), "Can only index tensors with integral scalars");
  return select(0, index.toLong());
}
Tensor Tensor::operator[](const Tensor& index) const {
  TORCH_CHECK_INDEX(index.defined() && index.dim() == 0, "Can only index with tensors that are scalars (zero-dim)");
  return select(0, index.item<int64_t>());
}

HEDDLE_TORCH_END
}  // namespace at
