#include "lang/callables.h"

#include <unordered_map>

#include "core/boxes.h"
#include "lang/function_emitter.h"
#include "lang/iterables.h"
#include "lang/special_forms.h"
#include "schema/custom_class.h"

namespace heddle::lang {

using ir::Value;

namespace {

Result<Value*> create_object(FunctionEmitter& emitter, const TypePtr& type, const SourceRange& range) {
  const std::string& name = as_class(*type)->qualified_name();
  if (!schema::is_custom_class_name(name)) return emitter.insert_value(ir::NodeKind::kCreateObject, {}, type, range);
  return emitter.call_operator(schema::custom_method(name, "__new__"), CallArguments(), range);
}

// C.__new__(C): an object whose attributes its __init__ will set.
class NewSugar final : public SugaredValue {
 public:
  explicit NewSugar(TypePtr type) : type_(std::move(type)) {}
  std::string describe() const override { return concat(type_->to_text(), ".__new__"); }
  Result<Meaning> call(FunctionEmitter& emitter, const Call& call, const TypePtr&) override {
    return Meaning(HEDDLE_TRY(create_object(emitter, type_, call.range)));
  }

 private:
  TypePtr type_;
};

// x.float() is x.to(torch.float32).
std::optional<DType> cast_method(const std::string& name) {
  static const std::unordered_map<std::string_view, DType> kCasts = {
      {"float", DType::kFloat32},     {"double", DType::kFloat64},   {"half", DType::kFloat16},
      {"bfloat16", DType::kBFloat16}, {"int", DType::kInt32},        {"long", DType::kInt64},
      {"short", DType::kInt16},       {"char", DType::kInt8},        {"byte", DType::kUInt8},
      {"bool", DType::kBool},         {"cfloat", DType::kComplex64}, {"cdouble", DType::kComplex128}};
  const auto found = kCasts.find(name);
  return found == kCasts.end() ? std::nullopt : std::optional(found->second);
}

class CastMethodSugar final : public SugaredValue {
 public:
  CastMethodSugar(Value* self, DType dtype) : self_(self), dtype_(dtype) {}
  std::string describe() const override { return "cast"; }
  Result<Meaning> call(FunctionEmitter& emitter, const Call& call, const TypePtr&) override {
    if (!call.args.empty()) return error_at(call.range, "This cast takes no arguments");
    Value* dtype = emitter.constant(IValue(dtype_), call.range);
    return Meaning(HEDDLE_TRY(emitter.call_operator("aten::to", {self_, dtype}, call.range)));
  }

 private:
  Value* self_;
  DType dtype_;
};

bool has_method(const std::string& name, const Type& self) {
  for (const schema::Operator* op : schema::operators().overloads(name)) {
    const auto at = op->schema.find_argument("self");
    const auto& arguments = op->schema.arguments;
    if (arguments.empty()) continue;
    const TypePtr& wanted = arguments[at.value_or(0)].type;
    // A schema's type variables stand for any type; the call itself checks the rest.
    if (wanted->kind() == self.kind() || wanted->is(TypeKind::kVariable) || is_subtype(self, *wanted)) return true;
  }
  return false;
}

schema::FunctionSchema constructor_of(const NamedTupleType& type) {
  schema::FunctionSchema schema;
  schema.name = type.qualified_name();
  for (size_t i = 0; i < type.fields().size(); ++i) {
    schema::Argument argument;
    argument.name = type.fields()[i].name;
    argument.type = type.contained()[i];
    argument.default_value = type.fields()[i].default_value;
    schema.arguments.push_back(std::move(argument));
  }
  return schema;
}

}  // namespace

Ref<SugaredValue> method_of_builtin_type(FunctionEmitter& emitter, Value* self, const std::string& name) {
  const Type& type = *self->type();
  if (type.is(TypeKind::kTensor)) {
    if (const std::optional<DType> dtype = cast_method(name)) return make_ref<CastMethodSugar>(self, *dtype);
  }
  if (Ref<SugaredValue> form = special_method(self, name)) return form;
  std::string op = concat("aten::", name);
  if (!emitter.resolver().tolerates_missing_operators() && !has_method(op, type)) return nullptr;
  return make_ref<OperatorSugar>(std::move(op), self);
}

Ref<SugaredValue> method_of_custom_class(Value* self, const ClassType& type, const std::string& name) {
  if (!schema::is_custom_class_name(type.qualified_name())) return nullptr;
  std::string op = schema::custom_method(type.qualified_name(), name);
  if (schema::operators().overloads(op).empty()) return nullptr;
  return make_ref<OperatorSugar>(std::move(op), self);
}

Result<Value*> FunctionSugar::as_value(FunctionEmitter& emitter, const SourceRange& range) {
  ir::Node* node = emitter.insert(ir::NodeKind::kFunctionValue, captured_, range);
  node->function = function_;
  return node->add_output(make_ref<FunctionType>(function_));
}

Result<Meaning> FunctionSugar::call(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  CallArguments arguments = HEDDLE_TRY(emitter.emit_arguments(call));
  return Meaning(HEDDLE_TRY(emitter.call_function(*function_, std::move(arguments), call.range, captured_)));
}

Result<Meaning> MethodSugar::call(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  CallArguments arguments = HEDDLE_TRY(emitter.emit_arguments(call));
  return Meaning(HEDDLE_TRY(emitter.call_bound(*this, std::move(arguments), call.range)));
}

Result<Value*> OperatorSugar::as_value(FunctionEmitter& emitter, const SourceRange& range) {
  if (self_ && self_->type()->is(TypeKind::kUnknown)) return self_;
  return SugaredValue::as_value(emitter, range);
}

Result<Meaning> OperatorSugar::attribute(FunctionEmitter& emitter, const SourceRange& range, const std::string& name) {
  if (name == "default" || schema::operators().find(name_, name)) return Meaning(Ref<OperatorSugar>::share(this));
  return SugaredValue::attribute(emitter, range, name);
}

Result<Meaning> OperatorSugar::call(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) {
  if (SpecialForm form = special_operator(name_)) return form(emitter, call, hint);
  CallArguments arguments = HEDDLE_TRY(emitter.emit_arguments(call));
  if (self_) arguments.self = CallArgument{self_, call.callee->range, {}};
  return Meaning(HEDDLE_TRY(emitter.call_operator(name_, arguments, call.range)));
}

Result<Meaning> LambdaSugar::call(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) {
  const CallArguments arguments = HEDDLE_TRY(emitter.emit_arguments(call));
  if (!arguments.keywords.empty() || arguments.positional.size() != lambda_.params.size()) {
    return error_at(call.range, "The lambda takes ", lambda_.params.size(), " positional arguments");
  }
  Environment& environment = emitter.environment();
  environment.push_scope();
  environment.seal_scope();
  for (size_t i = 0; i < lambda_.params.size(); ++i) {
    environment.bind(environment.variable(lambda_.params[i].name), {arguments.positional[i].value, false, {}});
  }
  Meaning result = HEDDLE_TRY(emitter.emit(*lambda_.body, hint));
  environment.pop_scope();
  return result;
}

Result<Meaning> ClassSugar::attribute(FunctionEmitter& emitter, const SourceRange& range, const std::string& name) {
  if (const EnumType* type = as_enum(*type_)) {
    for (size_t i = 0; i < type->members().size(); ++i) {
      if (type->members()[i].name != name) continue;
      return Meaning(emitter.constant(IValue(make_ref<EnumValue>(Ref<const EnumType>::share(type), i)), range, type_));
    }
  }
  if (const ClassType* type = as_class(*type_)) {
    if (name == "__new__") return Meaning(make_ref<NewSugar>(type_));
    Ref<Callable> method = type->find_static_method(name);
    if (!method) method = type->find_method(name);
    if (method) return Meaning(make_ref<FunctionSugar>(static_ref_cast<ir::Function>(method)));
    if (const IValue* value = type->find_constant(name)) return Meaning(emitter.constant(*value, range));
    if (Ref<SugaredValue> found = method_of_custom_class(nullptr, *type, name)) return Meaning(std::move(found));
  }
  return SugaredValue::attribute(emitter, range, name);
}

Result<Meaning> ClassSugar::call(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) {
  CallArguments arguments = HEDDLE_TRY(emitter.emit_arguments(call));
  if (const NamedTupleType* type = as_named_tuple(*type_)) {
    const MatchedCall matched = HEDDLE_TRY(match_call(constructor_of(*type), arguments, call.range, emitter.graph()));
    return Meaning(emitter.emit_tuple(matched.inputs, call.range, type_));
  }
  const ClassType* type = as_class(*type_);
  if (!type || type->is_module()) return SugaredValue::call(emitter, call, hint);
  Value* object = HEDDLE_TRY(create_object(emitter, type_, call.range));
  if (schema::is_custom_class_name(type->qualified_name())) {
    arguments.self = CallArgument{object, call.range, {}};
    HEDDLE_TRY(emitter.call_operator(schema::custom_method(type->qualified_name(), "__init__"), arguments, call.range));
  } else if (type->find_method("__init__")) {
    HEDDLE_TRY(emitter.call_method(object, "__init__", std::move(arguments), call.range));
  } else if (!arguments.positional.empty() || !arguments.keywords.empty()) {
    return error_at(call.range, describe(), " takes no arguments");
  }
  return Meaning(object);
}

Result<Ref<Iterable>> ClassSugar::iterate(FunctionEmitter& emitter, const SourceRange& range) {
  const EnumType* type = as_enum(*type_);
  if (!type) return SugaredValue::iterate(emitter, range);
  std::vector<Meaning> members;
  for (size_t i = 0; i < type->members().size(); ++i) {
    IValue member(make_ref<EnumValue>(Ref<const EnumType>::share(type), i));
    members.push_back(emitter.constant(std::move(member), range, type_));
  }
  return Ref<Iterable>(make_ref<StaticIterable>(std::move(members)));
}

}  // namespace heddle::lang
