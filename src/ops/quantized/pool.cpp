// Pooling of quantised bytes as they are: the largest of integers, and means of whole channels-last planes by their
// sums. Other means go through float32 (adapt.cpp).
#include <algorithm>
#include <vector>

#include "ops/common/call.h"
#include "ops/common/copy.h"
#include "ops/pool/window.h"
#include "ops/quantized/adapt.h"
#include "ops/quantized/kernels.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Result<Tensor> max_pool2d_quantized(const Tensor& self, const Dims& kernel_size, const Dims& stride,
                                    const Dims& padding, const Dims& dilation, bool ceil_mode) {
  const Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of("max_pool2d", self));
  const Tensor integers = integers_of(self);
  const std::vector<PoolAxis> axes =
      HEDDLE_TRY(window_axes("max_pool2d", integers, 2, {kernel_size, stride, padding, dilation, ceil_mode}));
  const PoolResult result =
      HEDDLE_TRY(pool(PoolProblem::Kind::kMax, integers, axes, false, std::nullopt, "max_pool2d"));
  return with_quantizer(result.output, q);
}

// sums[c] = the sum of column c of [rows, columns].
template <class T>
void sum_columns(const T* x, int64_t rows, int64_t columns, int32_t* sums) {
  // So many bytes add up to 16 bits.
  constexpr int64_t kRows = 128;
  std::vector<int16_t> few(static_cast<size_t>(columns));
  std::fill_n(sums, columns, 0);
  for (int64_t first = 0; first < rows; first += kRows) {
    std::fill(few.begin(), few.end(), int16_t{0});
    for (int64_t row = first; row < std::min(first + kRows, rows); ++row) {
      const T* from = x + row * columns;
      int16_t* const to = few.data();
      for (int64_t c = 0; c < columns; ++c) to[c] = static_cast<int16_t>(to[c] + from[c]);
    }
    for (int64_t c = 0; c < columns; ++c) sums[c] += few[static_cast<size_t>(c)];
  }
}

// float32 [N, C, 1, 1] of the means of channels-last planes, less the zero point.
template <class T>
void mean_of_planes(const Tensor& integers, int64_t zero_point, const Tensor& result) {
  const int64_t channels = integers.size(1);
  const int64_t pixels = integers.size(2) * integers.size(3);
  const int64_t grain = std::max<int64_t>(1, 65536 / std::max<int64_t>(1, channels * pixels));
  parallel::parallel_for(0, integers.size(0), grain, [&](int64_t begin, int64_t end) {
    std::vector<int32_t> sums(static_cast<size_t>(channels));
    for (int64_t image = begin; image < end; ++image) {
      sum_columns(integers.data<T>() + image * pixels * channels, pixels, channels, sums.data());
      float* const to = result.data<float>() + image * channels;
      for (int64_t c = 0; c < channels; ++c) {
        const auto centred = static_cast<float>(sums[static_cast<size_t>(c)] - zero_point * pixels);
        to[c] = centred / static_cast<float>(pixels);
      }
    }
  });
}

// Sums of more pixels could leave 32 bits.
constexpr int64_t kMostPixels = 1 << 22;

bool is_plane_of_bytes(const Tensor& self) {
  if (self.dim() != 4 || self.dtype() == DType::kQInt32 || self.numel() == 0) return false;
  return self.suggested_format() == MemoryFormat::kChannelsLast && self.is_dense() &&
         self.size(2) * self.size(3) <= kMostPixels;
}

Result<Tensor> mean_quantized(const Tensor& self) {
  const Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of("adaptive_avg_pool2d", self));
  const Tensor integers = integers_of(self);
  const Tensor means =
      HEDDLE_TRY(Tensor::empty(Dims{self.size(0), self.size(1), 1, 1}, DType::kFloat32, MemoryFormat::kChannelsLast));
  if (self.dtype() == DType::kQUInt8) {
    mean_of_planes<uint8_t>(integers, q->zero_point(), means);
  } else {
    mean_of_planes<int8_t>(integers, q->zero_point(), means);
  }
  return from_centred(means, 1.0f, q, self.dtype());
}

Result<Tensor> adaptive_avg_pool2d_quantized(const Tensor& self, const Dims& output_size) {
  if (output_size == Dims{1, 1} && is_plane_of_bytes(self)) return mean_quantized(self);
  const Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of("adaptive_avg_pool2d", self));
  const std::vector<IValue> arguments = {HEDDLE_TRY(centred(self)), make_int_list(output_size)};
  const Tensor means = HEDDLE_TRY(call_tensor_operator("aten::adaptive_avg_pool2d", "", arguments));
  return from_centred(means, 1.0f, q, self.dtype());
}

}  // namespace

void add_pool_kernels(QuantizedKernels& kernels) {
  kernels.add("aten::max_pool2d", boxed<&max_pool2d_quantized>());
  kernels.add("aten::adaptive_avg_pool2d", boxed<&adaptive_avg_pool2d_quantized>());
  kernels.add("aten::_adaptive_avg_pool2d", boxed<&adaptive_avg_pool2d_quantized>());
}

}  // namespace heddle::ops
