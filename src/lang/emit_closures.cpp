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

// A function without body for a task that is none itself, with a parameter for each input of the task.
Ref<ir::Function> task_function(FunctionEmitter& emitter, const SourceRange& range, std::span<Value* const> inputs) {
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
  return function;
}

// A function around one call of a value, a method or an operator.
Result<Ref<ir::Function>> wrap(FunctionEmitter& emitter, const SourceRange& range, std::span<Value* const> inputs,
                               const std::function<Result<Value*>(FunctionEmitter&, std::span<Value* const>)>& body) {
  Ref<ir::Function> function = task_function(emitter, range, inputs);
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

ExprPtr name_expr(const std::string& id, const SourceRange& range) {
  auto name = std::make_unique<Name>(range);
  name->id = id;
  return name;
}

// A lambda, a class, a word of the language: only a call by its name tells what it does, so the task's function is one
// such call. It may use names of the function around it.
Result<Task> sugared_task(FunctionEmitter& emitter, const Meaning& callee, const CallArguments& arguments,
                          const SourceRange& range) {
  static const std::string kCallee = "callee of the task";  // a name that no source has
  std::vector<Value*> inputs = flatten(arguments);
  Ref<ir::Function> function = task_function(emitter, range, inputs);
  Call call(range);
  call.callee = name_expr(kCallee, range);
  // Names that a lambda's body cannot mean.
  size_t next = 0;
  for (; next < arguments.positional.size(); ++next) {
    function->schema.arguments[next].name = concat("__argument", next);
    call.args.push_back(name_expr(function->schema.arguments[next].name, range));
  }
  for (const CallArgument& keyword : arguments.keywords) {
    function->schema.arguments[next].name = concat("__argument", next);
    call.keywords.push_back({keyword.name, range, name_expr(function->schema.arguments[next++].name, range)});
  }
  FunctionEmitter inner(emitter.resolver(), *function, &emitter);
  inner.environment().bind(inner.environment().variable(kCallee), {callee, false, {}});
  HEDDLE_TRY(inner.emit_expression_function(call));
  emitter.resolver().unit().add_function(function);
  inputs.insert(inputs.begin(), inner.captured().begin(), inner.captured().end());
  return Task{std::move(function), std::move(inputs)};
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
  if (!method && !op && !is_object) return sugared_task(emitter, callee, arguments, range);
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
