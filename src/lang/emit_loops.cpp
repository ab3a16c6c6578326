// while and for. A Loop carries the names its body assigns that exist before it, and, where the body returns, whether
// and what.
#include <algorithm>
#include <limits>

#include "lang/assigned_names.h"
#include "lang/function_emitter.h"

namespace heddle::lang {

using ir::Block;
using ir::InsertPointGuard;
using ir::Value;

namespace {

constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

struct Carried {
  Variable variable;
  Value* outer;
  Value* inner;
};

// Where the body only hands on what it was given, the value from outside serves in its place.
bool drop_if_unchanged(ir::Node& loop, const Carried& carried) {
  Block& body = *loop.block(0);
  const size_t at = carried.inner->offset();
  if (body.outputs()[at] != carried.inner) return false;
  carried.inner->replace_all_uses_with(carried.outer);
  body.return_node()->remove_input(at);
  body.param_node()->remove_output(at);
  loop.remove_input(at + 1);
  loop.remove_output(at - 1);
  return true;
}

}  // namespace

Result<Flow> FunctionEmitter::emit_while(const While& statement) {
  const Condition condition = HEDDLE_TRY(emit_condition(*statement.condition));
  if (condition.known == false) return Flow();
  LoopPlan plan;
  plan.range = statement.range;
  plan.assigned = assigned_names(statement.body);
  plan.trips = constant(kNoLimit, statement.range);
  plan.go = condition_value(condition, statement.condition->range);
  plan.is_endless = condition.known.has_value();
  plan.start = [&](Value*) -> Status {
    apply_refinements(condition.when_true, statement.condition->range);
    return ok_status();
  };
  plan.body = [&] { return emit_statements(statement.body); };
  plan.again = [&]() -> Result<Value*> {
    const Condition again = HEDDLE_TRY(emit_condition(*statement.condition));
    return condition_value(again, statement.condition->range);
  };
  return emit_loop(plan);
}

Result<Flow> FunctionEmitter::emit_for(const For& statement) {
  const Meaning source = HEDDLE_TRY(emit(*statement.iterable));
  const SourceRange& range = statement.iterable->range;
  const Ref<Iterable> iterable = HEDDLE_TRY(iterate(source, range));
  if (iterable->static_length()) return emit_unrolled(statement, *iterable, 0);
  LoopPlan plan;
  plan.range = statement.range;
  plan.assigned = assigned_names(statement.body);
  for (const std::string_view name : assigned_names(*statement.target)) {
    if (std::find(plan.assigned.begin(), plan.assigned.end(), name) == plan.assigned.end()) {
      plan.assigned.push_back(name);
    }
  }
  plan.trips = HEDDLE_TRY(iterable->length(*this, range));
  plan.go = constant(true, range);
  plan.start = [&](Value* index) -> Status {
    const Meaning element = HEDDLE_TRY(iterable->element(*this, range, index));
    return assign(*statement.target, element, statement.target->range);
  };
  plan.body = [&] { return emit_statements(statement.body); };
  return emit_loop(plan);
}

Result<Flow> FunctionEmitter::emit_unrolled(const For& statement, Iterable& iterable, size_t at) {
  if (at == *iterable.static_length()) return Flow();
  Value* index = constant(static_cast<int64_t>(at), statement.range);
  const Meaning element = HEDDLE_TRY(iterable.element(*this, statement.iterable->range, index));
  HEDDLE_TRY(assign(*statement.target, element, statement.target->range));
  loops_.push_back({environment_.depth(), true});
  const Flow flow = HEDDLE_TRY(emit_statements(statement.body));
  loops_.pop_back();
  if (!flow.falls) return flow;
  if (flow.only_falls()) return emit_unrolled(statement, iterable, at + 1);
  return emit_guarded(
      flow, [&] { return emit_unrolled(statement, iterable, at + 1); }, statement.range);
}

Result<Flow> FunctionEmitter::emit_loop(const LoopPlan& plan) {
  HEDDLE_TRY(enter_nesting(plan.range));
  ir::Node* loop = insert(ir::NodeKind::kLoop, {plan.trips, plan.go}, plan.range);
  Block* block = loop->add_block();
  Value* index = block->add_input(types::integer());
  std::vector<Carried> carried;
  environment_.push_scope();
  for (const std::string_view name : plan.assigned) {
    const Variable variable = environment_.variable(name);
    const Binding* binding = environment_.find(variable);
    if (!binding || !binding->meaning.value) continue;
    Value* outer = binding->meaning.value;
    Value* inner = block->add_input(outer->type());
    inner->set_name(name);
    loop->add_input(outer);
    environment_.bind(variable, {inner, false, {}});
    carried.push_back({variable, outer, inner});
  }
  environment_.push_scope();
  loops_.push_back({environment_.depth() - 1, false});
  Flow flow;
  {
    InsertPointGuard inside(graph(), block);
    HEDDLE_TRY(plan.start(index));
    flow = HEDDLE_TRY(plan.body());
    Value* next = HEDDLE_TRY(emit_next_turn(plan, flow));
    block->add_output(next);
    for (const Carried& value : carried) {
      const Binding* binding = environment_.find(value.variable);
      const bool usable = !flow.is_dead() && binding->meaning.value && !binding->is_refinement;
      block->add_output(usable ? binding->meaning.value : value.inner);
    }
  }
  loops_.pop_back();
  environment_.pop_scope();
  environment_.pop_scope();
  --nesting_;
  for (const Carried& value : carried) loop->add_output(value.outer->type())->set_name(value.inner->name());
  // Before any value is dropped: the body's flow may name it.
  const Flow behind = flow_behind_loop(*loop, flow, plan.is_endless);
  for (const Carried& value : carried) {
    Value* output = loop->output(value.inner->offset() - 1);
    if (!drop_if_unchanged(*loop, value)) environment_.bind(value.variable, {output, false, {}});
  }
  return behind;
}

Result<Value*> FunctionEmitter::emit_next_turn(const LoopPlan& plan, const Flow& flow) {
  if (flow.stopped.is_always() || flow.is_dead()) return constant(false, plan.range);
  const auto again = [&]() -> Result<Value*> { return plan.again ? plan.again() : constant(true, plan.range); };
  if (flow.stopped.is_never()) return again();
  Condition stopped;
  stopped.value = flow.stopped.value();
  return emit_choice(
      stopped, plan.range, [&]() -> Result<Value*> { return constant(false, plan.range); }, again);
}

Flow FunctionEmitter::flow_behind_loop(ir::Node& loop, const Flow& body, bool is_endless) {
  if (body.returned.is_never()) {
    // Nothing comes behind a loop without an end that nothing leaves.
    return is_endless && body.stopped.is_never() ? Flow::raise() : Flow();
  }
  Block* block = loop.block(0);
  const auto carry = [&](Value* before, Value* inside) {
    loop.add_input(before);
    block->add_input(before->type());
    block->add_output(inside);
    return loop.add_output(before->type());
  };
  InsertPointGuard before(graph(), &loop);
  Value* not_yet = constant(false, loop.range);
  Value* nothing = insert_value(ir::NodeKind::kUninitialized, {}, body.result->type(), loop.range);
  Value* returned_inside = nullptr;
  {
    InsertPointGuard inside(graph(), block);
    returned_inside = body.returned.materialize(graph());
  }
  Value* returned = carry(not_yet, returned_inside);
  Value* result = carry(nothing, body.result);
  if (is_endless && body.returned == body.stopped) return Flow::return_value(result);
  Flow flow;
  flow.left = flow.stopped = flow.returned = Flag::dynamic(returned);
  flow.result = result;
  return flow;
}

Status FunctionEmitter::emit_each(Iterable& iterable, const SourceRange& range,
                                  const std::function<Status(const Meaning&)>& body) {
  if (const std::optional<size_t> count = iterable.static_length()) {
    for (size_t i = 0; i < *count; ++i) {
      const Meaning element = HEDDLE_TRY(iterable.element(*this, range, constant(static_cast<int64_t>(i), range)));
      HEDDLE_TRY(body(element));
    }
    return ok_status();
  }
  Value* trips = HEDDLE_TRY(iterable.length(*this, range));
  Value* go = constant(true, range);
  ir::Node* loop = insert(ir::NodeKind::kLoop, {trips, go}, range);
  Block* block = loop->add_block();
  Value* index = block->add_input(types::integer());
  InsertPointGuard inside(graph(), block);
  const Meaning element = HEDDLE_TRY(iterable.element(*this, range, index));
  HEDDLE_TRY(body(element));
  block->add_output(constant(true, range));
  return ok_status();
}

}  // namespace heddle::lang
