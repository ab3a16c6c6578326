#include "ops/index/along.h"

#include <algorithm>

#include "ops/common/copy.h"

namespace heddle::ops {

Result<Slices> slices_of(const Tensor& self, int64_t dim, const Tensor& index, Negative negative,
                         std::string_view prefix) {
  const Tensor from = self.dim() == 0 ? self.unsqueeze(0) : self;
  const auto along = static_cast<size_t>(dim);
  Dims sizes = from.sizes();
  Dims strides = from.strides();
  sizes[along] = index.numel();
  strides[along] = 0;
  Slices slices{from.alias(sizes, strides, from.offset()), {}};
  if (index.numel() == 0) return slices;
  const IndexedDim indexed{index, dim, from.size(dim), byte_stride(from, dim)};
  const Tensor offsets = HEDDLE_TRY(byte_offsets({&indexed, 1}, negative, prefix));
  Dims offset_sizes(sizes.size(), 1);
  Dims offset_strides(sizes.size(), 0);
  offset_sizes[along] = index.numel();
  offset_strides[along] = offsets.dim() == 0 ? 0 : offsets.stride(0);
  slices.offsets = offsets.alias(offset_sizes, offset_strides, offsets.offset());
  return slices;
}

Result<Lines> lines_of(std::string_view name, const Tensor& self, int64_t dim, const Tensor& index) {
  const Tensor numbers = HEDDLE_TRY(contiguous(HEDDLE_TRY(integer_index(name, index))));
  HEDDLE_REQUIRE(std::max<int64_t>(self.dim(), 1) == std::max<int64_t>(index.dim(), 1),
                 "Index tensor must have the same number of dimensions as ", name == "gather" ? "input" : "self",
                 " tensor");
  const Tensor from = self.dim() == 0 ? self.unsqueeze(0) : self;
  const Tensor at = numbers.dim() == 0 ? numbers.unsqueeze(0) : numbers;
  for (int64_t i = 0; i < at.dim(); ++i) {
    HEDDLE_REQUIRE(i == dim || at.size(i) <= from.size(i), "Size does not match at dimension ", i, " expected index ",
                   to_text(index.sizes()), " to be smaller than self ", to_text(self.sizes()), " apart from dimension ",
                   dim);
  }
  const IndexedDim indexed{at, dim, from.size(dim), byte_stride(from, dim)};
  HEDDLE_TRY(check_indices(indexed));
  Dims strides = from.strides();
  strides[static_cast<size_t>(dim)] = 0;
  Lines lines{from.alias(at.sizes(), strides, from.offset()), indexed};
  if (index.dim() == 0) {
    lines.view = lines.view.alias({}, {}, lines.view.offset());
    lines.indexed.index = at.alias({}, {}, at.offset());
  }
  return lines;
}

Tensor expanded(const Tensor& t, std::span<const int64_t> sizes) {
  return t.alias(sizes, broadcast_strides(t.sizes(), t.strides(), sizes), t.offset());
}

}  // namespace heddle::ops
