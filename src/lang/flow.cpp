#include "lang/flow.h"

#include "lang/error.h"

namespace heddle::lang {

using ir::Graph;
using ir::InsertPointGuard;
using ir::Value;

Value* Flag::materialize(Graph& graph) const { return value_ ? value_ : graph.insert_constant(always_); }

Flow Flow::raise() {
  Flow flow;
  flow.falls = false;
  return flow;
}

Flow Flow::continue_loop() {
  Flow flow = raise();
  flow.left = Flag::always();
  return flow;
}

Flow Flow::break_loop() {
  Flow flow = continue_loop();
  flow.stopped = Flag::always();
  return flow;
}

Flow Flow::return_value(Value* result) {
  Flow flow = break_loop();
  flow.returned = Flag::always();
  flow.result = result;
  return flow;
}

Value* add_branch_output(ir::Node& branch, Value* then_value, Value* else_value, const TypePtr& type) {
  Value* values[] = {then_value, else_value};
  for (size_t i = 0; i < 2; ++i) {
    ir::Block* block = branch.block(i);
    if (!values[i]) {
      ir::Node* nothing = branch.graph().create(ir::NodeKind::kUninitialized);
      nothing->range = branch.range;
      values[i] = nothing->add_output(type);
      block->append(nothing);
    }
    block->add_output(values[i]);
  }
  return branch.add_output(type);
}

namespace {

Flag merge_flags(ir::Node& branch, const Flag& then_flag, bool then_dead, const Flag& else_flag, bool else_dead) {
  // Nobody reads a flag behind a raise, so there it may have the other side's value.
  if (then_dead && !else_flag.value()) return else_flag;
  if (else_dead && !then_flag.value()) return then_flag;
  if (!then_dead && !else_dead) {
    if (then_flag == else_flag) return then_flag;
    if (then_flag.is_always() && else_flag.is_never()) return Flag::dynamic(branch.input(0));
  }
  const auto in_block = [&](const Flag& flag, size_t block) {
    InsertPointGuard guard(branch.graph(), branch.block(block));
    return flag.materialize(branch.graph());
  };
  Value* then_value = in_block(then_flag, 0);
  Value* else_value = in_block(else_flag, 1);
  return Flag::dynamic(add_branch_output(branch, then_value, else_value, types::boolean()));
}

}  // namespace

Result<Flow> merge_flows(ir::Node& branch, const Flow& t, const Flow& e) {
  const bool then_dead = t.is_dead();
  const bool else_dead = e.is_dead();
  if (then_dead && else_dead) return Flow::raise();
  const auto merge = [&](Flag Flow::*flag) { return merge_flags(branch, t.*flag, then_dead, e.*flag, else_dead); };
  Flow flow;
  flow.falls = t.falls || e.falls;
  flow.left = merge(&Flow::left);
  flow.stopped = t.stopped == t.left && e.stopped == e.left ? flow.left : merge(&Flow::stopped);
  flow.returned = t.returned == t.stopped && e.returned == e.stopped ? flow.stopped : merge(&Flow::returned);
  if (!t.result && !e.result) return flow;
  if (t.result == e.result) {
    flow.result = t.result;
    return flow;
  }
  TypePtr type = t.result ? t.result->type() : e.result->type();
  if (t.result && e.result) type = unify(t.result->type(), e.result->type());
  if (!type) {
    return error_at(e.result->node()->range, "A return statement gave a value of type ", t.result->type()->to_text(),
                    ", but another one gives ", e.result->type()->to_text());
  }
  flow.result = add_branch_output(branch, t.result, e.result, type);
  return flow;
}

}  // namespace heddle::lang
