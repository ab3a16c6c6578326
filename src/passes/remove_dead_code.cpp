// Removes nodes without effect whose results nobody reads, and carried or merged values nobody reads. Works by marking
// what is alive from the effects and the graph's outputs backwards, so that values which only keep each other alive
// around a loop go too.
#include <cstdint>
#include <limits>
#include <unordered_set>

#include "ir/aliases.h"
#include "passes/passes.h"

namespace heddle::passes {
namespace {

// A loop may run forever, and that is an effect; a loop over a known range of numbers ends. "while True" is a range
// too, one that nobody sees the end of.
bool may_not_end(const ir::Node& node) {
  if (!node.is(ir::NodeKind::kLoop)) return false;
  const ir::Node& trips = *node.input(0)->node();
  if (trips.is(ir::NodeKind::kConstant) && trips.constant.as_int() == std::numeric_limits<int64_t>::max()) return true;
  const ir::Node& go = *node.block(0)->outputs()[0]->node();
  return !(go.is(ir::NodeKind::kConstant) && go.constant.is_bool() && go.constant.as_bool());
}

class Liveness {
 public:
  explicit Liveness(ir::Graph& graph) {
    for (const ir::Value* output : graph.outputs()) mark(output);
    roots(*graph.block());
    while (!work_.empty()) {
      const ir::Value* value = work_.back();
      work_.pop_back();
      follow(*value);
    }
  }

  bool alive(const ir::Node* node) const { return nodes_.count(node); }
  // Whether result i of an If or Loop is read behind it, or carried into a turn that reads it.
  bool result_alive(const ir::Node* node, size_t i) const {
    if (values_.count(node->output(i))) return true;
    return node->is(ir::NodeKind::kLoop) && values_.count(node->block(0)->input(i + 1));
  }

 private:
  void roots(const ir::Block& block) {
    for (const ir::Node* node = block.first(); node != block.return_node(); node = node->next()) {
      if (ir::AliasAnalysis::has_effect(*node) || may_not_end(*node)) mark(node);
      for (const auto& inner : node->blocks()) roots(*inner);
    }
  }

  void mark(const ir::Value* value) {
    if (values_.insert(value).second) work_.push_back(value);
  }

  void mark(const ir::Node* node) {
    if (!nodes_.insert(node).second) return;
    if (node->is(ir::NodeKind::kIf)) {
      mark(node->input(0));
    } else if (node->is(ir::NodeKind::kLoop)) {
      mark(node->input(0));
      mark(node->input(1));
      mark(node->block(0)->outputs()[0]);
    } else {
      for (const ir::Value* input : node->inputs()) mark(input);
    }
    if (const ir::Node* around = node->owner()->owner()) mark(around);
  }

  void carried(const ir::Node& loop, size_t i) {
    mark(loop.input(i + 2));
    mark(loop.block(0)->outputs()[i + 1]);
    mark(loop.block(0)->input(i + 1));
  }

  void follow(const ir::Value& value) {
    const ir::Node& node = *value.node();
    if (node.is(ir::NodeKind::kParam)) {
      const ir::Node* around = node.owner()->owner();
      if (around && around->is(ir::NodeKind::kLoop) && value.offset() > 0) carried(*around, value.offset() - 1);
      return;
    }
    mark(&node);
    if (node.is(ir::NodeKind::kIf)) {
      for (const auto& branch : node.blocks()) mark(branch->outputs()[value.offset()]);
    } else if (node.is(ir::NodeKind::kLoop)) {
      carried(node, value.offset());
    }
  }

  std::unordered_set<const ir::Value*> values_;
  std::unordered_set<const ir::Node*> nodes_;
  std::vector<const ir::Value*> work_;
};

void drop_result(ir::Node* node, size_t i) {
  if (node->is(ir::NodeKind::kIf)) {
    for (const auto& branch : node->blocks()) branch->return_node()->remove_input(i);
  } else {
    node->block(0)->return_node()->remove_input(i + 1);
    node->remove_input(i + 2);
  }
}

void sweep(ir::Block* block, const Liveness& liveness) {
  // Backwards: readers go before what they read.
  for (ir::Node* node = block->return_node()->prev(); node != block->param_node();) {
    ir::Node* earlier = node->prev();
    const bool merges = node->is(ir::NodeKind::kIf) || node->is(ir::NodeKind::kLoop);
    if (!liveness.alive(node)) {
      node->destroy();
      node = earlier;
      continue;
    }
    std::vector<size_t> unread;
    for (size_t i = merges ? node->output_count() : 0; i-- > 0;) {
      if (!liveness.result_alive(node, i)) unread.push_back(i);
    }
    for (size_t i : unread) drop_result(node, i);
    for (const auto& inner : node->blocks()) sweep(inner.get(), liveness);
    for (size_t i : unread) {
      if (node->is(ir::NodeKind::kLoop)) node->block(0)->param_node()->remove_output(i + 1);
      node->remove_output(i);
    }
    node = earlier;
  }
}

}  // namespace

Status remove_dead_code(ir::Graph& graph) {
  sweep(graph.block(), Liveness(graph));
  return ok_status();
}

}  // namespace heddle::passes
