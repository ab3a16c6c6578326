// Packed convolutions give channels-last results. Operators that compute the same numbers from any strides keep them
// so; before every other reader, which might see the strides, PyTorch's contiguous layout is restored.
#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ir/aliases.h"
#include "passes/passes.h"
#include "passes/patterns.h"
#include "schema/operator_table.h"

namespace heddle::passes {
namespace {

// Numbers do not depend on the strides of the arguments, and the result takes their layout. Those with a trailing
// underscore write their first argument; all others give new tensors.
constexpr std::array kAnyLayout = std::to_array<std::string_view>({
    "heddle::convolution_add_",
    "aten::relu",
    "aten::relu_",
    "aten::relu6",
    "aten::relu6_",
    "aten::hardtanh",
    "aten::hardtanh_",
    "aten::sigmoid",
    "aten::sigmoid_",
    "aten::silu",
    "aten::silu_",
    "aten::hardswish",
    "aten::hardswish_",
    "aten::hardsigmoid",
    "aten::hardsigmoid_",
    "aten::gelu",
    "aten::glu",
    "aten::leaky_relu",
    "aten::leaky_relu_",
    "aten::elu",
    "aten::elu_",
    "aten::tanh",
    "aten::tanh_",
    "aten::mish",
    "aten::softplus",
    "aten::add",
    "aten::add_",
    "aten::sub",
    "aten::sub_",
    "aten::mul",
    "aten::mul_",
    "aten::div",
    "aten::div_",
    "aten::max_pool2d",
    "aten::avg_pool2d",
    "aten::adaptive_avg_pool2d",
    "aten::batch_norm",
    "aten::cat",
    "aten::mean",
    "aten::clamp",
    "aten::clamp_",
});

bool takes_any_layout(const ir::Node& node) {
  return std::any_of(kAnyLayout.begin(), kAnyLayout.end(),
                     [&](std::string_view name) { return node.is_operator(name); });
}

// Convolutions that optimize_for_mobile packed restore PyTorch's strides themselves, unless they are freed of it.
void free_clamped(ir::Graph& graph, ir::Block* block) {
  const schema::Operator* freed = schema::operators().find("heddle::clamped_convolution", "");
  ir::for_each_node(block, [&](ir::Node* node) {
    for (const auto& inner : node->blocks()) free_clamped(graph, inner.get());
    const bool clamped =
        node->is_operator("prepacked::conv2d_clamp_run") || node->is_operator("mkldnn_prepacked::conv2d_run");
    if (!freed || !clamped) return;
    const ir::InsertPointGuard guard(graph, node);
    ir::Node* run = graph.insert(graph.create_operator(*freed, node->inputs()));
    run->range = node->range;
    run->inlined_at = node->inlined_at;
    node->output()->replace_all_uses_with(run->add_output(node->output()->type()));
    node->destroy();
  });
}

class Layouts {
 public:
  explicit Layouts(ir::Graph& graph)
      : graph_(graph), aliases_(graph), contiguous_(schema::operators().find("aten::contiguous", "")) {}

  void run() {
    if (!contiguous_) return;
    follow(graph_.block());
    // Values first: what is restored at its root is no longer seen by the uses.
    for (ir::Value* value : order_) {
      if (turned_.count(value)) restore_where_seen(value);
    }
  }

 private:
  static bool is_convolution(const ir::Node& node) {
    return node.is_operator("heddle::convolution") || node.is_operator("heddle::clamped_convolution");
  }

  bool turns(const ir::Node& node) const {
    if (is_convolution(node) || node.is_operator("heddle::convolution_add_")) return true;
    if (!takes_any_layout(node)) return false;
    if (node.op->schema.returns[0].alias) return turned_.count(node.input(0)) > 0;
    for (const ir::Value* input : node.inputs()) {
      if (turned_.count(input)) return true;
    }
    return false;
  }

  void follow(ir::Block* block) {
    for (ir::Node* node = block->first(); node != block->return_node(); node = node->next()) {
      for (const auto& inner : node->blocks()) follow(inner.get());
      const bool list_for_cat = node->is(ir::NodeKind::kListConstruct) && goes_to_cat_only(*node);
      bool turned = turns(*node);
      for (const ir::Value* input : node->inputs()) turned |= list_for_cat && turned_.count(input);
      if (!turned) continue;
      turned_.insert(node->output());
      order_.push_back(node->output());
    }
  }

  static bool goes_to_cat_only(const ir::Node& list) {
    for (const ir::Use& use : list.output()->uses()) {
      if (!use.user->is_operator("aten::cat")) return false;
    }
    return true;
  }

  // Whether the use might see strides, or keep an alias.
  bool sees(const ir::Use& use) const {
    const ir::Node& user = *use.user;
    if (reads_shape_only(user) || takes_any_layout(user)) return false;
    // Its result's layout does not depend on that of the input.
    if (is_convolution(user)) return use.input != 0;
    return !(user.is(ir::NodeKind::kListConstruct) && goes_to_cat_only(user));
  }

  void restore_where_seen(ir::Value* value) {
    std::vector<ir::Use> seeing;
    for (const ir::Use& use : value->uses()) {
      if (sees(use)) seeing.push_back(use);
    }
    if (seeing.empty()) return;
    // A copy at the use would not see, or not make, writes to the value: the whole of it must be contiguous then.
    ir::Value* root = aliases_.is_written_here(value) ? root_of(value) : value;
    ir::Value* restored = contiguous_form_of(root);
    if (root == value) {
      if (aliases_.is_written_here(value)) return;  // contiguous_form_of has replaced all uses
      for (const ir::Use& use : seeing) use.user->set_input(use.input, restored);
    }
  }

  // The new tensor that in-place operators made this value of.
  static ir::Value* root_of(ir::Value* value) {
    while (value->node()->op->schema.returns[0].alias && !value->node()->is_operator("heddle::convolution_add_"))
      value = value->node()->input(0);
    return value;
  }

  ir::Value* contiguous_form_of(ir::Value* value) {
    ir::Value*& restored = restored_[value];
    if (restored) return restored;
    const ir::InsertPointGuard guard(graph_, value->node()->next());
    ir::Value* format = graph_.insert_constant(IValue(static_cast<int64_t>(MemoryFormat::kContiguous)));
    const std::array<ir::Value*, 2> inputs = {value, format};
    ir::Node* node = graph_.insert(graph_.create_operator(*contiguous_, inputs));
    node->add_output(types::tensor());
    node->range = value->node()->range;
    node->inlined_at = value->node()->inlined_at;
    restored = node->output();
    if (aliases_.is_written_here(value)) {
      const std::vector<ir::Use> uses = value->uses();
      for (const ir::Use& use : uses) {
        if (use.user != node) use.user->set_input(use.input, restored);
      }
    }
    return restored;
  }

  ir::Graph& graph_;
  const ir::AliasAnalysis aliases_;
  const schema::Operator* contiguous_;
  std::unordered_set<const ir::Value*> turned_;
  std::vector<ir::Value*> order_;  // of turned_, as they are defined
  std::unordered_map<ir::Value*, ir::Value*> restored_;
};

}  // namespace

Status choose_layouts(ir::Graph& graph) {
  free_clamped(graph, graph.block());
  Layouts(graph).run();
  return ok_status();
}

}  // namespace heddle::passes
