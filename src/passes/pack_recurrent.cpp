// Gives recurrent layers with constant weights their packed form (ops/rnn/packed_recurrent.cpp).
#include <algorithm>
#include <optional>
#include <vector>

#include "core/boxes.h"
#include "passes/passes.h"
#include "passes/patterns.h"
#include "schema/operator_table.h"

namespace heddle::passes {
namespace {

constexpr size_t kParameters = 2;  // the argument of aten::lstm.input and its kin

bool adds_float32(const Tensor* tensor, std::vector<Tensor>& to) {
  if (!tensor || is_lazy(*tensor) || tensor->dtype() != DType::kFloat32) return false;
  to.push_back(*tensor);
  return true;
}

// A list of float32 tensors, all constant.
std::optional<std::vector<Tensor>> constant_tensors(const ir::Value* list) {
  std::vector<Tensor> tensors;
  if (const IValue* constant = constant_of(list)) {
    for (const IValue& item : constant->as_list().items) {
      if (!adds_float32(&item.as_tensor(), tensors)) return std::nullopt;
    }
    return tensors;
  }
  if (!list->node()->is(ir::NodeKind::kListConstruct)) return std::nullopt;
  for (const ir::Value* item : list->node()->inputs()) {
    if (!adds_float32(constant_tensor(item), tensors)) return std::nullopt;
  }
  return tensors;
}

class Packer {
 public:
  explicit Packer(ir::Graph& graph) : graph_(graph) {}

  Status block(ir::Block* block) {
    if (!pack_ || !lstm_ || !gru_) return ok_status();
    for (ir::Node* node = block->first(); node != block->return_node();) {
      ir::Node* const following = node->next();
      for (const auto& inner : node->blocks()) HEDDLE_TRY(this->block(inner.get()));
      if (const schema::Operator* packed = packed_form(*node)) {
        if (const auto weights = constant_tensors(node->input(kParameters))) {
          HEDDLE_TRY(pack(node, *packed, *weights));
        }
      }
      node = following;
    }
    return ok_status();
  }

 private:
  const schema::Operator* packed_form(const ir::Node& node) const {
    if (node.is_operator("aten::lstm") && node.op->schema.overload == "input") return lstm_;
    if (node.is_operator("aten::gru") && node.op->schema.overload == "input") return gru_;
    return nullptr;
  }

  Status pack(ir::Node* node, const schema::Operator& packed, const std::vector<Tensor>& weights) {
    const ir::InsertPointGuard guard(graph_, node);
    std::vector<IValue> arguments = {make_tensor_list(weights)};
    std::vector<IValue> capsule = HEDDLE_TRY(schema::call_operator(*pack_, arguments));
    std::vector<ir::Value*> inputs = node->inputs();
    inputs[kParameters] = graph_.insert_constant(std::move(capsule[0]), node->range, types::any());
    ir::Node* run = graph_.insert(graph_.create_operator(packed, inputs));
    run->range = node->range;
    run->inlined_at = node->inlined_at;
    for (const auto& output : node->outputs()) {
      output->replace_all_uses_with(run->add_output(output->type()));
    }
    node->destroy();
    return ok_status();
  }

  ir::Graph& graph_;
  const schema::Operator* pack_ = schema::operators().find("heddle::pack_recurrent", "");
  const schema::Operator* lstm_ = schema::operators().find("heddle::lstm", "");
  const schema::Operator* gru_ = schema::operators().find("heddle::gru", "");
};

}  // namespace

Status pack_recurrent(ir::Graph& graph) { return Packer(graph).block(graph.block()); }

}  // namespace heddle::passes
