// Gives linear maps with constant weights their packed form (ops/linalg/packed_linear.cpp), with the function behind.
#include <string>
#include <string_view>
#include <vector>

#include "passes/passes.h"
#include "passes/patterns.h"
#include "schema/operator_table.h"

namespace heddle::passes {
namespace {

// Smaller matrices are no work for packed kernels.
constexpr int64_t kLeastWeights = 4096;

// What of a node is input, weights and bias.
struct Linear {
  ir::Value* input;
  const Tensor* weight;
  IValue bias;
  bool is_right_side;
  bool of_matrices;
  ir::Node* transposed = nullptr;  // the node that turned the weights, which as they lie are no right side
};

bool is_vector_of(const IValue& bias, int64_t size) {
  if (bias.is_none()) return true;
  return bias.is_tensor() && bias.as_tensor().dtype() == DType::kFloat32 && bias.as_tensor().dim() == 1 &&
         bias.as_tensor().size(0) == size;
}

std::optional<Linear> linear_of(const ir::Node& node) {
  Linear out{};
  if (node.is_operator("aten::linear") && constant_of(node.input(2))) {
    out = {node.input(0), constant_tensor(node.input(1)), *constant_of(node.input(2)), false, false};
  } else if (node.is_operator("aten::addmm") && constant_of(node.input(0)) && node.op->schema.overload.empty() &&
             constant_number(node.input(3)) == 1.0 && constant_number(node.input(4)) == 1.0) {
    out = {node.input(1), constant_tensor(node.input(2)), *constant_of(node.input(0)), true, true};
  } else if ((node.is_operator("aten::matmul") || node.is_operator("aten::mm")) && node.op->schema.overload.empty()) {
    ir::Node* const side = node.input(1)->node();
    const bool turned = side->is_operator("aten::t") || side->is_operator("aten::numpy_T");
    out = {node.input(0),
           constant_tensor(turned ? side->input(0) : node.input(1)),
           IValue(),
           !turned,
           node.is_operator("aten::mm"),
           turned ? side : nullptr};
  }
  if (!out.weight || out.weight->dim() != 2 || out.weight->dtype() != DType::kFloat32) return std::nullopt;
  if (out.weight->numel() < kLeastWeights || constant_of(out.input)) return std::nullopt;
  if (!is_vector_of(out.bias, out.weight->size(out.is_right_side ? 1 : 0))) return std::nullopt;
  return out;
}

class Packer {
 public:
  explicit Packer(ir::Graph& graph) : graph_(graph) {}

  Status block(ir::Block* block) {
    if (!pack_ || !run_) return ok_status();
    for (ir::Node* node = block->first(); node != block->return_node();) {
      ir::Node* const before = node->prev();
      for (const auto& inner : node->blocks()) HEDDLE_TRY(this->block(inner.get()));
      if (const Block* known = fused_block(*node)) {
        HEDDLE_TRY(pack_block(node, *known));
        // Past the packed weights and the node that uses them.
        node = before->next();
        while (!node->op || node->op != known->packed) node = node->next();
      } else if (const std::optional<Linear> linear = linear_of(*node)) {
        HEDDLE_TRY(pack(node, *linear));
        // Past the packed weights and the node that uses them.
        node = before->next()->next();
        if (linear->transposed && linear->transposed->output()->uses().empty()) linear->transposed->destroy();
      }
      node = node->next();
    }
    return ok_status();
  }

 private:
  Status pack(ir::Node* node, const Linear& linear) {
    ir::Node* function = only_reader(node->output());
    std::optional<Activation> activation;
    if (function && function->owner() == node->owner()) activation = activation_of(*function);

    const ir::InsertPointGuard guard(graph_, node);
    ir::Value* weights = HEDDLE_TRY(packed_weights(linear, activation.value_or(Activation()), node->range));
    const std::vector<ir::Value*> inputs = {linear.input, weights};
    ir::Node* run = graph_.insert(graph_.create_operator(*run_, inputs));
    run->add_output(types::tensor());
    run->range = node->range;
    run->inlined_at = node->inlined_at;
    if (activation) replace(function, run);
    replace(node, run);
    return ok_status();
  }

  // An operator that holds several linear maps, and its form with packed weights behind all other arguments.
  struct Block {
    const schema::Operator* packed;
    size_t inputs;
    std::vector<size_t> weights;  // each followed by its bias
    size_t with_activation;       // the weights behind which it stands; 0: none
    size_t use_gelu;
  };

  const Block* fused_block(const ir::Node& node) const {
    const Block* block = node.is_operator("aten::_native_multi_head_attention")     ? &attention_
                         : node.is_operator("aten::_transformer_encoder_layer_fwd") ? &encoder_layer_
                                                                                    : nullptr;
    if (!block || !block->packed || node.inputs().size() != block->inputs) return nullptr;
    for (const size_t i : block->weights) {
      const Tensor* weight = constant_tensor(node.input(i));
      const Tensor* bias = constant_tensor(node.input(i + 1));
      if (!weight || weight->dim() != 2 || weight->dtype() != DType::kFloat32) return nullptr;
      if (!bias || !is_vector_of(IValue(*bias), weight->size(0))) return nullptr;
    }
    return block->with_activation == 0 || constant_of(node.input(block->use_gelu)) ? block : nullptr;
  }

  // Leaves the packed form in the node's place.
  Status pack_block(ir::Node* node, const Block& block) {
    const ir::InsertPointGuard guard(graph_, node);
    std::vector<ir::Value*> inputs = node->inputs();
    for (const size_t i : block.weights) {
      Activation activation;
      if (i == block.with_activation) {
        activation.name = is_constant_bool(node->input(block.use_gelu), true) ? "gelu" : "relu";
      }
      const Linear linear{nullptr, constant_tensor(node->input(i)), *constant_of(node->input(i + 1)), false, false,
                          nullptr};
      inputs.push_back(HEDDLE_TRY(packed_weights(linear, activation, node->range)));
    }
    ir::Node* run = graph_.insert(graph_.create_operator(*block.packed, inputs));
    run->range = node->range;
    run->inlined_at = node->inlined_at;
    for (const auto& output : node->outputs()) {
      output->replace_all_uses_with(run->add_output(output->type()));
    }
    node->destroy();
    return ok_status();
  }

  Result<ir::Value*> packed_weights(const Linear& linear, const Activation& activation, const SourceRange& range) {
    const std::vector<IValue> arguments = {IValue(*linear.weight),       linear.bias,
                                           IValue(linear.is_right_side), IValue(linear.of_matrices),
                                           IValue(activation.name),      IValue(activation.low),
                                           IValue(activation.high)};
    std::vector<IValue> packed = HEDDLE_TRY(schema::call_operator(*pack_, arguments));
    return graph_.insert_constant(std::move(packed[0]), range, types::any());
  }

  static void replace(ir::Node* old, ir::Node* run) {
    old->output()->replace_all_uses_with(run->output());
    old->destroy();
  }

  ir::Graph& graph_;
  const schema::Operator* pack_ = schema::operators().find("heddle::pack_linear", "");
  const schema::Operator* run_ = schema::operators().find("heddle::linear", "");
  const Block attention_{schema::operators().find("heddle::multi_head_attention", ""), 13, {5, 7}, 0, 0};
  const Block encoder_layer_{
      schema::operators().find("heddle::transformer_encoder_layer", ""), 20, {3, 5, 14, 16}, 14, 7};
};

}  // namespace

Status pack_linears(ir::Graph& graph) { return Packer(graph).block(graph.block()); }

}  // namespace heddle::passes
