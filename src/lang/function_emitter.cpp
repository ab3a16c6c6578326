#include "lang/function_emitter.h"

namespace heddle::lang {

using ir::InsertPointGuard;
using ir::Value;

FunctionEmitter::FunctionEmitter(Resolver& resolver, ir::Function& function, FunctionEmitter* enclosing)
    : resolver_(resolver), function_(function), enclosing_(enclosing) {
  function_.graph = std::make_unique<ir::Graph>();
  environment_.push_scope();
  for (const schema::Argument& argument : function_.schema.arguments) {
    Value* input = graph().block()->add_input(argument.type);
    input->set_name(argument.name);
    environment_.bind(environment_.variable(argument.name), {input, false, {}});
  }
  if (!function_.schema.returns.empty()) declared_return_ = function_.schema.returns[0].type;
}

Status FunctionEmitter::emit_function(const FunctionDef& definition) {
  const Flow flow = HEDDLE_TRY(emit_statements(definition.body));
  return finish(flow, definition.range);
}

Status FunctionEmitter::emit_expression_function(const Expr& expr) {
  Value* result = HEDDLE_TRY(emit_value(expr, declared_return_));
  if (declared_return_) result = HEDDLE_TRY(convert(result, declared_return_, expr.range, "The value"));
  return finish(Flow::return_value(result), expr.range);
}

Status FunctionEmitter::finish(const Flow& flow, const SourceRange& range) {
  Value* result = flow.result;
  if (flow.falls) {
    const bool may_be_none = !declared_return_ || is_subtype(*types::none(), *declared_return_);
    if (!may_be_none) {
      return error_at(range, "Function was not annotated as having type None, but does not return along all paths");
    }
    Value* none = constant(IValue(), range);
    if (!result) {
      result = none;
    } else {
      const TypePtr type = declared_return_ ? declared_return_ : unify(result->type(), types::none());
      ir::Node* node = insert_if(flow.returned.value(), range);
      result = add_branch_output(*node, result, none, type);
    }
  } else if (!result) {
    // Every path raises.
    result = insert_value(ir::NodeKind::kUninitialized, {}, declared_return_ ? declared_return_ : types::none(), range);
  }
  graph().block()->add_output(result);
  if (!declared_return_) {
    schema::Argument returned;
    returned.type = result->type();
    function_.schema.returns.assign(1, std::move(returned));
  }
  move_captured_first(function_.schema.arguments.size());
  return ok_status();
}

void FunctionEmitter::move_captured_first(size_t parameters) {
  if (captured_.empty()) return;
  ir::Block& block = *graph().block();
  std::vector<schema::Argument> arguments;
  for (size_t i = 0; i < captured_.size(); ++i) {
    schema::Argument argument;
    argument.name = block.input(parameters + i)->name();
    argument.type = captured_[i]->type();
    arguments.push_back(std::move(argument));
  }
  for (size_t i = 0; i < parameters; ++i) {
    Value* before = block.input(0);
    Value* after = block.add_input(before->type());
    after->set_name(before->name());
    before->replace_all_uses_with(after);
    block.param_node()->remove_output(0);
    arguments.push_back(std::move(function_.schema.arguments[i]));
  }
  function_.schema.arguments = std::move(arguments);
}

Value* FunctionEmitter::constant(IValue value, const SourceRange& range, TypePtr type) {
  return graph().insert_constant(std::move(value), range, std::move(type));
}

ir::Node* FunctionEmitter::insert(ir::NodeKind kind, std::span<Value* const> inputs, const SourceRange& range) {
  ir::Node* node = graph().create(kind, inputs);
  node->range = range;
  return graph().insert(node);
}

ir::Node* FunctionEmitter::insert(ir::NodeKind kind, std::initializer_list<Value*> inputs, const SourceRange& range) {
  return insert(kind, std::span<Value* const>(inputs.begin(), inputs.size()), range);
}

Value* FunctionEmitter::insert_value(ir::NodeKind kind, std::initializer_list<Value*> inputs, TypePtr type,
                                     const SourceRange& range) {
  return insert(kind, inputs, range)->add_output(std::move(type));
}

Value* FunctionEmitter::cast(Value* value, const TypePtr& type, const SourceRange& range) {
  return insert_value(ir::NodeKind::kUncheckedCast, {value}, type, range);
}

Result<Value*> FunctionEmitter::convert(Value* value, const TypePtr& type, const SourceRange& range,
                                        std::string_view what) {
  value = HEDDLE_TRY(convert_implicitly(value, type, range, graph()));
  if (is_subtype(*value->type(), *type)) return value;
  return error_at(range, what, " is expected to be of type ", type->to_text(), " but is of type ",
                  value->type()->to_text());
}

}  // namespace heddle::lang
