#include "ops/linalg/matmul.h"

#include <numeric>

#include "ops/common/copy.h"
#include "ops/linalg/apart.h"
#include "ops/linalg/mm.h"
#include "ops/linalg/operators.h"
#include "ops/linalg/product.h"
#include "ops/shape/view.h"

namespace heddle::ops {
namespace {

int64_t product(std::span<const int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t{1}, std::multiplies<>());
}

// The tensor as a matrix of its last dimension; a view where its strides allow.
Result<Tensor> rows_of(const Tensor& t) {
  if (t.dim() == 2) return t;
  const int64_t columns = t.sizes().back();
  const int64_t rows = product(std::span(t.sizes().begin(), t.sizes().end() - 1));
  // Leading dimensions that follow each other in memory make one.
  int64_t row_stride = 0;
  int64_t covered = 1;
  bool is_view = true;
  for (int64_t d = t.dim() - 1; d-- > 0;) {
    if (t.size(d) == 1) continue;
    if (covered == 1) row_stride = t.stride(d);
    is_view &= t.stride(d) == row_stride * covered;
    covered *= t.size(d);
  }
  // Rows that lie on one another are no matrix with a leading dimension.
  is_view &= row_stride != 0 || covered == 1;
  if (!is_view || t.numel() == 0) return HEDDLE_TRY(contiguous(t)).view_contiguous(Dims{rows, columns});
  return t.alias(Dims{rows, columns}, Dims{std::max<int64_t>(row_stride, 1), t.stride(t.dim() - 1)}, t.offset());
}

// Broadcast over the batch: a [b.., m, k], b [b.., k, n] as three-dimensional tensors. A tensor repeated over the whole
// batch stays a view of one matrix.
Result<Tensor> as_batch(const Tensor& t, std::span<const int64_t> batch) {
  Dims sizes = Dims(batch);
  sizes.push_back(t.size(t.dim() - 2));
  sizes.push_back(t.size(t.dim() - 1));
  const Dims strides = broadcast_strides(t.sizes(), t.strides(), sizes);
  const Tensor expanded = t.alias(sizes, strides, t.offset());
  const Dims flat = {product(batch), sizes[batch.size()], sizes[batch.size() + 1]};
  if (batch.size() == 1) return expanded;
  int64_t stride = 0;
  int64_t covered = 1;
  bool is_view = true;
  for (size_t d = batch.size(); d-- > 0;) {
    if (sizes[d] == 1) continue;
    if (covered == 1) stride = strides[d];
    is_view &= strides[d] == stride * covered;
    covered *= sizes[d];
  }
  if (is_view) return expanded.alias(flat, Dims{stride, strides[batch.size()], strides[batch.size() + 1]}, t.offset());
  return HEDDLE_TRY(contiguous(expanded)).view_contiguous(flat);
}

// [..., m, k] [k, n]: one product of all rows.
Result<Tensor> folded(const Tensor& a, const Tensor& b) {
  const Tensor rows = HEDDLE_TRY(rows_of(a));
  Dims sizes = a.sizes();
  sizes.back() = b.size(1);
  const Tensor result = HEDDLE_TRY(mm(rows, b));
  return result.view_contiguous(sizes);
}

Result<Tensor> batched(const Tensor& a, const Tensor& b) {
  const std::span<const int64_t> batch_a(a.sizes().begin(), a.sizes().end() - 2);
  const std::span<const int64_t> batch_b(b.sizes().begin(), b.sizes().end() - 2);
  const Dims batch = HEDDLE_TRY(broadcast_sizes(batch_a, batch_b));
  Dims sizes = batch;
  sizes.push_back(a.size(a.dim() - 2));
  sizes.push_back(b.size(b.dim() - 1));
  const Tensor left = HEDDLE_TRY(as_batch(a, batch));
  const Tensor right = HEDDLE_TRY(as_batch(b, batch));
  const Tensor result = HEDDLE_TRY(bmm(left, right));
  return result.view_contiguous(sizes);
}

Result<Tensor> matmul_values(const Tensor& a, const Tensor& b) {
  HEDDLE_REQUIRE(a.dim() > 0 && b.dim() > 0, "both arguments to matmul need to be at least 1D, but they are ", a.dim(),
                 "D and ", b.dim(), "D");
  if (a.dim() == 1 && b.dim() == 1) return dot(a, b);
  if (b.dim() == 1) {
    if (a.dim() == 2) return mv(a, b);
    const Tensor column = HEDDLE_TRY(folded(a, b.unsqueeze(1)));
    return column.select(column.dim() - 1, 0);
  }
  if (a.dim() == 1) {
    const Tensor row = HEDDLE_TRY(matmul_values(a.unsqueeze(0), b));
    return row.dim() == 2 ? row.select(0, 0) : contiguous(row.select(row.dim() - 2, 0));
  }
  if (a.dim() == 2 && b.dim() == 2) return mm(a, b);
  if (b.dim() == 2) return folded(a, b);
  return batched(a, b);
}

Result<Tensor> inner(const Tensor& self, const Tensor& other, const Out& out) {
  if (self.dim() == 0 || other.dim() == 0) {
    // Numbers: a product of every element.
    const Tensor& values = self.dim() == 0 ? other : self;
    const Tensor& number = self.dim() == 0 ? self : other;
    HEDDLE_REQUIRE(self.dtype() == other.dtype(), "expected scalar type ", dtype_name(self.dtype()), " but found ",
                   dtype_name(other.dtype()));
    const Tensor flat = HEDDLE_TRY(contiguous(values));
    const Tensor column = flat.view_contiguous(Dims{flat.numel(), 1});
    const Tensor result = HEDDLE_TRY(mm(column, number.unsqueeze(0).unsqueeze(0)));
    return out.deliver(result.view_contiguous(values.sizes()));
  }
  HEDDLE_REQUIRE(self.sizes().back() == other.sizes().back(),
                 "inner() the last dimension must match on both input tensors but got shapes ", to_text(self.sizes()),
                 " and ", to_text(other.sizes()));
  return tensordot(self, other, Dims{self.dim() - 1}, Dims{other.dim() - 1}, out);
}

// One dimension of pairs to sum over; sizes of 1 are repeated, as torch does.
struct Pairing {
  Dims kept;   // dimensions of the tensor that stay, in order
  Dims order;  // a permutation: for the left tensor kept then summed, for the right summed then kept
};

}  // namespace

Result<Tensor> matmul(const Tensor& self, const Tensor& other, const Out& out) {
  const Tensor result = HEDDLE_TRY(matmul_values(self, other));
  return out.deliver(result);
}

Result<Tensor> linear(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias, const Out& out) {
  HEDDLE_REQUIRE(weight.dim() == 1 || weight.dim() == 2, "linear: weight must be a matrix or a vector, but has size ",
                 to_text(weight.sizes()));
  HEDDLE_REQUIRE(input.dim() >= 1, "linear: input must have at least one dimension");
  if (weight.dim() == 1) {
    HEDDLE_REQUIRE(!bias, "mat2 must be a matrix, got 1-D tensor");
    return matmul(input, weight, out);
  }
  const Tensor transposed = weight.transpose(0, 1);
  if (!bias) return matmul(input, transposed, out);
  const Tensor rows = input.dim() == 1 ? input.unsqueeze(0) : HEDDLE_TRY(rows_of(input));
  const Tensor matching = HEDDLE_TRY(to_dtype(*bias, rows.dtype()));
  HEDDLE_REQUIRE(input.dim() != 2 || bias->dtype() == weight.dtype(),
                 "self and mat2 must have the same dtype, but got ", dtype_name(bias->dtype()), " and ",
                 dtype_name(weight.dtype()));
  const Tensor result = HEDDLE_TRY(addmm(matching, rows, transposed, 1, 1));
  Dims sizes = input.sizes();
  sizes.back() = weight.size(0);
  return out.deliver(result.view_contiguous(sizes));
}

Result<Tensor> tensordot(const Tensor& self, const Tensor& other, const Dims& dims_self, const Dims& dims_other,
                         const Out& out) {
  HEDDLE_REQUIRE(dims_self.size() == dims_other.size(), "both dimension lists should have same length, but got ",
                 to_text(dims_self), " and ", to_text(dims_other));
  Pairing left;
  Pairing right;
  SmallVector<bool, 6> summed_left(static_cast<size_t>(self.dim()), false);
  SmallVector<bool, 6> summed_right(static_cast<size_t>(other.dim()), false);
  Dims sizes_left = self.sizes();  // with what is repeated
  Dims sizes_right = other.sizes();
  int64_t summed = 1;
  for (size_t i = 0; i < dims_self.size(); ++i) {
    const auto a = static_cast<size_t>(HEDDLE_TRY(wrap_dim(dims_self[i], self.dim())));
    const auto b = static_cast<size_t>(HEDDLE_TRY(wrap_dim(dims_other[i], other.dim())));
    HEDDLE_REQUIRE(a < summed_left.size() && b < summed_right.size() && !summed_left[a] && !summed_right[b],
                   "tensordot: dimension appears twice or is missing in ", to_text(dims_self), " and ",
                   to_text(dims_other));
    HEDDLE_REQUIRE(self.sizes()[a] == other.sizes()[b] || self.sizes()[a] == 1 || other.sizes()[b] == 1,
                   "contracted dimensions need to match, but first has size ", self.sizes()[a], " in dim ", a,
                   " and second has size ", other.sizes()[b], " in dim ", b);
    summed_left[a] = summed_right[b] = true;
    const int64_t size = self.sizes()[a] == 1 ? other.sizes()[b] : self.sizes()[a];
    sizes_left[a] = sizes_right[b] = size;
    summed *= size;
    left.order.push_back(static_cast<int64_t>(a));
    right.order.push_back(static_cast<int64_t>(b));
  }
  Dims sizes;
  int64_t rows = 1;
  int64_t columns = 1;
  for (size_t d = 0; d < summed_left.size(); ++d) {
    if (summed_left[d]) continue;
    left.kept.push_back(static_cast<int64_t>(d));
    sizes.push_back(self.sizes()[d]);
    rows *= self.sizes()[d];
  }
  for (size_t d = 0; d < summed_right.size(); ++d) {
    if (summed_right[d]) continue;
    right.kept.push_back(static_cast<int64_t>(d));
    sizes.push_back(other.sizes()[d]);
    columns *= other.sizes()[d];
  }
  Dims order_left = left.kept;
  for (int64_t d : left.order) order_left.push_back(d);
  Dims order_right = right.order;
  for (int64_t d : right.kept) order_right.push_back(d);
  const Tensor a = HEDDLE_TRY(contiguous(HEDDLE_TRY(expand(self, sizes_left)).permute(order_left)));
  const Tensor b = HEDDLE_TRY(contiguous(HEDDLE_TRY(expand(other, sizes_right)).permute(order_right)));
  const Tensor result = HEDDLE_TRY(mm(a.view_contiguous(Dims{rows, summed}), b.view_contiguous(Dims{summed, columns})));
  return out.deliver(result.view_contiguous(sizes));
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(matmul) {
  using namespace heddle::ops;
  add_product_forms<&matmul>(table, "aten::matmul(Tensor self, Tensor other) -> Tensor", {.out = "matmul.out"});
  add_product_forms<&matmul>(table, "aten::linalg_matmul(Tensor self, Tensor other) -> Tensor",
                             {.out = "linalg_matmul.out"});
  add_product_forms<&linear>(table, "aten::linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor",
                             {.out = "linear.out"});
  add_product_forms<&linear>(table, "aten::mkldnn_linear(Tensor self, Tensor weight, Tensor? bias=None) -> Tensor",
                             {.out = "mkldnn_linear.out"});
  add_product_forms<&inner>(table, "aten::inner(Tensor self, Tensor other) -> Tensor", {.out = "inner.out"});
  add_product_forms<&tensordot>(
      table, "aten::tensordot(Tensor self, Tensor other, int[] dims_self, int[] dims_other) -> Tensor",
      {.out = "tensordot.out"});
}
