// Shapes as tensors and back, as tracing of old versions and ONNX exports left them in graphs, and tensors flattened
// together.
#include "ops/common/call.h"
#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/creation/creation.h"
#include "ops/shape/join.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Result<Tensor> from_numbers(std::span<const int64_t> values) {
  const Tensor t = HEDDLE_TRY(Tensor::empty(Dims{static_cast<int64_t>(values.size())}, DType::kInt64));
  std::copy(values.begin(), values.end(), t.data<int64_t>());
  return t;
}
Result<Dims> numbers_of(const char* name, const Tensor& t) {
  HEDDLE_REQUIRE(t.dim() <= 1 && is_integral(t.dtype()), name, ": expected a vector of integers, but got ",
                 dtype_name(t.dtype()), " of sizes ", to_text(t.sizes()));
  const Tensor numbers = HEDDLE_TRY(contiguous_as(t, DType::kInt64));
  return Dims(std::span<const int64_t>(numbers.data<int64_t>(), static_cast<size_t>(numbers.numel())));
}

Result<Tensor> shape_as_tensor(const Tensor& self) { return from_numbers(self.sizes()); }
Result<Tensor> reshape_from_tensor(const Tensor& self, const Tensor& shape) {
  return reshape(self, HEDDLE_TRY(numbers_of("_reshape_from_tensor", shape)));
}
Result<Tensor> list_to_tensor(const Dims& values) { return to_dtype(HEDDLE_TRY(from_numbers(values)), DType::kInt32); }
Result<Dims> tensor_to_list(const Tensor& self) { return numbers_of("_tensor_to_list", self); }

Result<Tensor> dim_arange(const Tensor& like, int64_t dim) {
  const Tensor t = HEDDLE_TRY(Tensor::empty(Dims{like.size(HEDDLE_TRY(wrap_dim(dim, like.dim())))}, DType::kInt64));
  HEDDLE_TRY(fill_by_index<Types<int64_t>>(t, "arange", [](int64_t i) { return i; }));
  return t;
}

Dims sym_size(const Tensor& self) { return self.sizes(); }
Dims sym_stride(const Tensor& self) { return self.strides(); }
Result<int64_t> sym_size_at(const Tensor& self, int64_t dim) {
  HEDDLE_REQUIRE_CODE(self.dim() > 0, kIndex, "Dimension specified as ", dim, " but tensor has no dimensions");
  return self.size(HEDDLE_TRY(wrap_dim(dim, self.dim())));
}
Result<int64_t> sym_stride_at(const Tensor& self, int64_t dim) {
  HEDDLE_REQUIRE_CODE(self.dim() > 0, kIndex, "Dimension specified as ", dim, " but tensor has no dimensions");
  return self.stride(HEDDLE_TRY(wrap_dim(dim, self.dim())));
}
int64_t sym_numel(const Tensor& self) { return self.numel(); }
int64_t sym_storage_offset(const Tensor& self) { return self.offset(); }
bool is_dense(const Tensor& self) { return self.is_dense(); }

Result<Tensor> flatten_dense_tensors(const std::vector<Tensor>& tensors) {
  HEDDLE_REQUIRE(!tensors.empty(), "flatten_dense_tensors: there are no tensors");
  std::vector<Tensor> lines;
  for (const Tensor& t : tensors) lines.push_back(HEDDLE_TRY(reshape(t, Dims{-1})));
  return cat(lines, 0);
}
Result<std::vector<Tensor>> unflatten_dense_tensors(const Tensor& flat, const std::vector<Tensor>& tensors) {
  std::vector<Tensor> parts;
  int64_t at = 0;
  for (const Tensor& t : tensors) {
    HEDDLE_REQUIRE(flat.dim() == 1 && t.numel() <= flat.numel() - at,
                   "unflatten_dense_tensors: the flat tensor has too few elements");
    parts.push_back(HEDDLE_TRY(view(flat.narrow(0, at, t.numel()), t.sizes())));
    at += t.numel();
  }
  return parts;
}

// The same as channel_shuffle, which copies.
Result<Tensor> channel_shuffle(const Tensor& self, int64_t groups) {
  return call_tensor_operator("aten::channel_shuffle", "", {self, groups});
}

Result<Tensor> view_dtype_copy(const Tensor& self, DType dtype) {
  return clone(HEDDLE_TRY(call_tensor_operator("aten::view", "dtype", {self, dtype})));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(legacy_shapes) {
  using namespace heddle::ops;
  table.add("aten::_shape_as_tensor(Tensor self) -> Tensor", boxed<&shape_as_tensor>());
  table.add("aten::_reshape_from_tensor(Tensor(a) self, Tensor shape) -> Tensor(a)", boxed<&reshape_from_tensor>());
  table.add("aten::_list_to_tensor(int[] self) -> Tensor", boxed<&list_to_tensor>());
  table.add("aten::_tensor_to_list(Tensor self) -> int[]", boxed<&tensor_to_list>());
  table.add("aten::_dim_arange(Tensor like, int dim) -> Tensor", boxed<&dim_arange>());
  table.add("aten::sym_size(Tensor self) -> SymInt[]", boxed<&sym_size>());
  table.add("aten::sym_size.int(Tensor self, int dim) -> SymInt", boxed<&sym_size_at>());
  table.add("aten::sym_stride(Tensor self) -> SymInt[]", boxed<&sym_stride>());
  table.add("aten::sym_stride.int(Tensor self, int dim) -> SymInt", boxed<&sym_stride_at>());
  table.add("aten::sym_numel(Tensor self) -> SymInt", boxed<&sym_numel>());
  table.add("aten::sym_storage_offset(Tensor self) -> SymInt", boxed<&sym_storage_offset>());
  table.add("aten::is_non_overlapping_and_dense(Tensor self) -> bool", boxed<&is_dense>());
  table.add("aten::flatten_dense_tensors(Tensor[] tensors) -> Tensor", boxed<&flatten_dense_tensors>());
  table.add("aten::unflatten_dense_tensors(Tensor(a) flat, Tensor[] tensors) -> Tensor(a)[]",
            boxed<&unflatten_dense_tensors>());
  table.add("aten::native_channel_shuffle(Tensor(a) self, int groups) -> Tensor(a)", boxed<&channel_shuffle>());
  add_with_out(table, "aten::view_copy.dtype(Tensor self, ScalarType dtype) -> Tensor", boxed<&view_dtype_copy>(),
               "view_copy.dtype_out");
}
