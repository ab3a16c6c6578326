// The states that archives hold of packed convolutions, in the three forms PyTorch has written.
#include <limits>

#include "core/element.h"
#include "ops/quantized/convolution_operators.h"

namespace heddle::ops {
namespace {

Status bad_state(std::string_view what) {
  return error(ErrorCode::kBadArchive, "the state of packed convolution parameters ", what);
}

struct State {
  std::vector<int64_t> numbers;  // spatial, strides, paddings, dilations, output paddings, groups, flags
  IValue weight;
  IValue bias;
};

Result<std::vector<int64_t>> numbers_of(const IValue& tensor) {
  if (!tensor.is_tensor() || tensor.as_tensor().dim() != 1 || !is_integral(tensor.as_tensor().dtype()) ||
      tensor.as_tensor().numel() > 64) {
    return bad_state("should hold its numbers as a tensor of integers");
  }
  std::vector<int64_t> out;
  for (int64_t i = 0; i < tensor.as_tensor().numel(); ++i) {
    out.push_back(load_single(tensor.as_tensor().select(0, i)).to_int());
  }
  return out;
}

const std::vector<IValue>* list_of(const IValue& value) { return value.is_list() ? &value.as_list().items : nullptr; }

// (weight, bias, [strides], [paddings], [dilations], groups), each number a tensor of one.
Result<State> read_first(const std::vector<IValue>& parts) {
  if (parts.size() != 6 || !list_of(parts[2]) || list_of(parts[2])->empty()) return bad_state("has the wrong parts");
  State state{{}, parts[0], parts[1]};
  const size_t spatial = list_of(parts[2])->size();
  state.numbers.push_back(static_cast<int64_t>(spatial));
  for (size_t part = 2; part < 5; ++part) {
    const std::vector<IValue>* list = list_of(parts[part]);
    if (!list || list->size() != spatial) return bad_state("has lists of different lengths");
    for (const IValue& item : *list) {
      const std::vector<int64_t> number = HEDDLE_TRY(numbers_of(item));
      if (number.empty()) return bad_state("has an empty tensor for a number");
      state.numbers.push_back(number[0]);
    }
  }
  state.numbers.insert(state.numbers.end(), spatial, 0);
  const std::vector<int64_t> groups = HEDDLE_TRY(numbers_of(parts[5]));
  if (groups.empty()) return bad_state("has no number of groups");
  state.numbers.push_back(groups[0]);
  state.numbers.push_back(0);
  return state;
}

// ("2", [numbers, weight], [bias])
Result<State> read_second(const std::vector<IValue>& parts) {
  const std::vector<IValue>* given = parts.size() == 3 ? list_of(parts[1]) : nullptr;
  const std::vector<IValue>* optional = parts.size() == 3 ? list_of(parts[2]) : nullptr;
  if (!given || given->size() != 2 || !optional || optional->size() > 1) return bad_state("has the wrong parts");
  return State{HEDDLE_TRY(numbers_of((*given)[0])), (*given)[1], optional->empty() ? IValue() : (*optional)[0]};
}

// (3, [numbers], [None, weight, bias])
Result<State> read_third(const std::vector<IValue>& parts) {
  const std::vector<IValue>* numbers = parts.size() == 3 ? list_of(parts[1]) : nullptr;
  const std::vector<IValue>* tensors = parts.size() == 3 ? list_of(parts[2]) : nullptr;
  if (!numbers || !tensors || tensors->size() != 3) return bad_state("has the wrong parts");
  State state{{}, (*tensors)[1], (*tensors)[2]};
  for (const IValue& number : *numbers) {
    if (!number.is_int()) return bad_state("should hold its numbers as integers");
    state.numbers.push_back(number.as_int());
  }
  return state;
}

Result<State> read_state(const IValue& value) {
  const std::vector<IValue>* parts = value.is_tuple() ? &value.as_tuple().items : nullptr;
  if (!parts || parts->empty()) return bad_state("is no tuple");
  const IValue& first = (*parts)[0];
  if (first.is_tensor()) return read_first(*parts);
  if (first.is_string() && first.as_string() == "2") return read_second(*parts);
  if (first.is_int() && first.as_int() == 3) return read_third(*parts);
  return error(ErrorCode::kUnsupported, "packed convolution parameters are of an unknown version");
}

}  // namespace

Result<Ref<const RefCounted>> restore_convolution(const IValue& value) {
  const State state = HEDDLE_TRY(read_state(value));
  const std::vector<int64_t>& n = state.numbers;
  if (n.empty() || (n[0] != 2 && n[0] != 3)) return bad_state("is of no 2 or 3 dimensions");
  const auto spatial = static_cast<size_t>(n[0]);
  if (n.size() != 4 * spatial + 3) return bad_state("has the wrong number of numbers");
  if (!state.weight.is_tensor() || !(state.bias.is_tensor() || state.bias.is_none())) {
    return bad_state("has no weight");
  }
  const auto numbers = [&](size_t part) { return Dims(std::span(n).subspan(1 + part * spatial, spatial)); };
  QuantizedConvolutionShape shape;
  shape.stride = numbers(0);
  shape.padding = numbers(1);
  shape.dilation = numbers(2);
  shape.output_padding = numbers(3);
  shape.groups = n[4 * spatial + 1];
  shape.transposed = n[4 * spatial + 2] != 0;
  const auto bias = state.bias.is_tensor() ? std::optional<Tensor>(state.bias.as_tensor()) : std::nullopt;
  const auto made = QuantizedConvolution::make(n[0], state.weight.as_tensor(), bias, std::move(shape));
  if (!made.ok()) return error(ErrorCode::kBadArchive, made.status().message());
  return Ref<const RefCounted>(made.value());
}

}  // namespace heddle::ops
