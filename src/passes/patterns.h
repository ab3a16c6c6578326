// Small questions that passes ask about nodes.
#pragma once

#include <optional>
#include <string>

#include "core/lazy_view.h"
#include "ir/graph.h"

namespace heddle::passes {

// The value of a Constant node; null for all others.
inline const IValue* constant_of(const ir::Value* value) {
  return value->node()->is(ir::NodeKind::kConstant) ? &value->node()->constant : nullptr;
}

inline bool is_constant_bool(const ir::Value* value, bool wanted) {
  const IValue* constant = constant_of(value);
  return constant && constant->is_bool() && constant->as_bool() == wanted;
}

// Null where the value is no constant tensor whose memory holds its elements.
inline const Tensor* constant_tensor(const ir::Value* value) {
  const IValue* constant = constant_of(value);
  return constant && constant->is_tensor() && !is_lazy(constant->as_tensor()) ? &constant->as_tensor() : nullptr;
}

inline std::optional<double> constant_number(const ir::Value* value) {
  const IValue* constant = constant_of(value);
  if (!constant || !(constant->is_int() || constant->is_double())) return std::nullopt;
  return constant->is_int() ? static_cast<double>(constant->as_int()) : constant->as_double();
}

// An activation as the packed operators name it (ops/common/activation.h).
struct Activation {
  std::string name;
  double low = 0;
  double high = 0;
};
// None where the node is no activation of a tensor, or its settings are not constant.
std::optional<Activation> activation_of(const ir::Node& node);

// Whether the node only asks for the shape of its argument.
bool reads_shape_only(const ir::Node& node);

// The one node that reads the value's elements; null where there are several or none, or where one of the uses is the
// end of a block. Nodes that ask for its shape do not count.
ir::Node* only_reader(const ir::Value* value);

}  // namespace heddle::passes
