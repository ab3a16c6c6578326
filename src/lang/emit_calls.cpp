// Calls: arguments, functions, methods, operators, and operators that the table lacks.
#include "core/class_type.h"
#include "lang/callables.h"
#include "lang/function_emitter.h"
#include "lang/object_sort.h"
#include "lang/old_operators.h"
#include "lang/signature.h"

namespace heddle::lang {

using ir::Value;

Result<Meaning> FunctionEmitter::emit_call(const Call& call, const TypePtr& hint) {
  const Meaning callee = HEDDLE_TRY(emit(*call.callee));
  if (!callee.value) return callee.sugar->call(*this, call, hint);
  CallArguments arguments = HEDDLE_TRY(emit_arguments(call));
  return Meaning(HEDDLE_TRY(call_value(callee.value, std::move(arguments), call.range)));
}

Result<Value*> FunctionEmitter::call_value(Value* callee, CallArguments arguments, const SourceRange& range) {
  const Type& type = *callee->type();
  if (type.is(TypeKind::kFunction)) {
    Callable& function = *static_cast<const FunctionType&>(type).function();
    if (callee->node()->is(ir::NodeKind::kFunctionValue) && callee->node()->inputs().empty()) {
      return call_function(static_cast<ir::Function&>(function), std::move(arguments), range);
    }
  }
  if (type.is(TypeKind::kUnknown)) return call_missing("call of an unknown value", arguments, range, {});
  const ClassType* object = as_class(type);
  if (object && object->is_module() && !object->find_method("__call__")) {
    return call_module(callee, *object, std::move(arguments), range);
  }
  if (as_interface(type)) return call_method(callee, "forward", std::move(arguments), range);
  if (!object) return error_at(range, "A value of type ", type.to_text(), " cannot be called");
  return call_method(callee, "__call__", std::move(arguments), range);
}

Result<Value*> FunctionEmitter::call_module(Value* module, const ClassType& type, CallArguments arguments,
                                            const SourceRange& range) {
  if (type.forward_hooks.empty() && type.forward_pre_hooks.empty()) {
    return call_method(module, "forward", std::move(arguments), range);
  }
  // Hooks see the arguments as one tuple; what a pre-hook returns takes their place.
  if (!arguments.keywords.empty()) return error_at(range, "A module with hooks takes no keyword arguments");
  std::vector<Value*> inputs;
  for (const CallArgument& argument : arguments.positional) inputs.push_back(argument.value);
  for (const std::string& hook : type.forward_pre_hooks) {
    Value* tuple = emit_tuple(inputs, range);
    Value* changed = HEDDLE_TRY(call_method(module, hook, tuple, range));
    if (changed->type()->is(TypeKind::kNone)) continue;
    inputs.assign(1, changed);
    if (!changed->type()->is(TypeKind::kTuple)) continue;
    const std::vector<Meaning> parts = HEDDLE_TRY(unpack(changed, std::nullopt, range));
    inputs.clear();
    for (const Meaning& part : parts) inputs.push_back(part.value);
  }
  CallArguments forwarded;
  for (Value* input : inputs) forwarded.positional.push_back({input, range, {}});
  Value* result = HEDDLE_TRY(call_method(module, "forward", std::move(forwarded), range));
  for (const std::string& hook : type.forward_hooks) {
    CallArguments seen;
    seen.positional.push_back({emit_tuple(inputs, range), range, {}});
    seen.positional.push_back({result, range, {}});
    Value* changed = HEDDLE_TRY(call_method(module, hook, std::move(seen), range));
    if (!changed->type()->is(TypeKind::kNone)) result = changed;
  }
  return result;
}

Result<CallArguments> FunctionEmitter::emit_arguments(const Call& call, size_t skip) {
  CallArguments arguments;
  arguments.positional.reserve(call.args.size());
  for (size_t i = skip; i < call.args.size(); ++i) {
    const Expr& expr = *call.args[i];
    if (const Starred* starred = try_as<Starred>(expr)) {
      const Meaning whole = HEDDLE_TRY(emit(*starred->value));
      const std::vector<Meaning> parts = HEDDLE_TRY(unpack(whole, std::nullopt, expr.range));
      for (const Meaning& part : parts) {
        Value* value = HEDDLE_TRY(as_value(part, expr.range));
        arguments.positional.push_back({value, expr.range, {}});
      }
      continue;
    }
    Value* value = HEDDLE_TRY(emit_value(expr));
    arguments.positional.push_back({value, expr.range, {}});
  }
  arguments.keywords.reserve(call.keywords.size());
  for (const Keyword& keyword : call.keywords) {
    Value* value = HEDDLE_TRY(emit_value(*keyword.value));
    arguments.keywords.push_back({value, keyword.range, keyword.name});
  }
  return arguments;
}

Result<TypePtr> FunctionEmitter::return_type(ir::Function& function) {
  if (function.schema.returns.empty()) HEDDLE_TRY(function.ensure_defined());
  return function.schema.returns[0].type;
}

Result<Value*> FunctionEmitter::call_function(ir::Function& function, CallArguments arguments, const SourceRange& range,
                                              std::span<Value* const> captured) {
  const TypePtr result = HEDDLE_TRY(return_type(function));
  for (size_t i = 0; i < captured.size(); ++i) {
    arguments.positional.insert(arguments.positional.begin() + static_cast<ptrdiff_t>(i), {captured[i], range, {}});
  }
  const MatchedCall matched = HEDDLE_TRY(match_call(function.schema, arguments, range, graph()));
  ir::Node* node = insert(ir::NodeKind::kCallFunction, matched.inputs, range);
  node->function = Ref<Callable>::share(&function);
  return node->add_output(result);
}

Result<Value*> FunctionEmitter::call_bound(const MethodSugar& method, CallArguments arguments,
                                           const SourceRange& range) {
  arguments.self = CallArgument{method.self(), range, {}};
  if (!method.is_interface()) return call_function(*method.method(), std::move(arguments), range);
  const schema::FunctionSchema& schema = method.method()->schema;
  const MatchedCall matched = HEDDLE_TRY(match_call(schema, arguments, range, graph()));
  ir::Node* node = insert(ir::NodeKind::kCallMethod, matched.inputs, range);
  node->name = schema.name.substr(schema.name.rfind('.') + 1);
  return node->add_output(schema.returns.at(0).type);
}

Result<Value*> FunctionEmitter::call_method(Value* self, const std::string& name, CallArguments arguments,
                                            const SourceRange& range) {
  const Type& type = *self->type();
  const ClassType* object = as_class(type);
  const InterfaceType* interface = as_interface(type);
  Ref<Callable> method;
  if (object) method = object->find_method(name);
  if (interface) method = interface->find_method(name);
  if (!method) {
    return error_at(range, object && object->is_module() ? "Module '" : "Class '", type.to_text(), "' has no method '",
                    name, "'");
  }
  return call_bound(MethodSugar(self, static_ref_cast<ir::Function>(method), interface != nullptr),
                    std::move(arguments), range);
}

Result<Value*> FunctionEmitter::call_method(Value* self, const std::string& name, Value* argument,
                                            const SourceRange& range) {
  CallArguments arguments;
  arguments.positional.push_back({argument, range, {}});
  return call_method(self, name, std::move(arguments), range);
}

Result<Value*> FunctionEmitter::call_operator(const std::string& name, const CallArguments& arguments,
                                              const SourceRange& range) {
  if (Value* sorted = HEDDLE_TRY(emit_object_sort(*this, name, arguments, range))) return sorted;
  const std::vector<OldOverload> old = HEDDLE_TRY(old_overloads(*this, name, range));
  Result<Value*> result = emit_operator_call(name, arguments, range, graph(), old);
  if (result.ok()) return result;
  const ErrorCode code = result.status().code();
  const bool is_missing = code == ErrorCode::kNotFound;
  if (!is_missing && code != ErrorCode::kSyntax && code != ErrorCode::kUnsupported) return result;
  if (resolver_.tolerates_missing_operators()) {
    return call_missing(name, arguments, range, is_missing ? std::string() : result.status().message());
  }
  if (is_missing) return error_at(range, "Unknown builtin op: ", name);
  return result;
}

Result<Value*> FunctionEmitter::call_missing(const std::string& name, const CallArguments& arguments,
                                             const SourceRange& range, std::string reason) {
  ir::Node* node = insert(ir::NodeKind::kMissingOperator, std::span<Value* const>(), range);
  node->name = name;
  if (arguments.self) node->add_input(arguments.self->value);
  for (const CallArgument& argument : arguments.positional) node->add_input(argument.value);
  for (const CallArgument& argument : arguments.keywords) node->add_input(argument.value);
  resolver_.unit().missing_operators.push_back({name, std::move(reason), range});
  return node->add_output(types::unknown());
}

Result<Value*> FunctionEmitter::call_operator(const std::string& name, std::initializer_list<Value*> values,
                                              const SourceRange& range) {
  CallArguments arguments;
  arguments.positional.reserve(values.size());
  for (Value* value : values) arguments.positional.push_back({value, range, {}});
  return call_operator(name, arguments, range);
}

}  // namespace heddle::lang
