// What the operators on quantised convolutions share with the reading of archives. Any thread.
#pragma once

#include "ops/quantized/convolution.h"

namespace heddle::ops {

inline constexpr const char* kConvolution2dParamsClass = "__torch__.torch.classes.quantized.Conv2dPackedParamsBase";
inline constexpr const char* kConvolution3dParamsClass = "__torch__.torch.classes.quantized.Conv3dPackedParamsBase";

// A QuantizedConvolution of the state an archive holds; kBadArchive where it is none.
Result<Ref<const RefCounted>> restore_convolution(const IValue& state);

}  // namespace heddle::ops
