#include "ops/rnn/sequences.h"

#include "ops/common/copy.h"

namespace heddle::ops {

Tensor PaddedRows::restored(const Tensor& output) const {
  const auto time = static_cast<int64_t>(steps.sizes.size());
  const Tensor by_time = output.view_contiguous(Dims{time, output.size(0) / time, output.size(1)});
  return batch_first ? by_time.transpose(0, 1) : by_time;
}

Result<PaddedRows> padded_rows(const Tensor& input, bool batch_first) {
  HEDDLE_REQUIRE(input.dim() == 3, "Expected input to be 3-dimensional in RNN, but got size ", to_text(input.sizes()));
  const Tensor by_time = HEDDLE_TRY(contiguous(batch_first ? input.transpose(0, 1) : input));
  const int64_t time = by_time.size(0);
  const int64_t batch = by_time.size(1);
  HEDDLE_REQUIRE(time > 0, "Expected sequence length to be larger than 0 in RNN");
  PaddedRows padded{by_time.view_contiguous(Dims{time * batch, by_time.size(2)}), {}, batch_first};
  padded.steps.sizes.assign(static_cast<size_t>(time), batch);
  return padded;
}

Result<RecurrentResult> run_padded(RecurrentArguments arguments, bool batch_first) {
  const PaddedRows padded = HEDDLE_TRY(padded_rows(arguments.input, batch_first));
  arguments.input = padded.rows;
  arguments.steps = padded.steps;
  RecurrentResult result = HEDDLE_TRY(run_recurrent(arguments));
  result.output = padded.restored(result.output);
  return result;
}

Result<Steps> packed_steps(const Tensor& batch_sizes) {
  HEDDLE_REQUIRE(batch_sizes.dim() == 1 && is_integral(batch_sizes.dtype()),
                 "rnn: batch_sizes must be one-dimensional integers, but are ", python_name(batch_sizes.dtype()),
                 to_text(batch_sizes.sizes()));
  const Tensor sizes = HEDDLE_TRY(contiguous_as(batch_sizes, DType::kInt64));
  Steps steps;
  for (int64_t i = 0; i < sizes.numel(); ++i) {
    const int64_t size = sizes.data<int64_t>()[i];
    HEDDLE_REQUIRE(size > 0 && (i == 0 || size <= steps.sizes.back()),
                   "rnn: batch_sizes must be positive and not increase, but step ", i, " has ", size);
    steps.sizes.push_back(size);
  }
  return steps;
}

}  // namespace heddle::ops
