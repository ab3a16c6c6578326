#include "ops/attention/nested.h"

#include <algorithm>

#include "ops/common/copy.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

Status check_mask(const Tensor& t, const Tensor& mask) {
  HEDDLE_REQUIRE(mask.dtype() == DType::kBool, "Expected mask to be of ScalarType Bool, but got ",
                 dtype_name(mask.dtype()), " instead.");
  HEDDLE_REQUIRE(mask.dim() == 2, "Padding mask should be 2D, but has size ", to_text(mask.sizes()));
  HEDDLE_REQUIRE(t.dim() == 3, "Input should be a 3D tensor, N * L * D, but has size ", to_text(t.sizes()));
  HEDDLE_REQUIRE(mask.size(0) == t.size(0) && mask.size(1) == t.size(1), "Mask size ", to_text(mask.sizes()),
                 " should match input size ", to_text(t.sizes()));
  return ok_status();
}

// How many elements of each row are kept, and whether they all stand at its beginning.
struct Kept {
  std::vector<int64_t> lengths;
  bool left_aligned = true;
};

Result<Kept> kept_of(const Tensor& mask) {
  const Tensor flat = HEDDLE_TRY(contiguous(mask));
  Kept kept;
  for (int64_t row = 0; row < flat.size(0); ++row) {
    const bool* values = flat.data<bool>() + row * flat.size(1);
    const int64_t length = std::count(values, values + flat.size(1), true);
    kept.lengths.push_back(length);
    kept.left_aligned &= std::all_of(values, values + length, [](bool v) { return v; });
  }
  return kept;
}

Result<Tensor> nested_tensor_from_mask(const Tensor& t, const Tensor& mask, bool mask_check) {
  HEDDLE_TRY(check_mask(t, mask));
  const Kept kept = HEDDLE_TRY(kept_of(mask));
  HEDDLE_REQUIRE(!mask_check || kept.left_aligned, "Mask must be left-aligned without gaps");
  const int64_t longest = kept.lengths.empty() ? 0 : *std::max_element(kept.lengths.begin(), kept.lengths.end());
  return as_nested(t.narrow(1, 0, longest), kept.lengths);
}

Result<bool> nested_tensor_from_mask_left_aligned(const Tensor& t, const Tensor& mask) {
  HEDDLE_TRY(check_mask(t, mask));
  const Kept kept = HEDDLE_TRY(kept_of(mask));
  return kept.left_aligned;
}

Result<Tensor> to_padded_tensor(const Tensor& self, double padding, std::optional<Dims> output_size) {
  const auto lengths = nested_lengths(self);
  HEDDLE_REQUIRE(lengths, "to_padded_tensor: expected a nested tensor, but got a plain one of size ",
                 to_text(self.sizes()));
  Dims sizes = self.sizes();
  sizes[1] = lengths->empty() ? 0 : *std::max_element(lengths->begin(), lengths->end());
  if (output_size) {
    HEDDLE_REQUIRE(output_size->size() == sizes.size(), "to_padded_tensor: output_size ", to_text(*output_size),
                   " must have ", sizes.size(), " dimensions");
    for (size_t i = 0; i < sizes.size(); ++i) {
      HEDDLE_REQUIRE((*output_size)[i] >= sizes[i],
                     "Value in output_size is less than NestedTensor padded size. Truncation is not supported.");
    }
    sizes = *output_size;
  }
  Tensor result = HEDDLE_TRY(full(sizes, padding, self.dtype()));
  for (int64_t i = 0; i < self.size(0); ++i) {
    const int64_t length = (*lengths)[static_cast<size_t>(i)];
    HEDDLE_TRY(copy_into(result.select(0, i).narrow(0, 0, length).narrow(1, 0, self.size(2)),
                         self.select(0, i).narrow(0, 0, length)));
  }
  return result;
}

}  // namespace

std::optional<std::vector<int64_t>> nested_lengths(const Tensor& t) {
  const Ref<Storage>& lengths = t.impl()->nested_lengths;
  if (!lengths) return std::nullopt;
  const auto* first = static_cast<const int64_t*>(lengths->data());
  return std::vector<int64_t>(first, first + t.size(0));
}

Result<Tensor> as_nested(const Tensor& t, std::span<const int64_t> lengths) {
  Ref<Storage> storage = HEDDLE_TRY(Storage::allocate(lengths.size_bytes()));
  std::copy(lengths.begin(), lengths.end(), static_cast<int64_t*>(storage->data()));
  Tensor nested = t.alias(t.sizes(), t.strides(), t.offset());
  nested.impl()->nested_lengths = std::move(storage);
  return nested;
}

Result<Tensor> padding_mask(std::span<const int64_t> lengths, int64_t time) {
  Tensor mask = HEDDLE_TRY(Tensor::empty(Dims{static_cast<int64_t>(lengths.size()), time}, DType::kBool));
  bool* row = mask.data<bool>();
  for (int64_t length : lengths) {
    for (int64_t i = 0; i < time; ++i) row[i] = i >= length;
    row += time;
  }
  return mask;
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(nested) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add("aten::_nested_tensor_from_mask(Tensor t, Tensor mask, bool mask_check=True) -> Tensor",
            boxed<&nested_tensor_from_mask>());
  table.add("aten::_nested_tensor_from_mask_left_aligned(Tensor t, Tensor mask) -> bool",
            boxed<&nested_tensor_from_mask_left_aligned>());
  table.add("aten::to_padded_tensor(Tensor self, float padding, int[]? output_size=None) -> Tensor",
            boxed<&to_padded_tensor>());
  table.add("aten::nested_to_padded_tensor(Tensor self, float padding, int[]? output_size=None) -> Tensor",
            boxed<&to_padded_tensor>());
}
