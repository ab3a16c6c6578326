// Sequences of different lengths: packed by step, padded to one length.
#include <algorithm>
#include <tuple>

#include "ops/common/copy.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using TwoTensors = std::tuple<Tensor, Tensor>;

// The steps of a padded batch, each with the sequences that reach it, one after another.
Result<TwoTensors> pack_padded_sequence(const Tensor& input, const Tensor& lengths, bool batch_first) {
  HEDDLE_REQUIRE(input.dim() >= 2, "_pack_padded_sequence: expected an input of at least two dimensions, but got size ",
                 to_text(input.sizes()));
  HEDDLE_REQUIRE(input.numel() > 0, "Cannot pack empty tensors.");
  HEDDLE_REQUIRE(lengths.dim() == 1 && is_integral(lengths.dtype()),
                 "_pack_padded_sequence: lengths must be one-dimensional integers, but are ",
                 python_name(lengths.dtype()), to_text(lengths.sizes()));
  const Tensor by_time = batch_first ? input.transpose(0, 1) : input;
  const int64_t batch = by_time.size(1);
  HEDDLE_REQUIRE(lengths.numel() == batch, "Expected `len(lengths)` to be equal to batch_size, but got ",
                 lengths.numel(), " (batch_size=", batch, ")");
  const Tensor numbers = HEDDLE_TRY(contiguous_as(lengths, DType::kInt64));
  const int64_t* length = numbers.data<int64_t>();
  int64_t rows = 0;
  for (int64_t i = 0; i < batch; ++i) {
    HEDDLE_REQUIRE(length[i] > 0,
                   "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0");
    HEDDLE_REQUIRE(i == 0 || length[i] <= length[i - 1],
                   "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
                   "`enforce_sorted=False` to "
                   "pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need ONNX "
                   "exportability.");
    HEDDLE_REQUIRE(length[i] <= by_time.size(0), "_pack_padded_sequence: length ", length[i], " exceeds the ",
                   by_time.size(0), " steps of the input");
    rows += length[i];
  }
  Dims sizes = {rows};
  for (int64_t i = 2; i < by_time.dim(); ++i) sizes.push_back(by_time.size(i));
  Tensor data = HEDDLE_TRY(Tensor::empty(sizes, input.dtype()));
  Tensor batch_sizes = HEDDLE_TRY(Tensor::empty(Dims{length[0]}, DType::kInt64));
  int64_t row = 0;
  int64_t active = batch;
  for (int64_t t = 0; t < length[0]; ++t) {
    while (length[active - 1] <= t) --active;
    HEDDLE_TRY(copy_into(data.narrow(0, row, active), by_time.select(0, t).narrow(0, 0, active)));
    batch_sizes.data<int64_t>()[t] = active;
    row += active;
  }
  return TwoTensors(data, batch_sizes);
}

Result<TwoTensors> pad_packed_sequence(const Tensor& data, const Tensor& batch_sizes, bool batch_first,
                                       const Scalar& padding_value, int64_t total_length) {
  HEDDLE_REQUIRE(
      batch_sizes.dim() == 1 && is_integral(batch_sizes.dtype()) && batch_sizes.numel() > 0 && data.dim() >= 1,
      "_pad_packed_sequence: expected data and one-dimensional batch_sizes, but got sizes ", to_text(data.sizes()),
      " and ", to_text(batch_sizes.sizes()));
  const Tensor numbers = HEDDLE_TRY(contiguous_as(batch_sizes, DType::kInt64));
  const int64_t* size = numbers.data<int64_t>();
  const int64_t steps = numbers.numel();
  const int64_t batch = size[0];
  int64_t rows = 0;
  for (int64_t t = 0; t < steps; ++t) {
    HEDDLE_REQUIRE(size[t] > 0 && size[t] <= batch && (t == 0 || size[t] <= size[t - 1]),
                   "_pad_packed_sequence: batch_sizes must be positive and not increase, but step ", t, " has ",
                   size[t]);
    rows += size[t];
  }
  HEDDLE_REQUIRE(rows == data.size(0), "_pad_packed_sequence: batch_sizes add up to ", rows, ", but the data has ",
                 data.size(0), " rows");
  HEDDLE_REQUIRE(
      total_length <= 0 || total_length >= steps,
      "Expected total_length to be at least the length of the longest sequence in input, but got total_length=",
      total_length, " and max sequence length being ", steps);
  Dims sizes = {total_length > 0 ? total_length : steps, batch};
  for (int64_t i = 1; i < data.dim(); ++i) sizes.push_back(data.size(i));
  Tensor output = HEDDLE_TRY(full(sizes, padding_value, data.dtype()));
  Tensor lengths = HEDDLE_TRY(Tensor::empty(Dims{batch}, DType::kInt64));
  int64_t row = 0;
  for (int64_t t = 0; t < steps; ++t) {
    HEDDLE_TRY(copy_into(output.select(0, t).narrow(0, 0, size[t]), data.narrow(0, row, size[t])));
    std::fill_n(lengths.data<int64_t>(), size[t], t + 1);
    row += size[t];
  }
  return TwoTensors(batch_first ? output.transpose(0, 1) : output, lengths);
}

Result<Tensor> pad_sequence(const std::vector<Tensor>& sequences, bool batch_first, double padding_value) {
  HEDDLE_REQUIRE(!sequences.empty(), "received an empty list of sequences");
  const Tensor& first = sequences[0];
  HEDDLE_REQUIRE(first.dim() >= 1, "pad_sequence: sequences must have at least one dimension");
  int64_t longest = 0;
  for (const Tensor& s : sequences) {
    HEDDLE_REQUIRE(
        s.dim() == first.dim() && std::equal(s.sizes().begin() + 1, s.sizes().end(), first.sizes().begin() + 1),
        "pad_sequence: sequences may differ in their first dimension only, but have sizes ", to_text(first.sizes()),
        " and ", to_text(s.sizes()));
    longest = std::max(longest, s.size(0));
  }
  const auto count = static_cast<int64_t>(sequences.size());
  Dims sizes = batch_first ? Dims{count, longest} : Dims{longest, count};
  for (int64_t i = 1; i < first.dim(); ++i) sizes.push_back(first.size(i));
  Tensor output = HEDDLE_TRY(full(sizes, padding_value, first.dtype()));
  for (int64_t i = 0; i < count; ++i) {
    const Tensor& s = sequences[static_cast<size_t>(i)];
    HEDDLE_TRY(copy_into(output.select(batch_first ? 0 : 1, i).narrow(0, 0, s.size(0)), s));
  }
  return output;
}

// What tracing leaves of a packed sequence's constructor.
Result<std::tuple<Tensor, Tensor, std::optional<Tensor>, std::optional<Tensor>>> pack_sequence(
    const Tensor& output, const Tensor& batch_sizes, const std::optional<Tensor>& sorted,
    const std::optional<Tensor>& unsorted) {
  return std::tuple(output, batch_sizes, sorted, unsorted);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(packed_sequence) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add("aten::_pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first) -> (Tensor, Tensor)",
            boxed<&pack_padded_sequence>());
  table.add(
      "aten::_pad_packed_sequence(Tensor data, Tensor batch_sizes, bool batch_first, Scalar padding_value, int "
      "total_length) -> (Tensor, Tensor)",
      boxed<&pad_packed_sequence>());
  table.add("aten::pad_sequence(Tensor[] sequences, bool batch_first=False, float padding_value=0.) -> Tensor",
            boxed<&pad_sequence>());
  table.add(
      "aten::_pack_sequence(Tensor output, Tensor batch_sizes, Tensor? sorted_indices, Tensor? unsorted_indices) -> "
      "(Tensor, Tensor, Tensor?, "
      "Tensor?)",
      boxed<&pack_sequence>());
}
