// Lists, tuples, dicts, comprehensions, strings with values in them.
#include "core/class_type.h"
#include "lang/function_emitter.h"

namespace heddle::lang {

using ir::InsertPointGuard;
using ir::Value;

namespace {

// The List[T] or Dict[K, V] in a hint that may be optional or a union; null when there is none.
TypePtr container_in(const TypePtr& hint, TypeKind kind) {
  if (!hint || hint->is(kind)) return hint;
  if (hint->is(TypeKind::kOptional)) return container_in(hint->element(), kind);
  TypePtr found;
  if (hint->is(TypeKind::kUnion)) {
    for (const TypePtr& member : hint->contained()) {
      if (!member->is(kind)) continue;
      if (found) return nullptr;
      found = member;
    }
  }
  return found;
}

}  // namespace

Result<std::vector<Value*>> FunctionEmitter::emit_elements(const ExprList& elements,
                                                           const std::function<TypePtr(size_t)>& hint) {
  std::vector<Value*> values;
  values.reserve(elements.size());
  for (const ExprPtr& element : elements) {
    if (const Starred* starred = try_as<Starred>(element.get())) {
      const Meaning whole = HEDDLE_TRY(emit(*starred->value));
      const std::vector<Meaning> parts = HEDDLE_TRY(unpack(whole, std::nullopt, starred->range));
      for (const Meaning& part : parts) values.push_back(HEDDLE_TRY(as_value(part, starred->range)));
    } else {
      values.push_back(HEDDLE_TRY(emit_value(*element, hint(values.size()))));
    }
  }
  return values;
}

Result<Value*> FunctionEmitter::emit_list_literal(const ListLiteral& list, const TypePtr& hint) {
  const TypePtr wanted = container_in(hint, TypeKind::kList);
  const TypePtr element = wanted && wanted->is(TypeKind::kList) ? wanted->element() : nullptr;
  const std::vector<Value*> values = HEDDLE_TRY(emit_elements(list.elements, [&](size_t) { return element; }));
  return emit_list(values, element, list.range);
}

Result<Value*> FunctionEmitter::emit_list(std::span<Value* const> elements, TypePtr element, const SourceRange& range) {
  std::vector<Value*> values(elements.begin(), elements.end());
  if (element) {
    for (Value*& value : values) value = HEDDLE_TRY(convert(value, element, range, "A list element"));
  } else {
    element = HEDDLE_TRY(common_type(values, range, "List elements"));
  }
  ir::Node* node = insert(ir::NodeKind::kListConstruct, values, range);
  return node->add_output(types::list(element));
}

Result<TypePtr> FunctionEmitter::common_type(std::span<Value* const> values, const SourceRange& range,
                                             std::string_view what) {
  if (values.empty()) return types::tensor();  // what PyTorch takes an empty literal for
  TypePtr common = values[0]->type();
  for (Value* value : values.subspan(1)) {
    if (same_type(*common, *value->type())) continue;
    const TypePtr wider = unify(common, value->type());
    if (!wider) {
      return error_at(range, what, " must be of one type, but there are ", common->to_text(), " and ",
                      value->type()->to_text());
    }
    common = wider;
  }
  return common;
}

Result<Value*> FunctionEmitter::emit_tuple_literal(const TupleLiteral& tuple, const TypePtr& hint) {
  const TypePtr wanted = container_in(hint, TypeKind::kTuple);
  const auto element = [&](size_t i) {
    const bool fits = wanted && wanted->is(TypeKind::kTuple) && wanted->contained().size() == tuple.elements.size();
    return fits ? wanted->contained()[i] : nullptr;
  };
  const std::vector<Value*> values = HEDDLE_TRY(emit_elements(tuple.elements, element));
  return emit_tuple(values, tuple.range);
}

Value* FunctionEmitter::emit_tuple(std::span<Value* const> elements, const SourceRange& range, TypePtr named) {
  ir::Node* node = insert(ir::NodeKind::kTupleConstruct, elements, range);
  if (named) return node->add_output(std::move(named));
  std::vector<TypePtr> parts;
  parts.reserve(elements.size());
  for (Value* element : elements) parts.push_back(element->type());
  return node->add_output(types::tuple(std::move(parts)));
}

Result<Value*> FunctionEmitter::emit_dict_literal(const DictLiteral& dict, const TypePtr& hint) {
  const TypePtr wanted = container_in(hint, TypeKind::kDict);
  const bool is_wanted = wanted && wanted->is(TypeKind::kDict);
  TypePtr key_type = is_wanted ? wanted->contained()[0] : nullptr;
  TypePtr value_type = is_wanted ? wanted->contained()[1] : nullptr;
  std::vector<Value*> keys = HEDDLE_TRY(emit_elements(dict.keys, [&](size_t) { return key_type; }));
  std::vector<Value*> values = HEDDLE_TRY(emit_elements(dict.values, [&](size_t) { return value_type; }));
  if (!is_wanted) {
    key_type = keys.empty() ? types::string() : HEDDLE_TRY(common_type(keys, dict.range, "Dict keys"));
    value_type = HEDDLE_TRY(common_type(values, dict.range, "Dict values"));
  }
  ir::Node* node = insert(ir::NodeKind::kDictConstruct, std::span<Value* const>(), dict.range);
  for (size_t i = 0; i < keys.size(); ++i) {
    InsertPointGuard before(graph(), node);
    Value* key = HEDDLE_TRY(convert(keys[i], key_type, dict.range, "A dict key"));
    Value* value = HEDDLE_TRY(convert(values[i], value_type, dict.range, "A dict value"));
    node->add_input(key);
    node->add_input(value);
  }
  return node->add_output(types::dict(key_type, value_type));
}

Status FunctionEmitter::emit_comprehension(const Expr& target, const Expr& iterable_expr, const ExprList& conditions,
                                           const std::function<Status()>& add) {
  const Meaning source = HEDDLE_TRY(emit(iterable_expr));
  const Ref<Iterable> iterable = HEDDLE_TRY(iterate(source, iterable_expr.range));
  return emit_each(*iterable, iterable_expr.range, [&](const Meaning& element) -> Status {
    environment_.push_scope();
    environment_.seal_scope();
    HEDDLE_TRY(assign(target, element, target.range));
    // Each condition guards all that follows it.
    const ir::Node* outside = graph().insert_point();
    for (const ExprPtr& expr : conditions) {
      const Condition condition = HEDDLE_TRY(emit_condition(*expr));
      ir::Node* branch = insert_if(condition_value(condition, expr->range), expr->range);
      graph().set_insert_point(branch->block(0));
      apply_refinements(condition.when_true, expr->range);
    }
    HEDDLE_TRY(add());
    graph().set_insert_point(const_cast<ir::Node*>(outside));
    environment_.pop_scope();
    return ok_status();
  });
}

Result<Value*> FunctionEmitter::emit_list_comprehension(const ListComp& comp, const TypePtr& hint) {
  const TypePtr wanted = container_in(hint, TypeKind::kList);
  TypePtr element = wanted && wanted->is(TypeKind::kList) ? wanted->element() : nullptr;
  // Its type follows from the first element that is compiled.
  Value* list =
      insert_value(ir::NodeKind::kListConstruct, {}, types::list(element ? element : types::tensor()), comp.range);
  HEDDLE_TRY(emit_comprehension(*comp.target, *comp.iterable, comp.conditions, [&]() -> Status {
    Value* value = HEDDLE_TRY(emit_value(*comp.element, element));
    if (!element) {
      element = value->type();
      list->set_type(types::list(element));
    }
    value = HEDDLE_TRY(convert(value, element, comp.element->range, "A list element"));
    HEDDLE_TRY(call_operator("aten::append", {list, value}, comp.range));
    return ok_status();
  }));
  return list;
}

Result<Value*> FunctionEmitter::emit_dict_comprehension(const DictComp& comp, const TypePtr& hint) {
  const TypePtr wanted = container_in(hint, TypeKind::kDict);
  TypePtr type = wanted && wanted->is(TypeKind::kDict) ? wanted : nullptr;
  Value* dict = insert_value(ir::NodeKind::kDictConstruct, {},
                             type ? type : types::dict(types::string(), types::tensor()), comp.range);
  HEDDLE_TRY(emit_comprehension(*comp.target, *comp.iterable, comp.conditions, [&]() -> Status {
    Value* key = HEDDLE_TRY(emit_value(*comp.key, type ? type->contained()[0] : nullptr));
    Value* value = HEDDLE_TRY(emit_value(*comp.value, type ? type->contained()[1] : nullptr));
    if (!type) {
      type = types::dict(key->type(), value->type());
      dict->set_type(type);
    }
    key = HEDDLE_TRY(convert(key, type->contained()[0], comp.key->range, "A dict key"));
    value = HEDDLE_TRY(convert(value, type->contained()[1], comp.value->range, "A dict value"));
    HEDDLE_TRY(call_operator("aten::_set_item", {dict, key, value}, comp.range));
    return ok_status();
  }));
  return dict;
}

Result<Value*> FunctionEmitter::emit_format_string(const FormatString& string) {
  // aten::format reads "{}" as a place for a value, and knows no escape; a text with braces of its own is passed as a
  // value.
  std::string pattern;
  CallArguments arguments;
  arguments.positional.push_back({nullptr, string.range, {}});
  for (size_t i = 0; i < string.texts.size(); ++i) {
    if (string.texts[i].find("{}") == std::string::npos) {
      pattern += string.texts[i];
    } else {
      pattern += "{}";
      arguments.positional.push_back({constant(string.texts[i], string.range), string.range, {}});
    }
    if (i == string.values.size()) break;
    pattern += "{}";
    Value* value = HEDDLE_TRY(emit_value(*string.values[i]));
    arguments.positional.push_back({value, string.values[i]->range, {}});
  }
  arguments.positional[0].value = constant(pattern, string.range);
  return call_operator("aten::format", arguments, string.range);
}

Result<Value*> FunctionEmitter::emit_percent_format(Value* format, Value* values, const SourceRange& range) {
  CallArguments arguments;
  arguments.positional.push_back({format, range, {}});
  if (values->type()->is(TypeKind::kTuple)) {
    const std::vector<Meaning> parts = HEDDLE_TRY(unpack(values, std::nullopt, range));
    for (const Meaning& part : parts) arguments.positional.push_back({part.value, range, {}});
  } else {
    arguments.positional.push_back({values, range, {}});
  }
  return call_operator("aten::percentFormat", arguments, range);
}

}  // namespace heddle::lang
