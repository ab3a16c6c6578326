// Removes operators that give their argument back: dropout outside training.
#include <array>
#include <string_view>

#include "passes/passes.h"
#include "passes/patterns.h"

namespace heddle::passes {
namespace {

// (input, p, train); outside training the result is the input itself, in PyTorch too.
constexpr std::array<std::string_view, 8> kDropouts = {
    "aten::dropout",  "aten::feature_dropout",  "aten::alpha_dropout",  "aten::feature_alpha_dropout",
    "aten::dropout_", "aten::feature_dropout_", "aten::alpha_dropout_", "aten::feature_alpha_dropout_",
};

bool is_identity(const ir::Node& node) {
  for (const std::string_view name : kDropouts) {
    if (node.is_operator(name)) return is_constant_bool(node.input(2), false);
  }
  return false;
}

void remove(ir::Block* block) {
  ir::for_each_node(block, [](ir::Node* node) {
    for (const auto& inner : node->blocks()) remove(inner.get());
    if (!is_identity(*node)) return;
    node->output()->replace_all_uses_with(node->input(0));
    node->destroy();
  });
}

}  // namespace

Status remove_identities(ir::Graph& graph) {
  remove(graph.block());
  return ok_status();
}

}  // namespace heddle::passes
