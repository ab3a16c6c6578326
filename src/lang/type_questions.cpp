// isinstance(x, T), hasattr(x, "name") and torch.jit.is_scripting(): truths about types, mostly known while compiling.
#include <algorithm>

#include "core/class_type.h"
#include "lang/special_forms.h"

namespace heddle::lang {

using ir::Value;

namespace {

Condition known(bool truth) {
  Condition condition;
  condition.known = truth;
  return condition;
}

Status collect_types(FunctionEmitter& emitter, const Expr& expr, std::vector<TypePtr>& types) {
  const ExprList* several = nullptr;
  if (const TupleLiteral* tuple = try_as<TupleLiteral>(expr)) several = &tuple->elements;
  if (const ListLiteral* list = try_as<ListLiteral>(expr)) several = &list->elements;
  if (several) {
    for (const ExprPtr& part : *several) HEDDLE_TRY(collect_types(emitter, *part, types));
    return ok_status();
  }
  if (const Name* name = try_as<Name>(expr)) {
    if (name->id == "list") {
      types.push_back(types::any_list());
      return ok_status();
    }
    if (name->id == "tuple") {
      types.push_back(types::any_tuple());
      return ok_status();
    }
  }
  types.push_back(HEDDLE_TRY(emitter.emit_type(expr)));
  return ok_status();
}

// The types a value of the static type may turn out to have.
std::vector<TypePtr> possibilities(const TypePtr& type) {
  if (type->is(TypeKind::kOptional)) {
    std::vector<TypePtr> members = possibilities(type->element());
    members.push_back(types::none());
    return members;
  }
  if (type->is(TypeKind::kUnion)) return {type->contained().begin(), type->contained().end()};
  if (type->is(TypeKind::kNumber)) return {types::integer(), types::floating(), types::complex(), types::boolean()};
  return {type};
}

TypePtr union_of(const std::vector<TypePtr>& types) { return types.size() == 1 ? types[0] : types::make_union(types); }

Result<Condition> is_instance(FunctionEmitter& emitter, const Call& call) {
  if (call.args.size() != 2 || !call.keywords.empty()) {
    return error_at(call.range, "isinstance takes a value and a type");
  }
  Value* value = HEDDLE_TRY(emitter.emit_value(*call.args[0]));
  std::vector<TypePtr> wanted;
  HEDDLE_TRY(collect_types(emitter, *call.args[1], wanted));
  if (wanted.empty()) return known(false);
  std::vector<TypePtr> matching;
  std::vector<TypePtr> others;
  bool is_open = false;
  for (const TypePtr& possible : possibilities(value->type())) {
    const auto takes = [&](const TypePtr& type) { return is_subtype(*possible, *type); };
    if (possible->is(TypeKind::kAny) || possible->is(TypeKind::kUnknown)) {
      is_open = true;
    } else if (std::any_of(wanted.begin(), wanted.end(), takes)) {
      matching.push_back(possible);
    } else {
      // An interface, say, may hide one of the wanted types.
      const auto narrows = [&](const TypePtr& type) { return is_subtype(*type, *possible); };
      const bool may = std::any_of(wanted.begin(), wanted.end(), narrows);
      is_open = is_open || may;
      others.push_back(possible);
    }
  }
  if (!is_open && others.empty()) return known(true);
  if (!is_open && matching.empty()) return known(false);
  Condition condition;
  condition.value = emitter.insert_value(ir::NodeKind::kIsInstance, {value}, types::boolean(), call.range);
  condition.value->node()->types = wanted;
  if (const Name* name = try_as<Name>(call.args[0].get())) {
    const Variable variable = emitter.environment().variable(name->id);
    condition.when_true.push_back({variable, union_of(is_open ? wanted : matching)});
    if (!is_open) condition.when_false.push_back({variable, union_of(others)});
  }
  return condition;
}

Result<Condition> has_attribute(FunctionEmitter& emitter, const Call& call) {
  const StringLiteral* name = call.args.size() == 2 ? try_as<StringLiteral>(call.args[1].get()) : nullptr;
  if (!name || !call.keywords.empty()) return error_at(call.range, "hasattr takes a value and a string literal");
  const Meaning object = HEDDLE_TRY(emitter.emit(*call.args[0]));
  ir::Node* before = emitter.graph().insert_point()->prev();
  const Result<Meaning> found = emitter.attribute(object, name->value, call.range);
  // Only the question was asked: whatever reading the attribute inserted is unused.
  for (ir::Node* last = emitter.graph().insert_point()->prev(); found.ok() && last != before;) {
    ir::Node* previous = last->prev();
    last->destroy();
    last = previous;
  }
  return known(found.ok());
}

}  // namespace

Result<Meaning> emit_isinstance(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  const Condition condition = HEDDLE_TRY(is_instance(emitter, call));
  return Meaning(emitter.condition_value(condition, call.range));
}

Result<Meaning> emit_hasattr(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  const Condition condition = HEDDLE_TRY(has_attribute(emitter, call));
  return Meaning(emitter.condition_value(condition, call.range));
}

Result<std::optional<Condition>> emit_type_question(FunctionEmitter& emitter, const Call& call) {
  std::string_view word;
  if (const Name* name = try_as<Name>(call.callee.get())) {
    word = name->id;
    if (emitter.environment().find(name->id)) return std::optional<Condition>();
  } else if (const Attribute* access = try_as<Attribute>(call.callee.get())) {
    const Attribute* jit = try_as<Attribute>(access->value.get());
    const Name* torch = jit ? try_as<Name>(jit->value.get()) : nullptr;
    if (torch && torch->id == "torch" && jit->name == "jit") word = access->name;
  }
  if (word == "isinstance") return std::optional(HEDDLE_TRY(is_instance(emitter, call)));
  if (word == "hasattr") return std::optional(HEDDLE_TRY(has_attribute(emitter, call)));
  if (word == "is_scripting") return std::optional(known(true));
  if (word == "is_tracing") return std::optional(known(false));
  return std::optional<Condition>();
}

}  // namespace heddle::lang
