#include "lower/liveness.h"

#include <algorithm>

namespace heddle::lower {
namespace {

// Constants live in registers of their own and never die.
bool is_constant(const ir::Value* value) { return value->node()->is(ir::NodeKind::kConstant); }

bool contains(const ir::Node* outer, const ir::Block* inner) {
  for (const ir::Block* at = inner; at->owner(); at = at->owner()->owner()) {
    if (at->owner() == outer) return true;
  }
  return false;
}

// Values a block or the blocks in it read, but which are defined outside of `node`.
void collect_free(const ir::Block& block, const ir::Node& node, std::vector<const ir::Value*>& free) {
  for (const ir::Node* inner = block.first();; inner = inner->next()) {
    for (const ir::Value* value : inner->inputs()) {
      if (!is_constant(value) && !contains(&node, value->node()->owner())) free.push_back(value);
    }
    for (const auto& nested : inner->blocks()) collect_free(*nested, node, free);
    if (inner == block.return_node()) return;
  }
}

}  // namespace

Liveness::Liveness(const ir::Graph& graph) {
  number(*graph.block());
  Live live;
  block(*graph.block(), live);
}

bool Liveness::dies_at(const ir::Value* value, const ir::Node* node) const {
  const Values& dying = deaths(node);
  return std::find(dying.begin(), dying.end(), value) != dying.end();
}

void Liveness::number(const ir::Block& block) {
  for (const ir::Node* node = block.param_node();; node = node->next()) {
    positions_[node] = next_position_++;
    for (const auto& output : node->outputs()) last_read_[output.get()] = positions_[node];
    for (const auto& inner : node->blocks()) number(*inner);
    if (node == block.return_node()) return;
  }
}

void Liveness::read(const ir::Node& node, const ir::Value* value, Live& live) {
  if (is_constant(value)) return;
  last_read_[value] = std::max(last_read_[value], positions_[&node]);
  if (live.insert(value).second) deaths_[&node].push_back(value);
}

void Liveness::unread_results(const ir::Node& node, Live& live, Values& into) {
  for (const auto& output : node.outputs()) {
    if (live.erase(output.get()) == 0) into.push_back(output.get());
  }
}

void Liveness::block(const ir::Block& block, Live& live) {
  for (const ir::Value* output : block.outputs()) read(*block.return_node(), output, live);
  for (const ir::Node* at = block.return_node()->prev(); at != block.param_node(); at = at->prev()) node(*at, live);
  unread_results(*block.param_node(), live, entry_[&block]);
}

void Liveness::node(const ir::Node& node, Live& live) {
  switch (node.kind()) {
    case ir::NodeKind::kConstant:
      return;
    case ir::NodeKind::kIf:
      return conditional(node, live);
    case ir::NodeKind::kLoop:
      return loop(node, live);
    default:
      break;
  }
  Values unread;
  unread_results(node, live, unread);
  for (const ir::Value* input : node.inputs()) read(node, input, live);
  Values& dying = deaths_[&node];
  dying.insert(dying.end(), unread.begin(), unread.end());
}

void Liveness::conditional(const ir::Node& node, Live& live) {
  Values& behind = behind_[&node];
  unread_results(node, live, behind);
  std::vector<Live> before;
  for (const auto& branch : node.blocks()) {
    before.push_back(live);
    block(*branch, before.back());
  }
  Live inside;
  for (const Live& branch : before) inside.insert(branch.begin(), branch.end());
  if (const ir::Value* test = node.input(0); !is_constant(test)) {
    inside.insert(test);
    last_read_[test] = std::max(last_read_[test], positions_[&node]);
  }
  for (const ir::Value* value : inside) {
    if (live.count(value)) continue;
    behind.push_back(value);
    for (size_t i = 0; i < before.size(); ++i) {
      if (!before[i].count(value)) entry_[node.block(i)].push_back(value);
    }
  }
  live = std::move(inside);
}

void Liveness::loop(const ir::Node& node, Live& live) {
  const ir::Block& body = *node.block(0);
  Values& behind = behind_[&node];
  unread_results(node, live, behind);
  // What any round reads is alive all through: the next round may read it again. So is the number of trips.
  Values free;
  collect_free(body, node, free);
  if (!is_constant(node.input(0))) free.push_back(node.input(0));
  for (const ir::Value* value : free) {
    last_read_[value] = std::max(last_read_[value], positions_[body.return_node()]);
    if (live.insert(value).second) behind.push_back(value);
  }
  Live inside = live;
  block(body, inside);
  for (size_t i = 1; i < node.inputs().size(); ++i) read(node, node.input(i), live);
}

bool is_unboxed(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kBool:
    case TypeKind::kNone:
    case TypeKind::kDevice:
      return true;
    case TypeKind::kOptional:
      return is_unboxed(*type.element());
    default:
      return false;
  }
}

}  // namespace heddle::lower
