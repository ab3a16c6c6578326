// Conditions: truth values, what they say about types, and which are known while compiling.
#include <algorithm>

#include "core/class_type.h"
#include "lang/function_emitter.h"
#include "lang/special_forms.h"

namespace heddle::lang {

using ir::InsertPointGuard;
using ir::Value;

namespace {

Condition known(bool truth) {
  Condition condition;
  condition.known = truth;
  return condition;
}

Condition negated(Condition condition) {
  if (condition.known) condition.known = !*condition.known;
  std::swap(condition.when_true, condition.when_false);
  return condition;
}

}  // namespace

Result<Value*> FunctionEmitter::as_bool(Value* value, const SourceRange& range) {
  const Type& type = *value->type();
  if (type.is(TypeKind::kBool)) return value;
  if (type.is(TypeKind::kUnknown)) return cast(value, types::boolean(), range);
  switch (type.kind()) {
    case TypeKind::kTensor:
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kComplex:
    case TypeKind::kNumber:
      return call_operator("aten::Bool", {value}, range);
    case TypeKind::kClass:
      if (as_class(type)->find_method("__bool__")) return call_method(value, "__bool__", CallArguments(), range);
      if (as_class(type)->find_method("__len__")) {
        Value* length = HEDDLE_TRY(call_method(value, "__len__", CallArguments(), range));
        return call_operator("aten::ne", {length, constant(int64_t{0}, range)}, range);
      }
      [[fallthrough]];
    default:
      return error_at(range, "Could not cast a value of type ", type.to_text(), " to bool");
  }
}

Value* FunctionEmitter::condition_value(const Condition& condition, const SourceRange& range) {
  return condition.known ? constant(*condition.known, range) : condition.value;
}

void FunctionEmitter::apply_refinements(const Refinements& refinements, const SourceRange& range) {
  for (const Refinement& refinement : refinements) {
    const Binding* binding = environment_.find(refinement.variable);
    Value* seen = binding ? binding->meaning.value : nullptr;
    if (!seen || same_type(*seen->type(), *refinement.type)) continue;
    Value* narrowed = cast(seen, refinement.type, range);
    narrowed->set_name(environment_.name(refinement.variable));
    environment_.refine(refinement.variable, narrowed);
  }
}

Result<Condition> FunctionEmitter::emit_condition(const Expr& expr) {
  switch (expr.kind) {
    case NodeKind::kBoolLiteral:
      return known(as<BoolLiteral>(expr).value);
    case NodeKind::kUnary:
      if (as<Unary>(expr).op == UnaryOp::kNot) {
        Condition inner = HEDDLE_TRY(emit_condition(*as<Unary>(expr).operand));
        if (!inner.known) inner.value = HEDDLE_TRY(call_operator("aten::__not__", {inner.value}, expr.range));
        return negated(std::move(inner));
      }
      break;
    case NodeKind::kBoolOp:
      return emit_short_circuit(as<BoolOp>(expr), 0);
    case NodeKind::kCompare: {
      const Compare& compare = as<Compare>(expr);
      if (compare.ops.size() != 1) break;
      const CompareOp op = compare.ops[0];
      if (op == CompareOp::kIs || op == CompareOp::kIsNot) return emit_identity(compare);
      if (op != CompareOp::kNotIn) break;
      Condition inside;
      inside.value =
          HEDDLE_TRY(emit_comparison(CompareOp::kIn, *compare.operands[0], *compare.operands[1], expr.range));
      inside.value = HEDDLE_TRY(call_operator("aten::__not__", {inside.value}, expr.range));
      return inside;
    }
    case NodeKind::kCall: {
      std::optional<Condition> special = HEDDLE_TRY(emit_type_question(*this, as<Call>(expr)));
      if (special) return std::move(*special);
      break;
    }
    default:
      break;
  }
  Value* value = HEDDLE_TRY(emit_value(expr));
  Condition condition;
  condition.value = HEDDLE_TRY(as_bool(value, expr.range));
  return condition;
}

Result<Condition> FunctionEmitter::emit_short_circuit(const BoolOp& expr, size_t at) {
  Condition first = HEDDLE_TRY(emit_condition(*expr.operands[at]));
  if (at + 1 == expr.operands.size()) return first;
  const bool is_and = expr.op == BoolOpKind::kAnd;
  if (first.known) {
    if (*first.known != is_and) return first;
    // The first says nothing that is not already known, or what it says holds for the rest.
    environment_.push_scope();
    apply_refinements(is_and ? first.when_true : first.when_false, expr.range);
    Condition rest = HEDDLE_TRY(emit_short_circuit(expr, at + 1));
    environment_.pop_scope();
    return rest;
  }
  ir::Node* node = insert_if(first.value, expr.range);
  Condition second;
  Value* values[2] = {};
  for (size_t i = 0; i < 2; ++i) {
    InsertPointGuard guard(graph(), node->block(i));
    const bool decides = (i == 0) != is_and;  // this side knows the answer from the first operand
    if (decides) {
      values[i] = constant(!is_and, expr.range);
      continue;
    }
    environment_.push_scope();
    apply_refinements(is_and ? first.when_true : first.when_false, expr.range);
    second = HEDDLE_TRY(emit_short_circuit(expr, at + 1));
    environment_.pop_scope();
    values[i] = condition_value(second, expr.range);
  }
  Condition both;
  both.value = add_branch_output(*node, values[0], values[1], types::boolean());
  if (second.known && *second.known != is_and) both.known = *second.known;
  if (is_and) {
    both.when_true = refine_both(first.when_true, second.when_true);
    both.when_false = refine_either(first.when_false, second.when_false);
  } else {
    both.when_true = refine_either(first.when_true, second.when_true);
    both.when_false = refine_both(first.when_false, second.when_false);
  }
  return both;
}

Result<Condition> FunctionEmitter::emit_identity(const Compare& compare) {
  const bool is_not = compare.ops[0] == CompareOp::kIsNot;
  const Expr* operands[] = {compare.operands[0].get(), compare.operands[1].get()};
  for (size_t i = 0; i < 2; ++i) {
    if (!is<NoneLiteral>(*operands[1 - i])) continue;
    Value* value = HEDDLE_TRY(emit_value(*operands[i]));
    const TypePtr type = value->type();
    Condition condition;
    if (type->is(TypeKind::kNone)) {
      condition = known(true);
    } else if (!admits_none(*type) && !type->is(TypeKind::kUnknown)) {
      condition = known(false);
    } else {
      Value* none = constant(IValue(), operands[1 - i]->range);
      condition.value =
          HEDDLE_TRY(call_operator(is_not ? "aten::__isnot__" : "aten::__is__", {value, none}, compare.range));
      const Name* name = try_as<Name>(operands[i]);
      if (name && (type->is(TypeKind::kOptional) || type->is(TypeKind::kUnion))) {
        const Variable variable = environment_.variable(name->id);
        condition.when_true.push_back({variable, types::none()});
        condition.when_false.push_back({variable, without_none(type)});
      }
      if (is_not) std::swap(condition.when_true, condition.when_false);
      return condition;
    }
    return is_not ? negated(std::move(condition)) : std::move(condition);
  }
  Value* left = HEDDLE_TRY(emit_value(*operands[0]));
  Value* right = HEDDLE_TRY(emit_value(*operands[1]));
  Condition condition;
  condition.value =
      HEDDLE_TRY(call_operator(is_not ? "aten::__isnot__" : "aten::__is__", {left, right}, compare.range));
  return condition;
}

}  // namespace heddle::lang
