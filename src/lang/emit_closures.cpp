// Functions defined inside functions, fork and awaitable.
#include "lang/callables.h"
#include "lang/function_emitter.h"
#include "lang/signature.h"
#include "lang/special_forms.h"

namespace heddle::lang {

using ir::Value;

Status FunctionEmitter::emit_nested_function(const FunctionDef& definition) {
  const std::string name = resolver_.unit().unique_name(concat(function_.qualified_name(), ".", definition.name));
  Ref<ir::Function> nested = make_ref<ir::Function>(name);
  nested->range = definition.range;
  nested->schema = HEDDLE_TRY(read_signature(definition, name, nullptr, resolver_));
  FunctionEmitter emitter(resolver_, *nested, this);
  HEDDLE_TRY(emitter.emit_function(definition));
  resolver_.unit().add_function(nested);
  return assign_name(definition.name, make_ref<FunctionSugar>(std::move(nested), emitter.captured()), nullptr,
                     definition.range);
}

namespace {

// A function around one call, with a parameter for each argument: what a task needs that is no function itself.
Result<Ref<ir::Function>> wrap(FunctionEmitter& emitter, const SourceRange& range, std::span<Value* const> inputs,
                               const std::function<Result<Value*>(FunctionEmitter&, std::span<Value* const>)>& body) {
  const std::string name = emitter.resolver().unit().unique_name(concat(emitter.function().qualified_name(), ".task"));
  Ref<ir::Function> function = make_ref<ir::Function>(name);
  function->range = range;
  function->schema.name = name;
  for (size_t i = 0; i < inputs.size(); ++i) {
    schema::Argument argument;
    argument.name = concat("a", i);
    argument.type = inputs[i]->type();
    function->schema.arguments.push_back(std::move(argument));
  }
  FunctionEmitter inner(emitter.resolver(), *function);
  std::vector<Value*> parameters;
  for (const auto& input : inner.graph().inputs()) parameters.push_back(input.get());
  Value* result = HEDDLE_TRY(body(inner, parameters));
  inner.graph().block()->add_output(result);
  schema::Argument returned;
  returned.type = result->type();
  function->schema.returns.push_back(std::move(returned));
  emitter.resolver().unit().add_function(function);
  return function;
}

// The inputs of a call in a fixed order, and the same call on stand-ins for them.
std::vector<Value*> flatten(const CallArguments& arguments) {
  std::vector<Value*> values;
  if (arguments.self) values.push_back(arguments.self->value);
  for (const CallArgument& argument : arguments.positional) values.push_back(argument.value);
  for (const CallArgument& argument : arguments.keywords) values.push_back(argument.value);
  return values;
}

CallArguments with_values(CallArguments arguments, std::span<Value* const> values) {
  size_t at = 0;
  if (arguments.self) arguments.self->value = values[at++];
  for (CallArgument& argument : arguments.positional) argument.value = values[at++];
  for (CallArgument& argument : arguments.keywords) argument.value = values[at++];
  return arguments;
}

struct Task {
  Ref<ir::Function> function;
  std::vector<Value*> inputs;
};

Result<Task> function_task(FunctionEmitter& emitter, const Ref<ir::Function>& function, const CallArguments& arguments,
                           const SourceRange& range) {
  HEDDLE_TRY(emitter.return_type(*function));
  MatchedCall matched = HEDDLE_TRY(match_call(function->schema, arguments, range, emitter.graph()));
  return Task{function, std::move(matched.inputs)};
}

Result<Task> read_task(FunctionEmitter& emitter, const Call& call) {
  if (call.args.empty()) return error_at(call.range, "A task needs the function to run");
  const SourceRange& range = call.range;
  const Meaning callee = HEDDLE_TRY(emitter.emit(*call.args[0]));
  CallArguments arguments = HEDDLE_TRY(emitter.emit_arguments(call, 1));
  if (const auto* function = dynamic_cast<const FunctionSugar*>(callee.sugar.get())) {
    size_t at = 0;
    for (Value* value : function->captured()) {
      arguments.positional.insert(arguments.positional.begin() + static_cast<ptrdiff_t>(at++), {value, range, {}});
    }
    return function_task(emitter, function->function(), arguments, range);
  }
  const auto* method = dynamic_cast<const MethodSugar*>(callee.sugar.get());
  if (method && !method->is_interface()) {
    arguments.self = CallArgument{method->self(), range, {}};
    return function_task(emitter, method->method(), arguments, range);
  }
  const auto* op = dynamic_cast<const OperatorSugar*>(callee.sugar.get());
  const bool is_object = static_cast<bool>(callee.value);
  if (!method && !op && !is_object) {
    return error_at(range, callee.sugar->describe(), " cannot run as a task");
  }
  if (op && op->self()) arguments.self = CallArgument{op->self(), range, {}};
  std::vector<Value*> inputs = flatten(arguments);
  if (method) inputs.insert(inputs.begin(), method->self());
  if (is_object) inputs.insert(inputs.begin(), callee.value);
  Ref<ir::Function> function = HEDDLE_TRY(
      wrap(emitter, range, inputs, [&](FunctionEmitter& inner, std::span<Value* const> values) -> Result<Value*> {
        if (op) return inner.call_operator(op->name(), with_values(arguments, values), range);
        const CallArguments rest = with_values(arguments, values.subspan(1));
        if (method) return inner.call_bound(MethodSugar(values[0], method->method(), true), rest, range);
        return inner.call_value(values[0], rest, range);
      }));
  return Task{std::move(function), std::move(inputs)};
}

}  // namespace

Result<Meaning> emit_fork(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  const Task task = HEDDLE_TRY(read_task(emitter, call));
  ir::Node* node = emitter.insert(ir::NodeKind::kFork, task.inputs, call.range);
  node->function = task.function;
  return Meaning(node->add_output(types::future(task.function->schema.returns[0].type)));
}

Result<Meaning> emit_awaitable(FunctionEmitter& emitter, const Call& call, const TypePtr&) {
  const Task task = HEDDLE_TRY(read_task(emitter, call));
  ir::Node* node = emitter.insert(ir::NodeKind::kAwaitable, task.inputs, call.range);
  node->function = task.function;
  return Meaning(node->add_output(types::await(task.function->schema.returns[0].type)));
}

}  // namespace heddle::lang
