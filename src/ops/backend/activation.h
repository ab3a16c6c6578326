// Functions that the kernels of oneDNN apply to a sum before they store it.
#pragma once

#include <compare>
#include <cstdint>

namespace heddle::ops::backend {

struct Activation {
  enum class Kind : uint8_t { kNone, kRelu, kClamp, kSilu, kHardswish, kSigmoid, kTanh, kGelu, kGeluTanh };
  Kind kind = Kind::kNone;
  float low = 0;  // of kClamp
  float high = 0;
  auto operator<=>(const Activation&) const = default;
};

}  // namespace heddle::ops::backend
