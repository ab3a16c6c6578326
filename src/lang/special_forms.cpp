#include "lang/special_forms.h"

#include <unordered_map>

#include "core/class_type.h"
#include "lang/iterables.h"

namespace heddle::lang {

using ir::Value;

namespace {

Status want_arguments(const Call& call, std::string_view name, size_t least, size_t most) {
  const size_t count = call.args.size();
  if (call.keywords.empty() && count >= least && count <= most) return ok_status();
  if (least == most) return error_at(call.range, name, " takes ", least, " positional arguments");
  return error_at(call.range, name, " takes ", least, " to ", most, " positional arguments");
}

Result<Meaning> annotate(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  HEDDLE_TRY(want_arguments(call, "annotate", 2, 2));
  const TypePtr type = HEDDLE_TRY(emitter.emit_type(*call.args[0]));
  Value* value = HEDDLE_TRY(emitter.emit_value_of_type(*call.args[1], type, "The annotated value"));
  // "[]" alone is a list of anything; one that is annotated has this type, and so the cast that says so.
  const bool is_literal = value->node()->is(ir::NodeKind::kListConstruct) && value->node()->inputs().empty() &&
                          value->type()->element()->is(TypeKind::kTensor);
  const bool has_type = same_type(*value->type(), *type) && !is_literal;
  return Meaning(has_type ? value : emitter.cast(value, type, call.range));
}

Result<Meaning> unchecked_cast(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  HEDDLE_TRY(want_arguments(call, "unchecked_cast", 2, 2));
  const TypePtr type = HEDDLE_TRY(emitter.emit_type(*call.args[0]));
  Value* value = HEDDLE_TRY(emitter.emit_value(*call.args[1]));
  return Meaning(emitter.cast(value, type, call.range));
}

Result<Meaning> uninitialized(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  HEDDLE_TRY(want_arguments(call, "uninitialized", 1, 1));
  const TypePtr type = HEDDLE_TRY(emitter.emit_type(*call.args[0]));
  return Meaning(emitter.insert_value(ir::NodeKind::kUninitialized, {}, type, call.range));
}

Result<Meaning> get_attribute(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) {
  HEDDLE_TRY(want_arguments(call, "getattr", 2, 3));
  const StringLiteral* name = try_as<StringLiteral>(call.args[1].get());
  if (!name) return error_at(call.args[1]->range, "The attribute's name must be a string literal");
  const Meaning object = HEDDLE_TRY(emitter.emit(*call.args[0]));
  Result<Meaning> found = emitter.attribute(object, name->value, call.range);
  if (found.ok() || call.args.size() == 2) return found;
  return emitter.emit(*call.args[2], hint);
}

Result<Meaning> super_object(FunctionEmitter&, const Call& call, const TypePtr&) {
  // Classes inherit from nothing that runs, so super().__init__() has nothing to do.
  class InitSugar final : public SugaredValue {
    std::string describe() const override { return "super().__init__"; }
    Result<Meaning> call(FunctionEmitter& emitter, const Call& init, const TypePtr&) override {
      return Meaning(emitter.constant(IValue(), init.range));
    }
  };
  class SuperSugar final : public SugaredValue {
    std::string describe() const override { return "super()"; }
    Result<Meaning> attribute(FunctionEmitter& emitter, const SourceRange& range, const std::string& name) override {
      if (name == "__init__") return Meaning(make_ref<InitSugar>());
      return SugaredValue::attribute(emitter, range, name);
    }
  };
  if (call.args.size() > 2) return error_at(call.range, "super takes at most two arguments");
  return Meaning(make_ref<SuperSugar>());
}

Result<Meaning> range_form(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  HEDDLE_TRY(want_arguments(call, "range", 1, 3));
  Value* values[3] = {};
  for (size_t i = 0; i < call.args.size(); ++i) {
    values[i] = HEDDLE_TRY(emitter.emit_value_of_type(*call.args[i], types::integer(), "An argument of range"));
  }
  if (call.args.size() == 1) return Meaning(make_ref<RangeIterable>(nullptr, values[0], nullptr));
  return Meaning(make_ref<RangeIterable>(values[0], values[1], values[2]));
}

Result<Ref<Iterable>> iterate_argument(FunctionEmitter& emitter, const Call& call, size_t i) {
  const Meaning argument = HEDDLE_TRY(emitter.emit(*call.args[i]));
  return emitter.iterate(argument, call.args[i]->range);
}

Result<Meaning> enumerate_form(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  if (call.args.empty() || call.args.size() + call.keywords.size() > 2) {
    return error_at(call.range, "enumerate takes an iterable and perhaps a start");
  }
  Ref<Iterable> inner = HEDDLE_TRY(iterate_argument(emitter, call, 0));
  const Expr* start = call.args.size() == 2 ? call.args[1].get() : nullptr;
  if (!call.keywords.empty()) {
    if (call.keywords[0].name != "start") return error_at(call.keywords[0].range, "enumerate knows only 'start'");
    start = call.keywords[0].value.get();
  }
  Value* first = start ? HEDDLE_TRY(emitter.emit_value_of_type(*start, types::integer(), "The start")) : nullptr;
  return Meaning(make_ref<EnumerateIterable>(std::move(inner), first));
}

Result<Meaning> zip_form(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  std::vector<Ref<Iterable>> parts;
  for (size_t i = 0; i < call.args.size(); ++i) parts.push_back(HEDDLE_TRY(iterate_argument(emitter, call, i)));
  return Meaning(make_ref<ZipIterable>(std::move(parts)));
}

Result<Meaning> reversed_form(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  HEDDLE_TRY(want_arguments(call, "reversed", 1, 1));
  Ref<Iterable> inner = HEDDLE_TRY(iterate_argument(emitter, call, 0));
  return Meaning(make_ref<ReversedIterable>(std::move(inner)));
}

Result<Value*> list_from(FunctionEmitter& emitter, Iterable& iterable, TypePtr element, const SourceRange& range) {
  Value* list =
      emitter.insert_value(ir::NodeKind::kListConstruct, {}, types::list(element ? element : types::tensor()), range);
  HEDDLE_TRY(emitter.emit_each(iterable, range, [&](const Meaning& part) -> Status {
    Value* value = HEDDLE_TRY(emitter.as_value(part, range));
    if (!element) {
      element = value->type();
      list->set_type(types::list(element));
    }
    value = HEDDLE_TRY(emitter.convert(value, element, range, "A list element"));
    HEDDLE_TRY(emitter.call_operator("aten::append", {list, value}, range));
    return ok_status();
  }));
  return list;
}

Result<Meaning> list_form(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) {
  HEDDLE_TRY(want_arguments(call, "list", 0, 1));
  const TypePtr element = hint && hint->is(TypeKind::kList) ? hint->element() : nullptr;
  if (call.args.empty()) return Meaning(HEDDLE_TRY(emitter.emit_list({}, element, call.range)));
  const Meaning argument = HEDDLE_TRY(emitter.emit(*call.args[0]));
  if (argument.value) {
    const Type& type = *argument.value->type();
    if (type.is(TypeKind::kList) || type.is(TypeKind::kString)) {
      return Meaning(HEDDLE_TRY(emitter.call_operator("aten::list", {argument.value}, call.range)));
    }
    if (type.is(TypeKind::kDict)) {
      return Meaning(HEDDLE_TRY(emitter.call_operator("aten::keys", {argument.value}, call.range)));
    }
    if (type.is(TypeKind::kTuple)) {
      const std::vector<Meaning> parts = HEDDLE_TRY(emitter.unpack(argument, std::nullopt, call.range));
      std::vector<Value*> values;
      for (const Meaning& part : parts) values.push_back(part.value);
      return Meaning(HEDDLE_TRY(emitter.emit_list(values, element, call.range)));
    }
  }
  const Ref<Iterable> iterable = HEDDLE_TRY(emitter.iterate(argument, call.range));
  return Meaning(HEDDLE_TRY(list_from(emitter, *iterable, element, call.range)));
}

Result<Meaning> tuple_form(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  HEDDLE_TRY(want_arguments(call, "tuple", 0, 1));
  std::vector<Value*> values;
  if (!call.args.empty()) {
    const Meaning argument = HEDDLE_TRY(emitter.emit(*call.args[0]));
    const std::vector<Meaning> parts = HEDDLE_TRY(emitter.unpack(argument, std::nullopt, call.range));
    for (const Meaning& part : parts) values.push_back(HEDDLE_TRY(emitter.as_value(part, call.range)));
  }
  return Meaning(emitter.emit_tuple(values, call.range));
}

Result<Meaning> dict_form(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) {
  if (call.args.size() > 1) return error_at(call.range, "dict takes at most one positional argument");
  if (!call.args.empty()) {
    Value* from = HEDDLE_TRY(emitter.emit_value(*call.args[0]));
    Value* dict = HEDDLE_TRY(emitter.call_operator("aten::dict", {from}, call.range));
    for (const Keyword& keyword : call.keywords) {
      Value* value = HEDDLE_TRY(emitter.emit_value(*keyword.value));
      Value* key = emitter.constant(keyword.name, keyword.range);
      HEDDLE_TRY(emitter.call_operator("aten::_set_item", {dict, key, value}, keyword.range));
    }
    return Meaning(dict);
  }
  std::vector<Value*> values;
  for (const Keyword& keyword : call.keywords) values.push_back(HEDDLE_TRY(emitter.emit_value(*keyword.value)));
  TypePtr type = hint && hint->is(TypeKind::kDict) ? hint : nullptr;
  if (!type) {
    const TypePtr value_type = HEDDLE_TRY(emitter.common_type(values, call.range, "Dict values"));
    type = types::dict(types::string(), value_type);
  }
  std::vector<Value*> pairs;
  for (size_t i = 0; i < values.size(); ++i) {
    pairs.push_back(emitter.constant(call.keywords[i].name, call.range));
    pairs.push_back(HEDDLE_TRY(emitter.convert(values[i], type->contained()[1], call.range, "A dict value")));
  }
  return Meaning(emitter.insert(ir::NodeKind::kDictConstruct, pairs, call.range)->add_output(type));
}

Result<Meaning> length_form(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  HEDDLE_TRY(want_arguments(call, "len", 1, 1));
  const Meaning argument = HEDDLE_TRY(emitter.emit(*call.args[0]));
  if (argument.value) {
    Value* value = argument.value;
    const Type& type = *value->type();
    const ClassType* object = as_class(type);
    if (type.is(TypeKind::kTuple)) {
      return Meaning(emitter.constant(static_cast<int64_t>(type.contained().size()), call.range));
    }
    if (as_interface(type) || (object && object->find_method("__len__"))) {
      return Meaning(HEDDLE_TRY(emitter.call_method(value, "__len__", CallArguments(), call.range)));
    }
    if (!object) return Meaning(HEDDLE_TRY(emitter.call_operator("aten::len", {value}, call.range)));
  }
  const Ref<Iterable> iterable = HEDDLE_TRY(emitter.iterate(argument, call.range));
  if (const std::optional<size_t> length = iterable->static_length()) {
    return Meaning(emitter.constant(static_cast<int64_t>(*length), call.range));
  }
  return Meaning(HEDDLE_TRY(iterable->length(emitter, call.range)));
}

Result<Meaning> print_form(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  const CallArguments arguments = HEDDLE_TRY(emitter.emit_arguments(call));
  ir::Node* node = emitter.insert(ir::NodeKind::kPrint, std::span<Value* const>(), call.range);
  for (const CallArgument& argument : arguments.positional) node->add_input(argument.value);
  return Meaning(emitter.constant(IValue(), call.range));
}

// min and max of two or more, or of one list.
Result<Meaning> extremum(FunctionEmitter& emitter, const Call& call, const std::string& op) {
  const CallArguments arguments = HEDDLE_TRY(emitter.emit_arguments(call));
  if (arguments.positional.size() < 2 || !arguments.keywords.empty()) {
    return Meaning(HEDDLE_TRY(emitter.call_operator(op, arguments, call.range)));
  }
  Value* best = arguments.positional[0].value;
  for (size_t i = 1; i < arguments.positional.size(); ++i) {
    best = HEDDLE_TRY(emitter.call_operator(op, {best, arguments.positional[i].value}, call.range));
  }
  return Meaning(best);
}

// int(x), str(x): an operator, unless the value is of that type already or is an object with a method for it.
Result<Meaning> convert_to(FunctionEmitter& emitter, const Call& call, const TypePtr& type, const char* op,
                           IValue empty, const char* method) {
  if (call.args.empty() && call.keywords.empty()) return Meaning(emitter.constant(std::move(empty), call.range));
  const CallArguments arguments = HEDDLE_TRY(emitter.emit_arguments(call));
  if (arguments.positional.size() == 1 && arguments.keywords.empty()) {
    Value* value = arguments.positional[0].value;
    if (same_type(*value->type(), *type)) return Meaning(value);
    const ClassType* object = as_class(*value->type());
    if (object && object->find_method(method)) {
      return Meaning(HEDDLE_TRY(emitter.call_method(value, method, CallArguments(), call.range)));
    }
    if (type->is(TypeKind::kBool)) return Meaning(HEDDLE_TRY(emitter.as_bool(value, call.range)));
  }
  return Meaning(HEDDLE_TRY(emitter.call_operator(op, arguments, call.range)));
}

// Operators that are nodes.

Result<Meaning> raise_operator(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  HEDDLE_TRY(want_arguments(call, "RaiseException", 1, 2));
  Value* message = HEDDLE_TRY(emitter.emit_value_of_type(*call.args[0], types::string(), "The message"));
  Value* name =
      call.args.size() == 2 ? HEDDLE_TRY(emitter.emit_value(*call.args[1])) : emitter.constant(IValue(), call.range);
  emitter.insert(ir::NodeKind::kRaise, {message, name}, call.range);
  return Meaning(emitter.constant(IValue(), call.range));
}

Result<Meaning> wait_value(FunctionEmitter& emitter, Value* future, const SourceRange& range) {
  const TypePtr& type = future->type();
  const bool fits = type->is(TypeKind::kFuture) || type->is(TypeKind::kAwait);
  if (!fits && !type->is(TypeKind::kUnknown)) {
    return error_at(range, "wait needs a Future, not a value of type ", type->to_text());
  }
  return Meaning(emitter.insert_value(ir::NodeKind::kWait, {future}, fits ? type->element() : types::unknown(), range));
}

Result<Meaning> wait_operator(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  HEDDLE_TRY(want_arguments(call, "wait", 1, 1));
  Value* future = HEDDLE_TRY(emitter.emit_value(*call.args[0]));
  return wait_value(emitter, future, call.range);
}

Result<Meaning> unwrap_operator(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  HEDDLE_TRY(want_arguments(call, "unchecked_unwrap_optional", 1, 1));
  Value* value = HEDDLE_TRY(emitter.emit_value(*call.args[0]));
  return Meaning(emitter.cast(value, without_none(value->type()), call.range));
}

Result<Meaning> always_true(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  return Meaning(emitter.constant(true, call.range));
}

Result<Meaning> always_false(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  return Meaning(emitter.constant(false, call.range));
}

class WaitSugar final : public SugaredValue {
 public:
  explicit WaitSugar(Value* future) : future_(future) {}
  std::string describe() const override { return "wait"; }
  Result<Meaning> call(FunctionEmitter& emitter, const Call& call, const TypePtr&) override {
    return wait_value(emitter, future_, call.range);
  }

 private:
  Value* future_;
};

// tensor.tolist() has the type the context asks for: a number or nested lists of numbers.
class ToListSugar final : public SugaredValue {
 public:
  explicit ToListSugar(Value* tensor) : tensor_(tensor) {}
  std::string describe() const override { return "tolist"; }
  Result<Meaning> call(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) override {
    if (!hint) return error_at(call.range, "tolist() needs an annotation of its result: x: List[int] = y.tolist()");
    TypePtr element = hint;
    int64_t dims = 0;
    for (; element->is(TypeKind::kList); ++dims) element = element->element();
    static constexpr std::pair<TypeKind, int64_t> kCodes[] = {
        {TypeKind::kInt, 0}, {TypeKind::kFloat, 1}, {TypeKind::kBool, 2}, {TypeKind::kComplex, 3}};
    for (const auto& [kind, code] : kCodes) {
      if (!element->is(kind)) continue;
      Value* dims_value = emitter.constant(dims, call.range);
      Value* code_value = emitter.constant(code, call.range);
      Value* list = HEDDLE_TRY(emitter.call_operator("prim::tolist", {tensor_, dims_value, code_value}, call.range));
      return Meaning(emitter.cast(list, hint, call.range));
    }
    return error_at(call.range, "tolist() gives int, float, bool, complex or nested lists of them, not ",
                    hint->to_text());
  }

 private:
  Value* tensor_;
};

}  // namespace

Result<Meaning> ExceptionSugar::call(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  const CallArguments arguments = HEDDLE_TRY(emitter.emit_arguments(call));
  Value* message = nullptr;
  for (const CallArgument& argument : arguments.positional) {
    Value* text = argument.value;
    if (!text->type()->is(TypeKind::kString)) {
      text = HEDDLE_TRY(emitter.call_operator("aten::str", {text}, call.range));
    }
    message = message ? HEDDLE_TRY(emitter.call_operator("aten::add", {message, text}, call.range)) : text;
  }
  if (!message) message = emitter.constant("", call.range);
  return Meaning(make_ref<ExceptionSugar>(class_name_, message));
}

SpecialForm special_function(const std::string& name) {
  static const std::unordered_map<std::string_view, SpecialForm> kForms = {
      {"annotate", annotate},
      {"unchecked_cast", unchecked_cast},
      {"uninitialized", uninitialized},
      {"getattr", get_attribute},
      {"super", super_object},
      {"range", range_form},
      {"enumerate", enumerate_form},
      {"zip", zip_form},
      {"reversed", reversed_form},
      {"list", list_form},
      {"tuple", tuple_form},
      {"dict", dict_form},
      {"len", length_form},
      {"print", print_form},
      {"isinstance", emit_isinstance},
      {"hasattr", emit_hasattr},
      {"fork", emit_fork},
      {"awaitable", emit_awaitable},
      {"wait", wait_operator},
      {"is_scripting", always_true},
      {"is_tracing", always_false},
      {"min", [](FunctionEmitter& e, const Call& c, const TypePtr&) { return extremum(e, c, "prim::min"); }},
      {"max", [](FunctionEmitter& e, const Call& c, const TypePtr&) { return extremum(e, c, "prim::max"); }},
      {"int", [](FunctionEmitter& e, const Call& c,
                 const TypePtr&) { return convert_to(e, c, types::integer(), "aten::Int", int64_t{0}, "__int__"); }},
      {"float", [](FunctionEmitter& e, const Call& c,
                   const TypePtr&) { return convert_to(e, c, types::floating(), "aten::Float", 0.0, "__float__"); }},
      {"bool", [](FunctionEmitter& e, const Call& c,
                  const TypePtr&) { return convert_to(e, c, types::boolean(), "aten::Bool", false, "__bool__"); }},
      {"str", [](FunctionEmitter& e, const Call& c,
                 const TypePtr&) { return convert_to(e, c, types::string(), "aten::str", "", "__str__"); }},
      {"complex",
       [](FunctionEmitter& e, const Call& c, const TypePtr&) {
         return convert_to(e, c, types::complex(), "aten::Complex", IValue(std::complex<double>()), "__complex__");
       }},
  };
  const auto found = kForms.find(name);
  return found == kForms.end() ? nullptr : found->second;
}

SpecialForm special_operator(const std::string& name) {
  static const std::unordered_map<std::string_view, SpecialForm> kForms = {
      {"prim::RaiseException", raise_operator},
      {"prim::unchecked_unwrap_optional", unwrap_operator},
      {"aten::wait", wait_operator},
      {"prim::awaitable_wait", wait_operator},
      {"aten::is_scripting", always_true},
      {"prim::Print", print_form},
  };
  const auto found = kForms.find(name);
  return found == kForms.end() ? nullptr : found->second;
}

Ref<SugaredValue> special_method(Value* self, const std::string& name) {
  const Type& type = *self->type();
  if (name == "wait" && type.is(TypeKind::kFuture)) return make_ref<WaitSugar>(self);
  if (name == "tolist" && type.is(TypeKind::kTensor)) return make_ref<ToListSugar>(self);
  return nullptr;
}

}  // namespace heddle::lang
