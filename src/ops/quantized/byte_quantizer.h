// quantize_value of ops/quantized/quantize.h for integers of a byte. Private to ops/quantized.
#pragma once

#include <bit>
#include <cstdint>

#include "ops/quantized/quantize.h"

namespace heddle::ops {

// Without branches, so that loops of it are vectorised.
class ByteQuantizer {
 public:
  ByteQuantizer(float inverse_scale, int64_t zero_point, IntegerRange range)
      : inverse_scale_(inverse_scale),
        low_(static_cast<float>(range.low - zero_point)),
        high_(static_cast<float>(range.high - zero_point)),
        zero_point_(static_cast<int32_t>(zero_point)) {}
  int32_t operator()(float value) const {
    // The last place of a float of this size is one, so adding it rounds to an integer, and to even.
    constexpr float kWhole = 12582912.0f;
    const float scaled = value * inverse_scale_;
    const float raised = scaled > low_ ? scaled : low_;
    const float kept = raised < high_ ? raised : high_;
    return std::bit_cast<int32_t>(kept + kWhole) - std::bit_cast<int32_t>(kWhole) + zero_point_;
  }

 private:
  float inverse_scale_;
  float low_;
  float high_;
  int32_t zero_point_;
};

}  // namespace heddle::ops
