#include "passes/patterns.h"

#include <string_view>

namespace heddle::passes {
namespace {

bool computes(const ir::Node& node, std::string_view name) {
  return node.is_operator(concat("aten::", name)) || node.is_operator(concat("aten::", name, "_"));
}

}  // namespace

std::optional<Activation> activation_of(const ir::Node& node) {
  for (const std::string_view name : {"relu", "silu", "hardswish", "sigmoid", "tanh"}) {
    if (computes(node, name)) return Activation{std::string(name)};
  }
  if (computes(node, "gelu")) {
    const IValue* kind = constant_of(node.input(1));
    if (!kind || !kind->is_string()) return std::nullopt;
    if (kind->as_string() == "none") return Activation{"gelu"};
    if (kind->as_string() == "tanh") return Activation{"gelu_tanh"};
    return std::nullopt;
  }
  if (computes(node, "relu6")) return Activation{"hardtanh", 0, 6};
  if (!computes(node, "hardtanh")) return std::nullopt;
  const std::optional<double> low = constant_number(node.input(1));
  const std::optional<double> high = constant_number(node.input(2));
  if (!low || !high || !(*low <= *high)) return std::nullopt;
  return Activation{"hardtanh", *low, *high};
}

bool reads_shape_only(const ir::Node& node) {
  return node.is_operator("aten::dim") || node.is_operator("aten::size") || node.is_operator("aten::numel") ||
         node.is_operator("aten::len");
}

ir::Node* only_reader(const ir::Value* value) {
  ir::Node* reader = nullptr;
  for (const ir::Use& use : value->uses()) {
    if (reads_shape_only(*use.user)) continue;
    if (reader || use.user->is(ir::NodeKind::kReturn)) return nullptr;
    reader = use.user;
  }
  return reader;
}

}  // namespace heddle::passes
