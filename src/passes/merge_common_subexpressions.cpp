// Computes equal expressions once: a pure node with the same inputs as an earlier one that dominates it takes over its
// results, unless memory either of them reads or returns is written anywhere, or would become visible as shared.
#include <functional>
#include <unordered_map>

#include "core/boxes.h"
#include "ir/aliases.h"
#include "passes/passes.h"

namespace heddle::passes {
namespace {

size_t combine(size_t seed, size_t value) { return seed * 1099511628211u ^ value; }

bool same_constant(const IValue& a, const IValue& b) {
  if (a.tag() != b.tag()) return false;
  if (a.is_tensor() || a.is_object()) return a.is_same(b);
  // Bits, not values: 0.0 and -0.0 differ, nan equals itself.
  if (a.is_double() || a.is_same(b)) return a.is_same(b);
  if (a.is_string()) return a.as_string() == b.as_string();
  return false;
}

size_t hash_node(const ir::Node& node) {
  size_t seed = combine(static_cast<size_t>(node.kind()), std::hash<const void*>()(node.op));
  for (const ir::Value* input : node.inputs()) seed = combine(seed, std::hash<const void*>()(input));
  seed = combine(seed, std::hash<std::string>()(node.name));
  const IValue& value = node.constant;
  if (value.is_string()) seed = combine(seed, std::hash<std::string>()(value.as_string()));
  if (value.is_int() || value.is_bool()) seed = combine(seed, static_cast<size_t>(value.as_int()));
  return seed;
}

bool same_node(const ir::Node& a, const ir::Node& b) {
  if (a.kind() != b.kind() || a.op != b.op || a.inputs() != b.inputs() || a.name != b.name ||
      !(a.function == b.function) || a.integers != b.integers || a.output_count() != b.output_count() ||
      a.types.size() != b.types.size()) {
    return false;
  }
  for (size_t i = 0; i < a.types.size(); ++i) {
    if (!same_type(*a.types[i], *b.types[i])) return false;
  }
  for (size_t i = 0; i < a.output_count(); ++i) {
    if (!same_type(*a.output(i)->type(), *b.output(i)->type())) return false;
  }
  return !a.is(ir::NodeKind::kConstant) || same_constant(a.constant, b.constant);
}

class Merger {
 public:
  explicit Merger(const ir::Graph& graph) : aliases_(graph) {}

  void block(ir::Block* block) {
    std::vector<size_t> added;
    ir::for_each_node(block, [&](ir::Node* node) {
      for (const auto& inner : node->blocks()) this->block(inner.get());
      if (!mergeable(*node)) return;
      const size_t hash = hash_node(*node);
      auto [at, end] = seen_.equal_range(hash);
      for (; at != end; ++at) {
        if (!same_node(*at->second, *node)) continue;
        for (size_t i = 0; i < node->output_count(); ++i) node->output(i)->replace_all_uses_with(at->second->output(i));
        node->destroy();
        return;
      }
      seen_.emplace(hash, node);
      added.push_back(hash);
      here_.push_back(node);
    });
    // What a block computed is not there behind it.
    for (size_t i = added.size(); i-- > 0;) {
      auto [at, end] = seen_.equal_range(added[i]);
      while (at != end && at->second != here_.back()) ++at;
      if (at != end) seen_.erase(at);
      here_.pop_back();
    }
  }

 private:
  bool mergeable(const ir::Node& node) const {
    if (!ir::AliasAnalysis::is_pure(node) || !node.blocks().empty() || node.output_count() == 0) return false;
    if (node.is(ir::NodeKind::kUninitialized)) return false;
    for (const ir::Value* input : node.inputs()) {
      if (aliases_.is_written(input)) return false;
    }
    for (const auto& output : node.outputs()) {
      if (ir::is_immutable(*output->type())) continue;
      if (aliases_.is_written(output.get())) return false;
      // Two fresh tensors that leave the graph must not become one; reading one attribute twice gives the same object
      // anyway.
      const bool same_object = node.is(ir::NodeKind::kGetAttr) || node.is(ir::NodeKind::kConstant);
      if (!same_object && aliases_.escapes(output.get())) return false;
    }
    return true;
  }

  ir::AliasAnalysis aliases_;
  std::unordered_multimap<size_t, ir::Node*> seen_;
  std::vector<ir::Node*> here_;
};

}  // namespace

Status merge_common_subexpressions(ir::Graph& graph) {
  Merger(graph).block(graph.block());
  return ok_status();
}

}  // namespace heddle::passes
