#include "passes/patterns.h"

namespace heddle::passes {

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
