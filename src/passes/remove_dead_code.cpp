// Removes nodes without effect whose results nobody reads, and carried or merged values nobody reads.
#include "ir/aliases.h"
#include "passes/passes.h"

namespace heddle::passes {
namespace {

bool is_read(const ir::Node& node) {
  for (const auto& output : node.outputs()) {
    if (!output->uses().empty()) return true;
  }
  return false;
}

void drop_unread_branch_results(ir::Node* node) {
  for (size_t i = node->output_count(); i-- > 0;) {
    if (!node->output(i)->uses().empty()) continue;
    for (const auto& branch : node->blocks()) branch->return_node()->remove_input(i);
    node->remove_output(i);
  }
}

// A carried value goes when neither the body nor anyone behind the loop reads it, other than to carry it on.
void drop_unread_carried_values(ir::Node* node) {
  ir::Block* body = node->block(0);
  for (size_t i = node->output_count(); i-- > 0;) {
    const ir::Value* inside = body->input(i + 1);
    bool needed = !node->output(i)->uses().empty();
    for (const ir::Use& use : inside->uses()) needed |= use.user != body->return_node() || use.input != i + 1;
    if (needed) continue;
    body->return_node()->remove_input(i + 1);
    body->param_node()->remove_output(i + 1);
    node->remove_input(i + 2);
    node->remove_output(i);
  }
}

// A loop may run forever, and that is an effect; a loop over a known range of numbers ends.
bool may_not_end(const ir::Node& node) {
  if (node.is(ir::NodeKind::kLoop)) {
    const ir::Value* go = node.block(0)->outputs()[0];
    const bool counted =
        go->node()->is(ir::NodeKind::kConstant) && go->node()->constant.is_bool() && go->node()->constant.as_bool();
    if (!counted) return true;
  }
  for (const auto& block : node.blocks()) {
    for (const ir::Node* inner = block->first(); inner != block->return_node(); inner = inner->next()) {
      if (may_not_end(*inner)) return true;
    }
  }
  return false;
}

void sweep(ir::Block* block) {
  // Backwards: readers go before what they read.
  for (ir::Node* node = block->return_node()->prev(); node != block->param_node();) {
    ir::Node* earlier = node->prev();
    if (!is_read(*node) && !ir::AliasAnalysis::has_effect_inside(*node) && !may_not_end(*node)) {
      node->destroy();
    } else {
      if (node->is(ir::NodeKind::kIf)) drop_unread_branch_results(node);
      if (node->is(ir::NodeKind::kLoop)) drop_unread_carried_values(node);
      for (const auto& inner : node->blocks()) sweep(inner.get());
    }
    node = earlier;
  }
}

}  // namespace

Status remove_dead_code(ir::Graph& graph) {
  sweep(graph.block());
  return ok_status();
}

}  // namespace heddle::passes
