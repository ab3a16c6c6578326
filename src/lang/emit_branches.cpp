// if, the conditional expression, and the meeting of what their branches assigned.
#include "lang/function_emitter.h"

namespace heddle::lang {

using ir::InsertPointGuard;
using ir::Value;

ir::Node* FunctionEmitter::insert_if(Value* condition, const SourceRange& range) {
  ir::Node* node = insert(ir::NodeKind::kIf, {condition}, range);
  node->add_block();
  node->add_block();
  return node;
}

Result<Flow> FunctionEmitter::emit_if(const If& statement, const Rest& rest, bool& rest_is_inside) {
  const Condition condition = HEDDLE_TRY(emit_condition(*statement.condition));
  if (condition.known) {
    // As in PyTorch, the other branch need not even type-check.
    apply_refinements(*condition.known ? condition.when_true : condition.when_false, statement.range);
    return emit_statements(*condition.known ? statement.body : statement.orelse);
  }
  HEDDLE_TRY(enter_nesting(statement.range));
  ir::Node* node = insert_if(condition.value, statement.condition->range);
  Branch branches[2];
  for (size_t i = 0; i < 2; ++i) {
    InsertPointGuard at(graph(), node->block(i));
    environment_.push_scope();
    apply_refinements(i ? condition.when_false : condition.when_true, statement.range);
    branches[i].flow = HEDDLE_TRY(emit_statements(i ? statement.orelse : statement.body));
    branches[i].bindings = environment_.pop_scope();
  }
  const auto leaves = [](const Flow& flow) { return flow.left.is_always(); };
  for (size_t i = 0; i < 2 && rest; ++i) {
    if (!branches[i].flow.only_falls() || !leaves(branches[1 - i].flow)) continue;
    InsertPointGuard at(graph(), node->block(i));
    environment_.push_scope(std::move(branches[i].bindings));
    environment_.join_scope();
    branches[i].flow = HEDDLE_TRY(rest());
    branches[i].bindings = environment_.pop_scope();
    rest_is_inside = true;
    break;
  }
  --nesting_;
  merge_bindings(*node, branches[0], branches[1]);
  return merge_flows(*node, branches[0].flow, branches[1].flow);
}

bool FunctionEmitter::is_needed_behind(const Flow& flow, Variable variable) const {
  if (flow.falls) return true;
  // A break or continue hands on what the loop carries.
  return flow.left.is_always() && !flow.returned.is_always() && !loops_.empty() &&
         environment_.is_bound_within(variable, loops_.back().depth);
}

void FunctionEmitter::merge_bindings(ir::Node& node, const Branch& then_branch, const Branch& else_branch) {
  // For each variable bound in a branch, its place in the branches' lists, counted from one.
  struct Places {
    uint32_t in_then = 0;
    uint32_t in_else = 0;
  };
  std::unordered_map<Variable, Places> places;
  for (uint32_t i = 0; i < then_branch.bindings.size(); ++i) places[then_branch.bindings[i].variable].in_then = i + 1;
  for (uint32_t i = 0; i < else_branch.bindings.size(); ++i) places[else_branch.bindings[i].variable].in_else = i + 1;
  const auto merge = [&](Variable variable) {
    const auto [in_then, in_else] = places[variable];
    const BranchBinding then_side{in_then ? &then_branch.bindings[in_then - 1].binding : nullptr, then_branch.flow};
    const BranchBinding else_side{in_else ? &else_branch.bindings[in_else - 1].binding : nullptr, else_branch.flow};
    merge_variable(node, variable, then_side, else_side);
  };
  for (const ScopedBinding& bound : then_branch.bindings) merge(bound.variable);
  for (const ScopedBinding& bound : else_branch.bindings) {
    if (!places[bound.variable].in_then) merge(bound.variable);
  }
}

void FunctionEmitter::merge_variable(ir::Node& node, Variable variable, const BranchBinding& then_side,
                                     const BranchBinding& else_side) {
  const auto assigned = [](const BranchBinding& side) { return side.binding && !side.binding->is_refinement; };
  if (!assigned(then_side) && !assigned(else_side)) {
    // Where the other branch never comes back, what this one learnt holds from here on.
    const BranchBinding& only = then_side.flow.falls ? then_side : else_side;
    const BranchBinding& other = then_side.flow.falls ? else_side : then_side;
    if (!other.flow.falls && only.flow.falls && only.binding) {
      apply_refinements({{variable, only.binding->meaning.value->type()}}, node.range);
    }
    return;
  }
  const Binding* outside = environment_.find(variable);
  struct Side {
    const Binding* binding;
    bool needed;
    std::string_view name;
  };
  const Side sides[] = {
      {then_side.binding ? then_side.binding : outside, is_needed_behind(then_side.flow, variable), "true"},
      {else_side.binding ? else_side.binding : outside, is_needed_behind(else_side.flow, variable), "false"}};
  if (!sides[0].needed && !sides[1].needed) return;
  for (size_t i = 0; i < 2; ++i) {
    if (!sides[i].needed && sides[1 - i].binding == outside) return;  // assigned only on the way out
  }
  const std::string name(environment_.name(variable));
  const auto unusable = [&](std::string why) { environment_.bind(variable, {{}, false, std::move(why)}); };
  Value* values[2] = {};
  for (size_t i = 0; i < 2; ++i) {
    if (!sides[i].needed) continue;
    const Binding* binding = sides[i].binding;
    if (!binding) return unusable(concat("'", name, "' is not defined in the ", sides[i].name, " branch"));
    if (!binding->meaning) return unusable(binding->problem);
    values[i] = binding->meaning.value;
    if (values[i]) continue;
    const Binding* other = sides[1 - i].binding;
    if (other && other->meaning.sugar == binding->meaning.sugar) return environment_.bind(variable, *binding);
    return unusable(concat("'", name, "' is ", binding->meaning.sugar->describe(), " in the ", sides[i].name,
                           " branch, and only first-class values may depend on a condition"));
  }
  if (values[0] == values[1]) return environment_.bind(variable, {values[0], false, {}});
  TypePtr type = values[0] ? values[0]->type() : values[1]->type();
  if (values[0] && values[1]) {
    type = unify(values[0]->type(), values[1]->type());
    const TypePtr declared = outside && outside->meaning.value ? outside->meaning.value->type() : nullptr;
    if (!type && declared && is_subtype(*values[0]->type(), *declared) && is_subtype(*values[1]->type(), *declared)) {
      type = declared;
    }
    if (!type) {
      return unusable(concat("Type mismatch: '", name, "' is of type ", values[0]->type()->to_text(),
                             " in the true branch and of type ", values[1]->type()->to_text(), " in the false branch"));
    }
  }
  Value* merged = add_branch_output(node, values[0], values[1], type);
  merged->set_name(name);
  environment_.bind(variable, {merged, false, {}});
}

Result<Value*> FunctionEmitter::emit_choice(const Condition& condition, const SourceRange& range, const Part& then_part,
                                            const Part& else_part) {
  if (condition.known) {
    return (*condition.known ? then_part : else_part)();
  }
  ir::Node* node = insert_if(condition.value, range);
  Value* values[2] = {};
  for (size_t i = 0; i < 2; ++i) {
    InsertPointGuard at(graph(), node->block(i));
    environment_.push_scope();
    apply_refinements(i ? condition.when_false : condition.when_true, range);
    values[i] = HEDDLE_TRY((i ? else_part : then_part)());
    environment_.pop_scope();
  }
  const TypePtr type = unify(values[0]->type(), values[1]->type());
  if (!type) {
    return error_at(range, "One side of the conditional expression is of type ", values[0]->type()->to_text(),
                    ", the other of type ", values[1]->type()->to_text());
  }
  return add_branch_output(*node, values[0], values[1], type);
}

}  // namespace heddle::lang
