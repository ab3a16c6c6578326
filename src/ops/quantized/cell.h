// The weights of one layer and direction of a quantised LSTM or GRU: the content of
// __torch__.torch.classes.rnn.CellParamsBase. Shared by every run of the model, on any thread.
#pragma once

#include "ops/quantized/linear.h"

namespace heddle::ops {

inline constexpr const char* kCellParamsClass = "__torch__.torch.classes.rnn.CellParamsBase";

class QuantizedCell final : public RefCounted {
 public:
  static constexpr const char* kExpected = "of a quantized recurrent cell";
  QuantizedCell(Ref<const QuantizedLinear> from_input, Ref<const QuantizedLinear> from_state, bool reduces_range)
      : input(std::move(from_input)), state(std::move(from_state)), reduce_range(reduces_range) {}
  const Ref<const QuantizedLinear> input;  // [gates * hidden, features], with its bias
  const Ref<const QuantizedLinear> state;  // [gates * hidden, hidden]
  const bool reduce_range;
};

}  // namespace heddle::ops
