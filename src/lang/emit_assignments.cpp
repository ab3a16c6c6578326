// Assignments: to names, attributes, elements, several at once; plain, annotated and augmented.
#include <algorithm>

#include "core/class_type.h"
#include "lang/callables.h"
#include "lang/function_emitter.h"
#include "lang/iterables.h"

namespace heddle::lang {

using ir::Value;

namespace {

// a, b = b, a: needs no tuple.
bool is_parallel(const TupleLiteral& names, const TupleLiteral& values) {
  const auto is_starred = [](const ExprPtr& expr) { return is<Starred>(*expr); };
  return names.elements.size() == values.elements.size() &&
         std::none_of(names.elements.begin(), names.elements.end(), is_starred) &&
         std::none_of(values.elements.begin(), values.elements.end(), is_starred);
}

}  // namespace

Status FunctionEmitter::emit_assign(const Assign& statement) {
  if (statement.annotation) {
    const TypePtr type = HEDDLE_TRY(emit_type(*statement.annotation));
    if (!statement.value) return ok_status();  // says only what a later assignment must fit
    Value* value = HEDDLE_TRY(emit_value(*statement.value, type));
    value = HEDDLE_TRY(convert_implicitly(value, type, statement.range, graph()));
    return assign(*statement.targets[0], value, statement.range, type);
  }
  const TupleLiteral* names = try_as<TupleLiteral>(statement.targets[0].get());
  const TupleLiteral* values = try_as<TupleLiteral>(statement.value.get());
  if (names && values && statement.targets.size() == 1 && is_parallel(*names, *values)) {
    return assign_in_parallel(*names, *values);
  }
  const Meaning value = HEDDLE_TRY(emit(*statement.value, assignment_hint(*statement.targets[0])));
  for (const ExprPtr& target : statement.targets) HEDDLE_TRY(assign(*target, value, statement.range));
  return ok_status();
}

Status FunctionEmitter::assign_in_parallel(const TupleLiteral& names, const TupleLiteral& values) {
  std::vector<Meaning> parts;
  for (const ExprPtr& value : values.elements) parts.push_back(HEDDLE_TRY(emit(*value)));
  for (size_t i = 0; i < parts.size(); ++i) {
    HEDDLE_TRY(assign(*names.elements[i], parts[i], values.elements[i]->range));
  }
  return ok_status();
}

TypePtr FunctionEmitter::assignment_hint(const Expr& target) {
  const Attribute* access = try_as<Attribute>(target);
  const Name* object = access ? try_as<Name>(access->value.get()) : nullptr;
  const Binding* binding = object ? environment_.find(object->id) : nullptr;
  if (!binding || !binding->meaning.value) return nullptr;
  const ClassType* type = as_class(*binding->meaning.value->type());
  const std::optional<size_t> slot = type ? type->find_attribute(access->name) : std::nullopt;
  return slot ? type->attributes[*slot].type : nullptr;
}

Status FunctionEmitter::assign(const Expr& target, const Meaning& value, const SourceRange& range,
                               const TypePtr& annotated) {
  switch (target.kind) {
    case NodeKind::kName:
      return assign_name(as<Name>(target).id, value, annotated, range);
    case NodeKind::kTupleLiteral:
      return assign_parts(as<TupleLiteral>(target).elements, value, range);
    case NodeKind::kListLiteral:
      return assign_parts(as<ListLiteral>(target).elements, value, range);
    case NodeKind::kAttribute:
      return assign_attribute(as<Attribute>(target), value, annotated, range);
    case NodeKind::kSubscript: {
      Value* first_class = HEDDLE_TRY(as_value(value, range));
      return assign_subscript(as<Subscript>(target), first_class, range);
    }
    case NodeKind::kStarred:
      return error_at(target.range, "A starred name must stand in a list or tuple of targets");
    default:
      return error_at(target.range, "A ", kind_name(target.kind), " cannot be assigned to");
  }
}

Status FunctionEmitter::assign_name(const std::string& name, const Meaning& meaning, const TypePtr& annotated,
                                    const SourceRange& range) {
  const Variable variable = environment_.variable(name);
  const Binding* outside = environment_.binding_outside(variable);
  if (outside && !outside->meaning) outside = nullptr;
  Value* value = meaning.value;
  if (outside) {
    if (annotated) {
      return error_at(range, "Attempting to declare and annotate the type of variable '", name,
                      "' that is already defined in an outer block");
    }
    const Ref<SugaredValue>& sugar = value ? outside->meaning.sugar : meaning.sugar;
    if (sugar) {
      return error_at(range, "Cannot re-assign '", name, "' inside a block, because ", sugar->describe(),
                      " is not a first-class value");
    }
    const TypePtr type = outside->meaning.value->type();
    value = HEDDLE_TRY(convert_implicitly(value, type, range, graph()));
    if (!is_subtype(*value->type(), *type)) {
      return error_at(range, "Variable '", name, "' previously had type ", type->to_text(),
                      " but is now being assigned to a value of type ", value->type()->to_text());
    }
  }
  if (!value) {
    environment_.bind(variable, {meaning, false, {}});
    return ok_status();
  }
  if (annotated) {
    if (!is_subtype(*value->type(), *annotated)) {
      return error_at(range, "Variable '", name, "' is annotated with type ", annotated->to_text(),
                      " but is being assigned to a value of type ", value->type()->to_text());
    }
    if (!same_type(*value->type(), *annotated)) value = cast(value, annotated, range);
  }
  if (value->name().empty()) value->set_name(name);
  environment_.bind(variable, {value, false, {}});
  return ok_status();
}

Status FunctionEmitter::assign_parts(const ExprList& targets, const Meaning& value, const SourceRange& range) {
  std::optional<size_t> star;
  for (size_t i = 0; i < targets.size(); ++i) {
    if (!is<Starred>(*targets[i])) continue;
    if (star) return error_at(targets[i]->range, "Only one starred name is possible in an assignment");
    star = i;
  }
  const std::vector<Meaning> parts =
      HEDDLE_TRY(unpack(value, star ? std::nullopt : std::optional<size_t>(targets.size()), range));
  const size_t plain = targets.size() - (star ? 1 : 0);
  if (star ? parts.size() < plain : parts.size() != plain) {
    return error_at(range, star ? "Need at least " : "Need ", plain, " values to unpack but found ", parts.size());
  }
  const size_t starred = parts.size() - plain;
  for (size_t i = 0, at = 0; i < targets.size(); ++i) {
    if (star != i) {
      HEDDLE_TRY(assign(*targets[i], parts[at++], range));
      continue;
    }
    std::vector<Meaning> middle(parts.begin() + static_cast<ptrdiff_t>(at),
                                parts.begin() + static_cast<ptrdiff_t>(at + starred));
    Value* tuple = HEDDLE_TRY(StaticIterable(std::move(middle)).as_value(*this, range));
    HEDDLE_TRY(assign(*as<Starred>(*targets[i]).value, tuple, range));
    at += starred;
  }
  return ok_status();
}

Status FunctionEmitter::assign_attribute(const Attribute& target, const Meaning& meaning, const TypePtr& annotated,
                                         const SourceRange& range) {
  Value* object = HEDDLE_TRY(emit_value(*target.value));
  Value* value = HEDDLE_TRY(as_value(meaning, range));
  const ClassType* type = as_class(*object->type());
  if (!type) {
    return error_at(range, "Attributes of a value of type ", object->type()->to_text(), " cannot be assigned");
  }
  if (const ClassProperty* property = type->find_property(target.name)) {
    if (!property->setter) return error_at(range, "The property '", target.name, "' cannot be assigned");
    CallArguments arguments;
    arguments.self = CallArgument{object, target.range, {}};
    arguments.positional.push_back({value, range, {}});
    HEDDLE_TRY(call_function(ir::as_function(property->setter), std::move(arguments), range));
    return ok_status();
  }
  std::optional<size_t> slot = type->find_attribute(target.name);
  if (!slot && resolver_.may_add_attributes(*type, function_)) {
    if (type->find_method(target.name)) return error_at(range, "'", target.name, "' is a method already");
    ClassAttribute added;
    added.name = target.name;
    added.type = annotated ? annotated : value->type();
    slot = type->attributes.size();
    const_cast<ClassType&>(*type).attributes.push_back(std::move(added));
  }
  if (!slot) {
    return error_at(range, "Tried to set an attribute: ", target.name, ", which ", type->qualified_name(),
                    " does not have");
  }
  value = HEDDLE_TRY(convert(value, type->attributes[*slot].type, range, concat("The attribute '", target.name, "'")));
  insert(ir::NodeKind::kSetAttr, {object, value}, range)->name = target.name;
  return ok_status();
}

Status FunctionEmitter::emit_augmented_assign(const AugAssign& statement) {
  if (const Subscript* subscript = try_as<Subscript>(statement.target.get())) {
    return update_subscript(*subscript, statement.op, *statement.value, statement.range);
  }
  Value* before = HEDDLE_TRY(emit_value(*statement.target));
  Value* right = HEDDLE_TRY(emit_value(*statement.value));
  Value* after = HEDDLE_TRY(emit_in_place(statement.op, before, right, statement.range));
  // An attribute whose tensor or list was changed in place holds it already.
  const bool in_place = after->node()->is(ir::NodeKind::kOperator) && after->node()->op->schema.is_mutable();
  if (is<Attribute>(*statement.target) && in_place) return ok_status();
  return assign(*statement.target, after, statement.range);
}

}  // namespace heddle::lang
