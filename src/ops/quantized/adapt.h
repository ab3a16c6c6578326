// Quantised tensors through the kernels of ordinary ones. Any thread.
#pragma once

#include "core/boxes.h"
#include "ops/quantized/quantize.h"

namespace heddle::ops {

// float32 of the integers less their zero point, in the tensor's layout. The tensor has one scale.
Result<Tensor> centred(const Tensor& quantized);
// round(values * factor) + zero point: what `centred` gave, after something linear was done to it. values: float32.
Result<Tensor> from_centred(const Tensor& values, float factor, const Ref<const Quantizer>& quantizer, DType dtype);
// The lowest integer of every element raised to the zero point: relu. In place.
void raise_to_zero_point(const Tensor& quantized);

}  // namespace heddle::ops
