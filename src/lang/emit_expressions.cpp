// Expressions: which kind goes where, names, types.
#include "ir/node_budget.h"
#include "lang/builtin_names.h"
#include "lang/callables.h"
#include "lang/function_emitter.h"
#include "lang/type_resolver.h"

namespace heddle::lang {

using ir::Value;

Result<Meaning> FunctionEmitter::emit(const Expr& expr, const TypePtr& hint) {
  HEDDLE_TRY(ir::NodeBudget::check());
  switch (expr.kind) {
    case NodeKind::kName:
      return emit_name(as<Name>(expr));
    case NodeKind::kAttribute: {
      const Attribute& access = as<Attribute>(expr);
      const Meaning object = HEDDLE_TRY(emit(*access.value));
      return attribute(object, access.name, access.range);
    }
    case NodeKind::kCall:
      return emit_call(as<Call>(expr), hint);
    case NodeKind::kSubscript:
      return emit_subscript(as<Subscript>(expr), hint);
    case NodeKind::kLambda:
      return Meaning(make_ref<LambdaSugar>(as<Lambda>(expr)));
    default:
      return Meaning(HEDDLE_TRY(emit_first_class(expr, hint)));
  }
}

Result<Value*> FunctionEmitter::emit_value(const Expr& expr, const TypePtr& hint) {
  const Meaning meaning = HEDDLE_TRY(emit(expr, hint));
  return as_value(meaning, expr.range);
}

Result<Value*> FunctionEmitter::as_value(const Meaning& meaning, const SourceRange& range) {
  return meaning.value ? Result<Value*>(meaning.value) : meaning.sugar->as_value(*this, range);
}

Result<Value*> FunctionEmitter::emit_first_class(const Expr& expr, const TypePtr& hint) {
  switch (expr.kind) {
    case NodeKind::kIntLiteral:
      return constant(as<IntLiteral>(expr).value, expr.range);
    case NodeKind::kFloatLiteral:
      return constant(as<FloatLiteral>(expr).value, expr.range);
    case NodeKind::kComplexLiteral:
      return constant(as<ComplexLiteral>(expr).value, expr.range);
    case NodeKind::kStringLiteral:
      return constant(as<StringLiteral>(expr).value, expr.range);
    case NodeKind::kBoolLiteral:
      return constant(as<BoolLiteral>(expr).value, expr.range);
    case NodeKind::kNoneLiteral:
      return constant(IValue(), expr.range);
    case NodeKind::kFormatString:
      return emit_format_string(as<FormatString>(expr));
    case NodeKind::kListLiteral:
      return emit_list_literal(as<ListLiteral>(expr), hint);
    case NodeKind::kTupleLiteral:
      return emit_tuple_literal(as<TupleLiteral>(expr), hint);
    case NodeKind::kDictLiteral:
      return emit_dict_literal(as<DictLiteral>(expr), hint);
    case NodeKind::kListComp:
      return emit_list_comprehension(as<ListComp>(expr), hint);
    case NodeKind::kDictComp:
      return emit_dict_comprehension(as<DictComp>(expr), hint);
    case NodeKind::kUnary:
      return emit_unary(as<Unary>(expr));
    case NodeKind::kBinary: {
      const Binary& binary = as<Binary>(expr);
      Value* left = HEDDLE_TRY(emit_value(*binary.left));
      Value* right = HEDDLE_TRY(emit_value(*binary.right));
      return emit_binary(binary.op, left, right, expr.range);
    }
    case NodeKind::kBoolOp: {
      const Condition condition = HEDDLE_TRY(emit_condition(expr));
      return condition_value(condition, expr.range);
    }
    case NodeKind::kCompare:
      return emit_compare(as<Compare>(expr));
    case NodeKind::kTernary: {
      const Ternary& ternary = as<Ternary>(expr);
      const Condition condition = HEDDLE_TRY(emit_condition(*ternary.condition));
      return emit_choice(
          condition, expr.range, [&] { return emit_value(*ternary.then, hint); },
          [&] { return emit_value(*ternary.orelse, hint); });
    }
    default:
      return error_at(expr.range, "A ", kind_name(expr.kind), " is not allowed here");
  }
}

Result<Value*> FunctionEmitter::emit_value_of_type(const Expr& expr, const TypePtr& type, std::string_view what) {
  Value* value = HEDDLE_TRY(emit_value(expr, type));
  return convert(value, type, expr.range, what);
}

Result<Meaning> FunctionEmitter::emit_name(const Name& name) {
  Meaning local = HEDDLE_TRY(find_local(name.id, name.range));
  if (local) return local;
  Ref<SugaredValue> outer = HEDDLE_TRY(resolver_.find_value(name.id, name.range));
  if (!outer) outer = builtin_name(name.id);
  if (!outer) return error_at(name.range, "undefined value ", name.id);
  return Meaning(std::move(outer));
}

Result<Meaning> FunctionEmitter::find_local(const std::string& name, const SourceRange& range) {
  if (const Binding* binding = environment_.find(name)) {
    if (binding->meaning) return binding->meaning;
    return error_at(range, binding->problem);
  }
  if (!enclosing_) return Meaning();
  Meaning outside = HEDDLE_TRY(enclosing_->find_local(name, range));
  if (!outside.value) return outside;
  Value* inside = graph().block()->add_input(outside.value->type());
  inside->set_name(name);
  captured_.push_back(outside.value);
  // In the outermost scope, so that every later use in the body finds it.
  environment_.bind_outermost(environment_.variable(name), {inside, false, {}});
  return Meaning(inside);
}

Result<TypePtr> FunctionEmitter::emit_type(const Expr& expr) {
  return resolve_type(
      expr, [this](const std::string& name, const SourceRange& range) { return resolver_.find_type(name, range); });
}

}  // namespace heddle::lang
