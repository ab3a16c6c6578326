#include "ops/shape/view.h"

#include <algorithm>

#include "ops/common/copy.h"

namespace heddle::ops {

Result<Dims> infer_sizes(std::span<const int64_t> sizes, int64_t numel) {
  std::optional<size_t> unknown;
  int64_t known = 1;
  bool overflow = false;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == -1) {
      HEDDLE_REQUIRE(!unknown, "only one dimension can be inferred");
      unknown = i;
    } else {
      HEDDLE_REQUIRE(sizes[i] >= 0, "invalid shape dimension ", sizes[i]);
      overflow |= __builtin_mul_overflow(known, sizes[i], &known);
    }
  }
  const bool fits = !overflow && (known == numel || (unknown && known > 0 && numel % known == 0));
  HEDDLE_REQUIRE(fits, "shape '", to_text(sizes), "' is invalid for input of size ", numel);
  Dims result(sizes);
  if (unknown) {
    HEDDLE_REQUIRE(known != 0, "cannot reshape tensor of 0 elements into shape ", to_text(sizes),
                   " because the unspecified dimension size -1 can be any value and is ambiguous");
    result[*unknown] = numel / known;
  }
  return result;
}

std::optional<Dims> view_strides(const Tensor& t, std::span<const int64_t> to) {
  Dims strides(to.size());
  if (t.numel() == 0) {
    if (std::ranges::equal(t.sizes(), to)) return t.strides();
    return contiguous_strides(to);
  }
  if (t.dim() == 0) {
    for (size_t i = 0; i < to.size(); ++i) strides[i] = 1;
    return strides;
  }
  // From the inside out: dimensions that follow one another without a gap form a block, and new dimensions must fill
  // whole blocks.
  auto next = static_cast<int64_t>(to.size()) - 1;
  int64_t block_stride = t.strides().back();
  int64_t old_elements = 1;
  int64_t new_elements = 1;
  for (int64_t d = t.dim() - 1; d >= 0; --d) {
    old_elements *= t.size(d);
    const bool block_ends = d == 0 || (t.size(d - 1) != 1 && t.stride(d - 1) != old_elements * block_stride);
    if (!block_ends) continue;
    while (next >= 0 && (new_elements < old_elements || to[static_cast<size_t>(next)] == 1)) {
      strides[static_cast<size_t>(next)] = new_elements * block_stride;
      new_elements *= to[static_cast<size_t>(next--)];
    }
    if (new_elements != old_elements) return std::nullopt;
    if (d > 0) {
      block_stride = t.stride(d - 1);
      old_elements = new_elements = 1;
    }
  }
  if (next >= 0) return std::nullopt;
  return strides;
}

Result<Tensor> view(const Tensor& t, std::span<const int64_t> sizes) {
  const Dims inferred = HEDDLE_TRY(infer_sizes(sizes, t.numel()));
  const auto strides = view_strides(t, inferred);
  HEDDLE_REQUIRE(strides,
                 "view size is not compatible with input tensor's size and stride (at least one dimension spans across "
                 "two contiguous subspaces). Use .reshape(...) instead.");
  return t.alias(inferred, *strides, t.offset());
}

Result<Tensor> reshape(const Tensor& t, std::span<const int64_t> sizes) {
  const Dims inferred = HEDDLE_TRY(infer_sizes(sizes, t.numel()));
  if (const auto strides = view_strides(t, inferred)) return t.alias(inferred, *strides, t.offset());
  return HEDDLE_TRY(clone(t, MemoryFormat::kContiguous)).view_contiguous(inferred);
}

Result<Tensor> flatten(const Tensor& t, int64_t start, int64_t end) {
  const int64_t first = HEDDLE_TRY(wrap_dim(start, t.dim()));
  const int64_t last = HEDDLE_TRY(wrap_dim(end, t.dim()));
  HEDDLE_REQUIRE(first <= last, "flatten() has invalid args: start_dim cannot come after end_dim");
  if (t.dim() == 0) return reshape(t, Dims{1});
  if (first == last) return t;
  Dims sizes;
  int64_t merged = 1;
  for (int64_t d = 0; d < t.dim(); ++d) {
    if (d < first || d > last) {
      sizes.push_back(t.size(d));
    } else {
      merged *= t.size(d);
      if (d == last) sizes.push_back(merged);
    }
  }
  return reshape(t, sizes);
}

Result<Tensor> unflatten(const Tensor& t, int64_t dim, std::span<const int64_t> sizes) {
  HEDDLE_REQUIRE(!sizes.empty(), "unflatten: sizes must be non-empty");
  const int64_t d = HEDDLE_TRY(wrap_dim(dim, t.dim()));
  HEDDLE_REQUIRE_CODE(t.dim() > 0, kIndex, "unflatten: a 0-dimensional tensor has no dimension to unflatten");
  Result<Dims> inferred = infer_sizes(sizes, t.size(d));
  HEDDLE_REQUIRE(inferred.ok(), "unflatten: Provided sizes ", to_text(sizes), " don't multiply up to the size of dim ",
                 d, " (", t.size(d), ") in the input tensor");
  Dims all = t.sizes();
  all.erase(static_cast<size_t>(d));
  for (size_t i = 0; i < inferred->size(); ++i) all.insert(static_cast<size_t>(d) + i, (*inferred)[i]);
  return view(t, all);
}

Result<Tensor> transpose(const Tensor& t, int64_t a, int64_t b) {
  const int64_t first = HEDDLE_TRY(wrap_dim(a, t.dim()));
  const int64_t second = HEDDLE_TRY(wrap_dim(b, t.dim()));
  if (t.dim() == 0) return t.alias(t.sizes(), t.strides(), t.offset());
  return t.transpose(first, second);
}

Result<Tensor> permute(const Tensor& t, std::span<const int64_t> order) {
  HEDDLE_REQUIRE(order.size() == t.sizes().size(),
                 "permute(sparse_coo): number of dimensions in the tensor input does "
                 "not match the length of the desired ordering of dimensions i.e. input.dim() = ",
                 t.dim(), " is not equal to len(dims) = ", order.size());
  Dims wrapped(order.size());
  std::vector<bool> seen(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    wrapped[i] = HEDDLE_TRY(wrap_dim(order[i], t.dim()));
    HEDDLE_REQUIRE(!seen[static_cast<size_t>(wrapped[i])], "permute(): duplicate dims are not allowed.");
    seen[static_cast<size_t>(wrapped[i])] = true;
  }
  return t.permute(wrapped);
}

Result<Tensor> movedim(const Tensor& t, std::span<const int64_t> from, std::span<const int64_t> to) {
  HEDDLE_REQUIRE(from.size() == to.size(), "movedim: Invalid source or destination dims: source (", to_text(from),
                 " dims) should contain the same number of dims as destination (", to_text(to), " dims)");
  const auto rank = static_cast<size_t>(t.dim());
  if (rank == 0) {
    for (size_t i = 0; i < from.size(); ++i) {
      HEDDLE_TRY(wrap_dim(from[i], 0));
      HEDDLE_TRY(wrap_dim(to[i], 0));
    }
    return t.alias(t.sizes(), t.strides(), t.offset());
  }
  Dims order(rank, -1);
  std::vector<bool> taken(rank);
  for (size_t i = 0; i < from.size(); ++i) {
    const int64_t source = HEDDLE_TRY(wrap_dim(from[i], t.dim()));
    const int64_t destination = HEDDLE_TRY(wrap_dim(to[i], t.dim()));
    HEDDLE_REQUIRE(!taken[static_cast<size_t>(source)], "movedim: repeated dim in `source` (", to_text(from), ")");
    HEDDLE_REQUIRE(order[static_cast<size_t>(destination)] == -1, "movedim: repeated dim in `destination` (",
                   to_text(to), ")");
    taken[static_cast<size_t>(source)] = true;
    order[static_cast<size_t>(destination)] = source;
  }
  int64_t next = 0;
  for (int64_t& d : order) {
    if (d != -1) continue;
    while (taken[static_cast<size_t>(next)]) ++next;
    d = next++;
  }
  return t.permute(order);
}

Result<Tensor> select(const Tensor& t, int64_t dim, int64_t index) {
  HEDDLE_REQUIRE_CODE(t.dim() > 0, kIndex, "select() cannot be applied to a 0-dim tensor.");
  const int64_t d = HEDDLE_TRY(wrap_dim(dim, t.dim()));
  const int64_t size = t.size(d);
  HEDDLE_REQUIRE_CODE(index >= -size && index < size, kIndex, "select(): index ", index,
                      " out of range for tensor of size ", to_text(t.sizes()), " at dimension ", d);
  return t.select(d, index < 0 ? index + size : index);
}

Result<Tensor> slice(const Tensor& t, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
                     int64_t step) {
  HEDDLE_REQUIRE(t.dim() > 0, "slice() cannot be applied to a 0-dim tensor.");
  const int64_t d = HEDDLE_TRY(wrap_dim(dim, t.dim()));
  HEDDLE_REQUIRE(step > 0, "slice step must be positive");
  const int64_t size = t.size(d);
  const auto bound = [size](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + size : at, 0, size); };
  const int64_t first = bound(start.value_or(0));
  const int64_t last = std::max(first, bound(end.value_or(size)));
  Dims sizes = t.sizes();
  Dims strides = t.strides();
  const auto i = static_cast<size_t>(d);
  const int64_t offset = t.offset() + first * strides[i];
  sizes[i] = last == first ? 0 : (last - first - 1) / step + 1;
  // A stride that overflows belongs to a dimension of one element and is never used.
  if (__builtin_mul_overflow(strides[i], step, &strides[i])) strides[i] = t.strides()[i];
  return t.alias(sizes, strides, offset);
}

Result<Tensor> narrow(const Tensor& t, int64_t dim, int64_t start, int64_t length) {
  HEDDLE_REQUIRE(t.dim() > 0, "narrow() cannot be applied to a 0-dim tensor.");
  HEDDLE_REQUIRE(length >= 0, "narrow(): length must be non-negative.");
  const int64_t d = HEDDLE_TRY(wrap_dim(dim, t.dim()));
  const int64_t size = t.size(d);
  HEDDLE_REQUIRE_CODE(start >= -size && start <= size, kIndex, "start out of range (expected to be in range of [",
                      -size, ", ", size, "], but got ", start, ")");
  const int64_t first = start < 0 ? start + size : start;
  HEDDLE_REQUIRE(length <= size - first, "start (", first, ") + length (", length, ") exceeds dimension size (", size,
                 ").");
  return t.narrow(d, first, length);
}

Result<Tensor> squeeze(const Tensor& t, int64_t dim) {
  const int64_t d = HEDDLE_TRY(wrap_dim(dim, t.dim()));
  Dims sizes = t.sizes();
  Dims strides = t.strides();
  if (t.dim() > 0 && t.size(d) == 1) {
    sizes.erase(static_cast<size_t>(d));
    strides.erase(static_cast<size_t>(d));
  }
  return t.alias(sizes, strides, t.offset());
}

Tensor squeeze(const Tensor& t) {
  Dims sizes;
  Dims strides;
  for (int64_t d = 0; d < t.dim(); ++d) {
    if (t.size(d) == 1) continue;
    sizes.push_back(t.size(d));
    strides.push_back(t.stride(d));
  }
  return t.alias(sizes, strides, t.offset());
}

Result<Tensor> unsqueeze(const Tensor& t, int64_t dim) { return t.unsqueeze(HEDDLE_TRY(wrap_dim(dim, t.dim() + 1))); }

Result<Tensor> expand(const Tensor& t, std::span<const int64_t> sizes) {
  HEDDLE_REQUIRE(sizes.size() >= t.sizes().size(), "expand(", dtype_name(t.dtype()), "Tensor{", to_text(t.sizes()),
                 "}, size=", to_text(sizes), "): the number of sizes provided (", sizes.size(),
                 ") must be greater or equal to the number of dimensions in the tensor (", t.dim(), ")");
  const size_t lead = sizes.size() - t.sizes().size();
  Dims result(sizes.size());
  Dims strides(sizes.size());
  for (size_t i = sizes.size(); i-- > 0;) {
    const bool is_new = i < lead;
    const int64_t size = is_new ? 1 : t.sizes()[i - lead];
    const int64_t stride = !is_new ? t.strides()[i - lead] : i + 1 < sizes.size() ? result[i + 1] * strides[i + 1] : 1;
    HEDDLE_REQUIRE(sizes[i] != -1 || !is_new, "The expanded size of the tensor (", sizes[i],
                   ") isn't allowed in a leading, non-existing dimension ", i);
    const int64_t wanted = sizes[i] == -1 ? size : sizes[i];
    HEDDLE_REQUIRE(wanted >= 0, "The expanded size of the tensor (", wanted, ") is negative at dimension ", i);
    HEDDLE_REQUIRE(size == wanted || size == 1, "The expanded size of the tensor (", wanted,
                   ") must match the existing size (", size, ") at non-singleton dimension ", i,
                   ".  Target sizes: ", to_text(sizes), ".  Tensor sizes: ", to_text(t.sizes()));
    result[i] = wanted;
    strides[i] = size == wanted ? stride : 0;
  }
  HEDDLE_TRY(checked_numel(result));
  return t.alias(result, strides, t.offset());
}

Result<Tensor> diagonal(const Tensor& t, int64_t offset, int64_t dim1, int64_t dim2) {
  const int64_t a = HEDDLE_TRY(wrap_dim(dim1, t.dim()));
  const int64_t b = HEDDLE_TRY(wrap_dim(dim2, t.dim()));
  HEDDLE_REQUIRE(a != b && t.dim() > 1, "diagonal dimensions cannot be identical ", dim1, ", ", dim2);
  // The offset may be any integer, so its distance to the sizes is taken before the sum.
  const int64_t rows = t.size(a);
  const int64_t columns = t.size(b);
  int64_t length = 0;
  if (offset >= 0) {
    length = offset >= columns ? 0 : std::min(rows, columns - offset);
  } else {
    length = offset <= -rows ? 0 : std::min(rows + offset, columns);
  }
  int64_t start = t.offset();
  if (length > 0) start += offset >= 0 ? offset * t.stride(b) : -offset * t.stride(a);
  Dims sizes = t.sizes();
  Dims strides = t.strides();
  sizes.erase(static_cast<size_t>(std::max(a, b)));
  sizes.erase(static_cast<size_t>(std::min(a, b)));
  strides.erase(static_cast<size_t>(std::max(a, b)));
  strides.erase(static_cast<size_t>(std::min(a, b)));
  sizes.push_back(length);
  strides.push_back(t.stride(a) + t.stride(b));
  return t.alias(sizes, strides, start);
}

Result<Tensor> unfold(const Tensor& t, int64_t dim, int64_t size, int64_t step) {
  const int64_t d = HEDDLE_TRY(wrap_dim(dim, t.dim()));
  HEDDLE_REQUIRE(step > 0, "step is ", step, " but must be > 0");
  HEDDLE_REQUIRE(size >= 0, "size is ", size, " but must be >= 0");
  const int64_t limit = t.dim() == 0 ? 1 : t.size(d);
  HEDDLE_REQUIRE(size <= limit, "maximum size for tensor at dimension ", d, " is ", limit, " but size is ", size);
  Dims sizes = t.sizes();
  Dims strides = t.strides();
  if (t.dim() == 0) {
    sizes.push_back(size);
    strides.push_back(1);
    return t.alias(sizes, strides, t.offset());
  }
  const auto i = static_cast<size_t>(d);
  sizes.push_back(size);
  strides.push_back(strides[i]);
  sizes[i] = (limit - size) / step + 1;
  if (__builtin_mul_overflow(strides[i], step, &strides[i])) strides[i] = t.strides()[i];
  return t.alias(sizes, strides, t.offset());
}

Result<Tensor> as_strided(const Tensor& t, std::span<const int64_t> sizes, std::span<const int64_t> strides,
                          std::optional<int64_t> offset) {
  HEDDLE_REQUIRE(sizes.size() == strides.size(), "mismatch in length of strides and shape");
  for (int64_t stride : strides) {
    HEDDLE_REQUIRE(stride >= 0,
                   "as_strided: Negative strides are not supported at the moment, got strides: ", to_text(strides));
  }
  return Tensor::from_storage(t.storage(), t.dtype(), sizes, strides, offset.value_or(t.offset()));
}

Result<Tensor> view_as_real(const Tensor& t) {
  HEDDLE_REQUIRE(is_complex(t.dtype()), "view_as_real is only supported for complex tensors");
  Dims sizes = t.sizes();
  Dims strides = t.strides();
  for (int64_t& s : strides) s *= 2;
  sizes.push_back(2);
  strides.push_back(1);
  return Tensor::from_storage(t.storage(), real_dtype(t.dtype()), sizes, strides, t.offset() * 2);
}

Result<Tensor> view_as_complex(const Tensor& t) {
  HEDDLE_REQUIRE(
      t.dtype() == DType::kFloat32 || t.dtype() == DType::kFloat64,
      "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: ",
      dtype_name(t.dtype()));
  HEDDLE_REQUIRE(t.dim() > 0, "Input tensor must have one or more dimensions");
  HEDDLE_REQUIRE(t.sizes().back() == 2, "Tensor must have a last dimension of size 2");
  HEDDLE_REQUIRE(t.strides().back() == 1, "Tensor must have a last dimension with stride 1");
  Dims sizes = t.sizes();
  Dims strides = t.strides();
  sizes.pop_back();
  strides.pop_back();
  for (int64_t& s : strides) {
    HEDDLE_REQUIRE(s % 2 == 0, "Tensor must have a stride divisible by 2 for all but last dimension");
    s /= 2;
  }
  HEDDLE_REQUIRE(t.offset() % 2 == 0, "Tensor must have a storage_offset divisible by 2");
  return Tensor::from_storage(t.storage(), complex_dtype(t.dtype()), sizes, strides, t.offset() / 2);
}

}  // namespace heddle::ops
