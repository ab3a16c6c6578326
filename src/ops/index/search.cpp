// searchsorted and bucketize: where values would stand in sorted sequences.
#include <algorithm>
#include <limits>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/forms.h"
#include "ops/common/promotion.h"
#include "ops/index/index.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

constexpr int64_t kGrain = 1024;  // searches that are worth a thread's wake-up

Status check(const Tensor& sequence, const Tensor& values, const std::optional<Tensor>& sorter) {
  HEDDLE_REQUIRE(sequence.dim() != 0,
                 "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension");
  HEDDLE_REQUIRE(values.dim() > 0 || sequence.dim() == 1,
                 "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we "
                 "got boundaries tensor dim(",
                 sequence.dim(), ") and input value's dim(", values.dim(), ") numel(", values.numel(), ")");
  bool matched = sequence.dim() == values.dim();
  for (int64_t i = 0; matched && i + 1 < sequence.dim(); ++i) matched = sequence.size(i) == values.size(i);
  HEDDLE_REQUIRE(sequence.dim() == 1 || matched,
                 "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of "
                 "boundaries tensor and input value tensor must match, but we got boundaries tensor ",
                 to_text(sequence.sizes()), " and input value tensor ", to_text(values.sizes()));
  if (!sorter) return ok_status();
  HEDDLE_REQUIRE(sorter->sizes() == sequence.sizes(),
                 "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor ",
                 to_text(sequence.sizes()), " and got sorter tensor ", to_text(sorter->sizes()));
  HEDDLE_REQUIRE(sorter->dtype() == DType::kInt64,
                 "torch.searchsorted(): sorter must be a tensor of long dtype but got dtype ",
                 dtype_name(sorter->dtype()));
  return ok_status();
}

// The number of elements before `value`: those less than it, or with `right` those not above it. A NaN is above all.
template <class T>
int64_t place_of(const T* sequence, int64_t n, T value, bool right) {
  const auto before = [right](T element, T v) { return right ? !(element > v) : !(element >= v); };
  return std::lower_bound(sequence, sequence + n, value, before) - sequence;
}

Result<Tensor> sorted_positions(const Tensor& sequence, const Tensor& values, bool out_int32, bool right,
                                const std::optional<Tensor>& sorter) {
  HEDDLE_TRY(check(sequence, values, sorter));
  HEDDLE_REQUIRE(!out_int32 || sequence.sizes().back() < std::numeric_limits<int32_t>::max(),
                 "torch.searchsorted(): the size of boundaries' last dimension should be less than ",
                 std::numeric_limits<int32_t>::max(), ", but we got ", sequence.sizes().back());
  const DType dtype = compute_dtype(HEDDLE_TRY(result_type(sequence, values)));
  Tensor ordered = HEDDLE_TRY(contiguous_as(sequence, dtype));
  if (sorter) ordered = HEDDLE_TRY(gather(ordered, -1, *sorter));
  const Tensor wanted = HEDDLE_TRY(contiguous_as(values, dtype));
  const Tensor places = HEDDLE_TRY(Tensor::empty(values.sizes(), DType::kInt64));
  const int64_t length = sequence.sizes().back();
  // Values of one row of a many-dimensional sequence.
  const int64_t per_row = sequence.dim() == 1 ? std::max<int64_t>(values.numel(), 1) : values.sizes().back();
  HEDDLE_TRY(dispatch<RealTypes>(dtype, "searchsorted_out_cpu", [&]<class T>() {
    const T* row = ordered.data<T>();
    const T* value = wanted.data<T>();
    auto* to = places.data<int64_t>();
    parallel::parallel_for(0, values.numel(), kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) to[i] = place_of(row + i / per_row * length, length, value[i], right);
    });
    return ok_status();
  }));
  return out_int32 ? to_dtype(places, DType::kInt32) : places;
}

Result<Tensor> as_tensor(const Scalar& value, const Tensor& sequence) {
  const auto dtype = ResultType().add(sequence).add(value).result();
  HEDDLE_REQUIRE(dtype, "torch.searchsorted(): a ", dtype_name(sequence.dtype()), " sequence cannot be searched");
  return Tensor::scalar(value, *dtype);
}

Result<Tensor> searchsorted(const Tensor& sequence, const Tensor& self, bool out_int32, bool right,
                            std::optional<std::string_view> side, std::optional<Tensor> sorter, const Out& out) {
  HEDDLE_REQUIRE(!side || *side == "left" || *side == "right",
                 "torch.searchsorted(): side can only be 'left' or 'right' but got ", side.value_or(""));
  HEDDLE_REQUIRE(!side || *side == "right" || !right,
                 "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was "
                 "True");
  const bool from_right = right || side == "right";
  return out.deliver(HEDDLE_TRY(sorted_positions(sequence, self, out_int32, from_right, sorter)));
}

Result<Tensor> searchsorted_number(const Tensor& sequence, const Scalar& self, bool out_int32, bool right,
                                   std::optional<std::string_view> side, std::optional<Tensor> sorter, const Out& out) {
  return searchsorted(sequence, HEDDLE_TRY(as_tensor(self, sequence)), out_int32, right, side, sorter, out);
}

Result<Tensor> bucketize(const Tensor& self, const Tensor& boundaries, bool out_int32, bool right, const Out& out) {
  HEDDLE_REQUIRE(boundaries.dim() == 1, "boundaries tensor must be 1 dimension, but got dim(", boundaries.dim(), ")");
  return out.deliver(HEDDLE_TRY(sorted_positions(boundaries, self, out_int32, right, std::nullopt)));
}

Result<Tensor> bucketize_number(const Scalar& self, const Tensor& boundaries, bool out_int32, bool right,
                                const Out& out) {
  return bucketize(HEDDLE_TRY(as_tensor(self, boundaries)), boundaries, out_int32, right, out);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(index_search) {
  using namespace heddle::ops;
  add_forms<&searchsorted>(table,
                           "aten::searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, "
                           "bool right=False, str? side=None, Tensor? sorter=None) -> Tensor",
                           {.out = "searchsorted.Tensor_out"});
  add_forms<&searchsorted_number>(
      table,
      "aten::searchsorted.Scalar(Tensor sorted_sequence, Scalar self, *, bool out_int32=False, bool right=False, str? "
      "side=None, Tensor? sorter=None) -> Tensor",
      {.out = "searchsorted.Scalar_out"});
  add_forms<&bucketize>(table,
                        "aten::bucketize.Tensor(Tensor self, Tensor boundaries, *, bool out_int32=False, bool "
                        "right=False) -> Tensor",
                        {.out = "bucketize.Tensor_out"});
  add_forms<&bucketize_number>(table,
                               "aten::bucketize.Scalar(Scalar self, Tensor boundaries, *, bool out_int32=False, bool "
                               "right=False) -> Tensor",
                               {.out = "bucketize.Scalar_out"});
}
