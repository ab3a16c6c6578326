// Gives convolutions with constant weights their packed form (ops/conv/packed_convolution.cpp), and lets them do what
// comes right behind: a batch normalisation with constant statistics, the sum with a tensor that is not needed
// afterwards, an activation.
#include <array>
#include <string_view>
#include <vector>

#include "core/boxes.h"
#include "ir/aliases.h"
#include "passes/affine.h"
#include "passes/passes.h"
#include "passes/patterns.h"
#include "schema/operator_table.h"

namespace heddle::passes {
namespace {

struct Operators {
  const schema::Operator* pack = schema::operators().find("heddle::pack_convolution", "");
  const schema::Operator* run = schema::operators().find("heddle::convolution", "");
  const schema::Operator* add = schema::operators().find("heddle::convolution_add_", "");
};

// The input that holds the number of groups; none where the node is no convolution that can be packed.
std::optional<size_t> groups_of(const ir::Node& node) {
  for (const std::string_view name : {"aten::conv1d", "aten::conv2d", "aten::conv3d"}) {
    if (node.is_operator(name) && node.op->schema.overload.empty()) return 6;
  }
  const bool general = node.is_operator("aten::_convolution") || node.is_operator("aten::convolution");
  if (general && is_constant_bool(node.input(6), false)) return 8;
  return std::nullopt;
}

bool is_packable(const ir::Node& node) {
  const std::optional<size_t> groups = groups_of(node);
  if (!groups || !node.inputs()[0]->type()->is(TypeKind::kTensor)) return false;
  const Tensor* weight = constant_tensor(node.input(1));
  const IValue* bias = constant_of(node.input(2));
  if (!weight || weight->dim() < 3 || weight->dim() > 5 || weight->dtype() != DType::kFloat32 || !bias) return false;
  for (const size_t i : {size_t{3}, size_t{4}, size_t{5}, *groups}) {
    const IValue* value = constant_of(node.input(i));
    if (!value || !(value->is_list() || value->is_int())) return false;
  }
  return true;
}

// Whether the value is a new tensor of its node that shares memory with no other value.
bool is_fresh(const ir::Value* value) {
  const ir::Node& node = *value->node();
  if (!node.is(ir::NodeKind::kOperator) || !value->type()->is(TypeKind::kTensor)) return false;
  // Its own argument is at its end there.
  if (node.is_operator("heddle::convolution_add_")) return true;
  for (const schema::Argument& result : node.op->schema.returns) {
    if (result.alias) return false;
  }
  return !node.op->schema.is_mutable();
}

bool leaves_alone(const ir::Use& use) {
  const ir::Node& user = *use.user;
  if (!user.is(ir::NodeKind::kOperator) || use.input >= user.op->schema.arguments.size()) return false;
  return !user.op->schema.arguments[use.input].alias;
}

// Whether nobody but `last` will read the value's memory from there on.
bool ends_at(const ir::Value* value, const ir::Node* last) {
  if (!is_fresh(value) || value->node()->owner() != last->owner()) return false;
  for (const ir::Use& use : value->uses()) {
    if (use.user == last) continue;
    if (!leaves_alone(use)) return false;
    if (!use.user->is_before(last) && !reads_shape_only(*use.user)) return false;
  }
  return true;
}

// Whether the node may run right before `later` instead: nothing between writes memory.
bool may_move_to(const ir::Node* node, const ir::Node* later) {
  if (node->owner() != later->owner()) return false;
  const auto writes = [](const ir::Node& between, const auto& self) -> bool {
    if (ir::AliasAnalysis::has_effect(between) && !between.is(ir::NodeKind::kRaise)) return true;
    for (const auto& block : between.blocks()) {
      for (const ir::Node* inner = block->first(); inner != block->return_node(); inner = inner->next()) {
        if (self(*inner, self)) return true;
      }
    }
    return false;
  };
  for (const ir::Node* between = node->next(); between != later; between = between->next()) {
    if (writes(*between, writes)) return false;
  }
  return true;
}

class Packer {
 public:
  explicit Packer(ir::Graph& graph) : graph_(graph) {}

  Status block(ir::Block* block) {
    if (!operators_.pack || !operators_.run || !operators_.add) return ok_status();
    for (ir::Node* node = block->first(); node != block->return_node();) {
      ir::Node* const before = node->prev();
      for (const auto& inner : node->blocks()) HEDDLE_TRY(this->block(inner.get()));
      if (is_packable(*node)) {
        HEDDLE_TRY(pack(node));
        node = before->next();
      } else {
        node = node->next();
      }
    }
    return ok_status();
  }

 private:
  Status pack(ir::Node* convolution) {
    ask_input_for_dim(*convolution);
    // The nodes that become one, from the convolution on.
    std::vector<ir::Node*> taken = {convolution};
    std::optional<Affine> affine;
    if (ir::Node* reader = only_reader(convolution->output())) affine = affine_behind(*convolution, *reader);
    if (affine) taken.push_back(only_reader(convolution->output()));
    ir::Value* added = nullptr;
    if (ir::Node* reader = only_reader(taken.back()->output())) {
      added = added_by(*reader, taken.back(), convolution);
      if (added) taken.push_back(reader);
    }
    ir::Node* const last = taken.back();
    Activation activation;
    if (ir::Node* reader = only_reader(last->output()); reader && reader->owner() == last->owner()) {
      if (std::optional<Activation> found = activation_of(*reader)) {
        activation = *std::move(found);
        taken.push_back(reader);
      }
    }

    const ir::InsertPointGuard guard(graph_, last);
    ir::Value* weights = HEDDLE_TRY(packed_weights(*convolution, affine, activation));
    std::vector<ir::Value*> inputs = {convolution->input(0), weights};
    if (added) inputs.push_back(added);
    ir::Node* packed = graph_.create_operator(added ? *operators_.add : *operators_.run, inputs);
    packed->add_output(types::tensor());
    packed->range = convolution->range;
    packed->inlined_at = convolution->inlined_at;
    graph_.insert(packed);
    for (auto node = taken.rbegin(); node != taken.rend(); ++node) {
      (*node)->output()->replace_all_uses_with(packed->output());
      (*node)->destroy();
    }
    return ok_status();
  }

  // A convolution has as many dimensions as its input, which is there earlier.
  static void ask_input_for_dim(const ir::Node& convolution) {
    const std::vector<ir::Use> uses = convolution.output()->uses();
    for (const ir::Use& use : uses) {
      if (use.user->is_operator("aten::dim")) use.user->set_input(use.input, convolution.input(0));
    }
  }

  // What `node` adds to the result of `before`, when the convolution may do it in that memory.
  static ir::Value* added_by(const ir::Node& node, const ir::Node* before, const ir::Node* convolution) {
    const bool is_add = node.is_operator("aten::add") || node.is_operator("aten::add_");
    if (!is_add || node.op->schema.overload != "Tensor" || constant_number(node.input(2)) != 1.0) return nullptr;
    ir::Value* other = node.input(node.input(0) == before->output() ? 1 : 0);
    // Its own input would be written while it is still read.
    if (other == before->output() || other == convolution->input(0)) return nullptr;
    if (!ends_at(other, &node) || !may_move_to(convolution, &node)) return nullptr;
    // Asking for the shape must still come after.
    for (const ir::Node* early : {convolution, before}) {
      for (const ir::Use& use : early->output()->uses()) {
        if (use.user != &node && use.user != before && use.user->is_before(&node)) return nullptr;
      }
    }
    return other;
  }

  Result<ir::Value*> packed_weights(const ir::Node& convolution, const std::optional<Affine>& affine,
                                    const Activation& activation) {
    const auto constant = [&](size_t i) { return convolution.input(i)->node()->constant; };
    std::vector<IValue> arguments = {constant(1), IValue(), constant(2)};
    if (affine) {
      arguments[1] = HEDDLE_TRY(vector_of(affine->scale));
      arguments[2] = HEDDLE_TRY(vector_of(affine->shift));
    }
    for (const size_t i : {size_t{3}, size_t{4}, size_t{5}}) {
      const IValue value = constant(i);
      arguments.push_back(value.is_int() ? make_int_list(std::vector<int64_t>{value.as_int()}) : value);
    }
    arguments.insert(arguments.end(), {constant(*groups_of(convolution)), IValue(activation.name),
                                       IValue(activation.low), IValue(activation.high)});
    std::vector<IValue> packed = HEDDLE_TRY(schema::call_operator(*operators_.pack, arguments));
    return graph_.insert_constant(std::move(packed[0]), convolution.range, types::any());
  }

  static Result<IValue> vector_of(const std::vector<double>& values) {
    const Tensor tensor = HEDDLE_TRY(Tensor::empty(Dims{static_cast<int64_t>(values.size())}, DType::kFloat32));
    for (size_t i = 0; i < values.size(); ++i) tensor.data<float>()[i] = static_cast<float>(values[i]);
    return IValue(tensor);
  }

  ir::Graph& graph_;
  const Operators operators_;
};

}  // namespace

Status pack_convolutions(ir::Graph& graph) { return Packer(graph).block(graph.block()); }

}  // namespace heddle::passes
