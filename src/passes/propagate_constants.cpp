// Computes at load what depends on constants only, and replaces an If with a known condition, or a Loop that never
// starts, by what remains.
#include <new>
#include <optional>
#include <stdexcept>

#include "core/boxes.h"
#include "core/memory_account.h"
#include "ir/aliases.h"
#include "passes/passes.h"
#include "passes/patterns.h"
#include "schema/operator_table.h"

namespace heddle::passes {
namespace {

// Folding must not blow up the program: no result larger than this becomes a constant.
constexpr int64_t kLargestFoldedTensor = 1 << 16;
constexpr size_t kLargestFoldedList = 1 << 12;
// Nor does computing one take more than this; what needs more fails when, and only if, it is reached.
constexpr uint64_t kFoldingBytes = uint64_t{64} << 20;

bool is_small(const IValue& value) {
  if (value.is_tensor()) return value.as_tensor().numel() <= kLargestFoldedTensor;
  if (value.is_string()) return value.as_string().size() <= kLargestFoldedList;
  const std::vector<IValue>* items = value.is_list()    ? &value.as_list().items
                                     : value.is_tuple() ? &value.as_tuple().items
                                                        : nullptr;
  if (!items) return value.is_none() || value.is_number() || value.is_device() || value.is_enum();
  if (items->size() > kLargestFoldedList) return false;
  for (const IValue& item : *items) {
    if (!is_small(item)) return false;
  }
  return true;
}

class Propagator {
 public:
  explicit Propagator(ir::Graph& graph) : graph_(graph), aliases_(graph) {}

  Status block(ir::Block* block) {
    for (ir::Node* node = block->first(); node != block->return_node();) {
      ir::Node* const before = node->prev();
      if (node->is(ir::NodeKind::kIf)) {
        if (const IValue* condition = constant_of(node->input(0))) {
          keep_branch(node, condition->as_bool() ? 0 : 1);
          node = before->next();
          continue;
        }
      }
      if (node->is(ir::NodeKind::kLoop) && never_starts(*node)) {
        for (size_t i = 0; i < node->output_count(); ++i) node->output(i)->replace_all_uses_with(node->input(i + 2));
        node->destroy();
        node = before->next();
        continue;
      }
      for (const auto& inner : node->blocks()) HEDDLE_TRY(this->block(inner.get()));
      ir::Node* following = node->next();
      fold(node);
      node = following;
    }
    return ok_status();
  }

 private:
  static bool never_starts(const ir::Node& node) {
    const IValue* trips = constant_of(node.input(0));
    const IValue* go = constant_of(node.input(1));
    return (trips && trips->as_int() <= 0) || (go && !go->as_bool());
  }

  void keep_branch(ir::Node* node, size_t branch) {
    ir::Block* kept = node->block(branch);
    const std::vector<ir::Value*> results = kept->outputs();
    kept->return_node()->remove_all_inputs();
    ir::for_each_node(kept, [&](ir::Node* inner) { inner->insert_before(node); });
    for (size_t i = 0; i < node->output_count(); ++i) node->output(i)->replace_all_uses_with(results[i]);
    node->destroy();
  }

  // Gives what it was given, not a new object.
  static bool hands_on(const ir::Node& node) {
    return node.is(ir::NodeKind::kUncheckedCast) || node.is(ir::NodeKind::kTupleIndex) ||
           node.is(ir::NodeKind::kTupleUnpack);
  }

  // A mutable result becomes one object shared by all runs: only where nobody writes it or hands it out.
  bool may_share_results(const ir::Node& node) const {
    for (const auto& output : node.outputs()) {
      if (ir::is_immutable(*output->type())) continue;
      if (aliases_.is_written(output.get()) || aliases_.escapes(output.get())) return false;
    }
    return true;
  }

  void fold(ir::Node* node) {
    if (node->is(ir::NodeKind::kConstant) || node->output_count() == 0 || !node->blocks().empty()) return;
    std::vector<IValue> inputs;
    for (const ir::Value* input : node->inputs()) {
      const IValue* value = constant_of(input);
      if (!value) return;
      inputs.push_back(*value);
    }
    if (!hands_on(*node) && !may_share_results(*node)) return;
    std::optional<std::vector<IValue>> results = compute(*node, inputs);
    if (!results || results->size() != node->output_count()) return;
    for (const IValue& result : *results) {
      if (!hands_on(*node) && !is_small(result)) return;
    }
    ir::InsertPointGuard guard(graph_, node);
    for (size_t i = 0; i < results->size(); ++i) {
      ir::Value* folded = graph_.insert_constant((*results)[i], node->range, node->output(i)->type());
      folded->node()->inlined_at = node->inlined_at;
      node->output(i)->replace_all_uses_with(folded);
    }
    node->destroy();
  }

  // Nothing when the node cannot be computed now; an operator that fails is left to fail when it is reached.
  static std::optional<std::vector<IValue>> compute(const ir::Node& node, std::vector<IValue>& inputs) {
    switch (node.kind()) {
      case ir::NodeKind::kOperator: {
        if (ir::AliasAnalysis::has_effect(node) || (node.op->flags & schema::kNoFold) || !node.op->kernel)
          return std::nullopt;
        // A view or a list operator that returns its own argument would tie two constants together.
        for (const schema::Argument& result : node.op->schema.returns) {
          if (result.alias) return fold_immutable_element(node, inputs);
        }
        return call(*node.op, inputs);
      }
      case ir::NodeKind::kListConstruct:
        return std::vector<IValue>{make_list(node.output()->type()->element(), std::move(inputs))};
      case ir::NodeKind::kTupleConstruct: {
        const bool named = as_named_tuple(*node.output()->type()) != nullptr;
        return std::vector<IValue>{
            IValue(make_ref<TupleValue>(std::move(inputs), named ? node.output()->type() : nullptr))};
      }
      case ir::NodeKind::kTupleUnpack:
        return inputs[0].as_tuple().items;
      case ir::NodeKind::kTupleIndex: {
        const std::vector<IValue>& items = inputs[0].as_tuple().items;
        const int64_t index =
            inputs[1].as_int() < 0 ? inputs[1].as_int() + static_cast<int64_t>(items.size()) : inputs[1].as_int();
        if (index < 0 || index >= static_cast<int64_t>(items.size())) return std::nullopt;
        return std::vector<IValue>{items[static_cast<size_t>(index)]};
      }
      case ir::NodeKind::kUncheckedCast:
        return inputs;
      case ir::NodeKind::kIsInstance: {
        for (const TypePtr& type : node.types) {
          if (value_is(inputs[0], *type)) return std::vector<IValue>{IValue(true)};
        }
        return std::vector<IValue>{IValue(false)};
      }
      default:
        return std::nullopt;
    }
  }

  static std::optional<std::vector<IValue>> fold_immutable_element(const ir::Node& node,
                                                                   const std::vector<IValue>& inputs) {
    for (const auto& output : node.outputs()) {
      if (!ir::is_immutable(*output->type())) return std::nullopt;
    }
    return call(*node.op, inputs);
  }

  static std::optional<std::vector<IValue>> call(const schema::Operator& op, const std::vector<IValue>& inputs) {
    const auto memory = make_ref<MemoryAccount>(kFoldingBytes);
    const ChargeTo account(memory.get());
    try {
      Result<std::vector<IValue>> results = schema::call_operator(op, inputs);
      if (!results.ok()) return std::nullopt;
      return std::move(results).value();
    } catch (const std::bad_alloc&) {
      return std::nullopt;
    } catch (const std::length_error&) {
      return std::nullopt;
    }
  }

  ir::Graph& graph_;
  ir::AliasAnalysis aliases_;
};

}  // namespace

Status propagate_constants(ir::Graph& graph) { return Propagator(graph).block(graph.block()); }

}  // namespace heddle::passes
