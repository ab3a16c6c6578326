#include "lower/liveness.h"

#include <algorithm>

namespace heddle::lower {

Liveness::Liveness(const ir::Graph& graph) { number(*graph.block()); }

void Liveness::number(const ir::Block& block) {
  spans_[block.param_node()] = {next_, next_};
  ++next_;
  for (const ir::Node* node = block.first(); node != block.return_node(); node = node->next()) {
    const uint32_t begin = next_++;
    for (const auto& inner : node->blocks()) number(*inner);
    spans_[node] = {begin, node->blocks().empty() ? begin : next_++};
  }
  spans_[block.return_node()] = {next_, next_};
  ++next_;
}

uint32_t Liveness::last_use(const ir::Value* value) const {
  uint32_t last = end(value->node());
  for (const ir::Use& use : value->uses()) {
    const ir::Node* at = use.user;
    // Climb to the block the value is defined in.
    while (at->owner() != value->node()->owner()) at = at->owner()->owner();
    last = std::max(last, end(at));
  }
  return last;
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
