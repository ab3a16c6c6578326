// Numbers to the integers of quantised tensors and back, as torch.ao.quantization rounds them. Kernels of this folder
// work on plain tensors of the integers and give them their quantiser in the end. Any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>

#include "core/quantizer.h"

namespace heddle::ops {

// uint8, int8, int32 of quint8, qint8, qint32.
DType integer_dtype(DType quantized);
struct IntegerRange {
  int64_t low;
  int64_t high;
};
IntegerRange integer_range(DType quantized);

// PyTorch's error for a dtype that is not quantised.
Status check_quantized_dtype(DType dtype);
// The tensor's quantiser, checked to fit its sizes; an error naming `op` where the tensor is not quantised.
Result<Ref<const Quantizer>> checked_quantizer(std::string_view op, const Tensor& t);
// The same, where it must have one scale and zero point.
Result<Ref<const Quantizer>> tensor_quantizer_of(std::string_view op, const Tensor& t);
// A quantiser with one scale and zero point, the zero point checked to be one of the dtype's integers.
Result<Ref<const Quantizer>> make_quantizer(double scale, int64_t zero_point, DType dtype);

Result<Tensor> empty_quantized(std::span<const int64_t> sizes, DType dtype, Ref<const Quantizer> quantizer,
                               MemoryFormat format = MemoryFormat::kContiguous);
// Views of the same memory: a quantised tensor's integers, and integers as a quantised tensor.
Tensor integers_of(const Tensor& quantized);
Tensor with_quantizer(const Tensor& integers, Ref<const Quantizer> quantizer);

// values: float32 of any strides. The result is contiguous in the values' memory format.
Result<Tensor> quantize(const Tensor& values, Ref<const Quantizer> quantizer, DType dtype);
// float32, in the layout of the tensor.
Result<Tensor> dequantize(const Tensor& quantized);

// zero_point + value / scale, rounded to even and kept in the range; NaN becomes the lowest integer.
inline int64_t quantize_value(float value, float inverse_scale, int64_t zero_point, IntegerRange range) {
  constexpr float kHighest = 2147483520.0f;  // the largest float below 2^31
  const float scaled = value * inverse_scale;
  const int64_t rounded = std::lrint(scaled > kHighest ? kHighest : scaled);
  return std::clamp(std::max(rounded, int64_t{-2147483648}) + zero_point, range.low, range.high);
}

// One scale and zero point for numbers between the two, as torch's dynamic quantisation chooses them.
struct ChosenParameters {
  double scale;
  int64_t zero_point;
};
ChosenParameters choose_parameters(float smallest, float largest, IntegerRange range);
// The range of a tensor's numbers, those of an empty one being 0 and 0. values: float32.
Result<std::pair<float, float>> extent_of(const Tensor& values);

}  // namespace heddle::ops
