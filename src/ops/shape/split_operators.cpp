// chunk, split, unbind, tensor_split and their h, v, d forms: lists of views.
#include <algorithm>

#include "ops/common/copy.h"
#include "ops/shape/part_count.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Tensors = Result<std::vector<Tensor>>;

Tensors chunks_of(const Tensor& t, int64_t chunks, int64_t dim) { return chunk(t, chunks, dim); }
Tensors split_size(const Tensor& t, int64_t size, int64_t dim) { return split(t, size, dim); }
Tensors split_sizes(const Tensor& t, const Dims& sizes, int64_t dim) { return split(t, sizes, dim); }
Tensors unbind_dim(const Tensor& t, int64_t dim) { return unbind(t, dim); }

Tensors tensor_split(const Tensor& t, int64_t sections, int64_t dim) {
  HEDDLE_REQUIRE(t.dim() > 0, "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
  const int64_t d = HEDDLE_TRY(wrap_dim(dim, t.dim()));
  HEDDLE_REQUIRE(sections > 0, "number of sections must be larger than 0, got ", sections);
  HEDDLE_TRY(check_part_count(sections));
  std::vector<Tensor> parts;
  const int64_t size = t.size(d) / sections;
  const int64_t longer = t.size(d) % sections;
  for (int64_t i = 0, at = 0; i < sections; ++i) {
    const int64_t length = size + (i < longer ? 1 : 0);
    parts.push_back(t.narrow(d, at, length));
    at += length;
  }
  return parts;
}
Tensors tensor_split_at(const Tensor& t, const Dims& indices, int64_t dim) {
  HEDDLE_REQUIRE(t.dim() > 0, "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
  const int64_t d = HEDDLE_TRY(wrap_dim(dim, t.dim()));
  std::vector<Tensor> parts;
  int64_t start = 0;
  for (int64_t end : indices) {
    parts.push_back(HEDDLE_TRY(slice(t, d, start, end)));
    start = end;
  }
  parts.push_back(HEDDLE_TRY(slice(t, d, start, std::nullopt)));
  return parts;
}
Tensors tensor_split_by(const Tensor& t, const Tensor& where, int64_t dim) {
  HEDDLE_REQUIRE(where.dtype() == DType::kInt64,
                 "tensor_split expected tensor_indices_or_sections to have dtype of long, "
                 "but got ",
                 dtype_name(where.dtype()));
  HEDDLE_REQUIRE(where.dim() <= 1,
                 "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or "
                 "one-dimensional tensor, but got a tensor with ",
                 where.dim(), " dims");
  const Tensor values = HEDDLE_TRY(contiguous(where));
  if (where.dim() == 0) return tensor_split(t, *values.data<int64_t>(), dim);
  return tensor_split_at(t, Dims(std::span<const int64_t>(values.data<int64_t>(), static_cast<size_t>(values.numel()))),
                         dim);
}

// hsplit, vsplit and dsplit split equal parts along a dimension that needs a tensor of `rank` dimensions.
struct Direction {
  const char* name;
  int64_t rank;
  int64_t dim;
};
constexpr Direction kHorizontal{"hsplit", 1, 1};
constexpr Direction kVertical{"vsplit", 2, 0};
constexpr Direction kDepth{"dsplit", 3, 2};

Result<int64_t> split_dim(const Direction& direction, const Tensor& t) {
  HEDDLE_REQUIRE(t.dim() >= direction.rank, "torch.", direction.name, " requires a tensor with at least ",
                 direction.rank, " dimension", direction.rank > 1 ? "s" : "", ", but got a tensor with ", t.dim(),
                 " dimensions!");
  return t.dim() == 1 ? 0 : direction.dim;
}
template <const Direction& direction>
Tensors split_into(const Tensor& t, int64_t sections) {
  const int64_t dim = HEDDLE_TRY(split_dim(direction, t));
  HEDDLE_REQUIRE(sections != 0 && t.size(dim) % sections == 0, "torch.", direction.name,
                 " attempted to split along dimension ", dim, ", but the size of the dimension ", t.size(dim),
                 " is not divisible by the split_size ", sections, "!");
  return tensor_split(t, sections, dim);
}
template <const Direction& direction>
Tensors split_before(const Tensor& t, const Dims& indices) {
  return tensor_split_at(t, indices, HEDDLE_TRY(split_dim(direction, t)));
}
template <const Direction& direction>
void add_direction(schema::TableBuilder& table) {
  table.add(concat("aten::", direction.name, ".int(Tensor(a -> *) self, int sections) -> Tensor(a)[]"),
            boxed<&split_into<direction>>());
  table.add(concat("aten::", direction.name, ".array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]"),
            boxed<&split_before<direction>>());
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(split) {
  using namespace heddle::ops;
  table.add("aten::chunk(Tensor(a -> *) self, int chunks, int dim=0) -> Tensor(a)[]", boxed<&chunks_of>());
  table.add("aten::unsafe_chunk(Tensor(a -> *) self, int chunks, int dim=0) -> Tensor(a)[]", boxed<&chunks_of>());
  table.add("aten::split.Tensor(Tensor(a -> *) self, int split_size, int dim=0) -> Tensor(a)[]", boxed<&split_size>());
  table.add("aten::split.sizes(Tensor(a -> *) self, int[] split_size, int dim=0) -> Tensor(a)[]",
            boxed<&split_sizes>());
  table.add("aten::split(Tensor(a -> *) self, int[] split_sizes, int dim=0) -> Tensor(a)[]", boxed<&split_sizes>());
  table.add("aten::split_with_sizes(Tensor(a -> *) self, int[] split_sizes, int dim=0) -> Tensor(a)[]",
            boxed<&split_sizes>());
  table.add("aten::unsafe_split.Tensor(Tensor(a -> *) self, int split_size, int dim=0) -> Tensor(a)[]",
            boxed<&split_size>());
  table.add("aten::unsafe_split_with_sizes(Tensor(a -> *) self, int[] split_sizes, int dim=0) -> Tensor(a)[]",
            boxed<&split_sizes>());
  table.add("aten::unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]", boxed<&unbind_dim>());
  table.add("aten::tensor_split.sections(Tensor(a -> *) self, int sections, int dim=0) -> Tensor(a)[]",
            boxed<&tensor_split>());
  table.add("aten::tensor_split.indices(Tensor(a -> *) self, int[] indices, int dim=0) -> Tensor(a)[]",
            boxed<&tensor_split_at>());
  table.add(
      "aten::tensor_split.tensor_indices_or_sections(Tensor(a -> *) self, Tensor tensor_indices_or_sections, int "
      "dim=0) -> Tensor(a)[]",
      boxed<&tensor_split_by>());
  add_direction<kHorizontal>(table);
  add_direction<kVertical>(table);
  add_direction<kDepth>(table);
}
