#include "lang/signature.h"

#include "core/boxes.h"
#include "lang/function_emitter.h"
#include "lang/type_resolver.h"

namespace heddle::lang {
namespace {

// What a graph's value is, where it depends on nothing but constants.
std::optional<IValue> known_value(const ir::Value* value) {
  const ir::Node& node = *value->node();
  std::vector<IValue> inputs;
  for (const ir::Value* input : node.inputs()) {
    std::optional<IValue> known = known_value(input);
    if (!known) return std::nullopt;
    inputs.push_back(std::move(*known));
  }
  switch (node.kind()) {
    case ir::NodeKind::kConstant:
      return node.constant;
    case ir::NodeKind::kUncheckedCast:
      return inputs[0];
    case ir::NodeKind::kListConstruct:
      return make_list(value->type()->element(), std::move(inputs));
    case ir::NodeKind::kTupleConstruct:
      return IValue(make_ref<TupleValue>(std::move(inputs), as_named_tuple(*value->type()) ? value->type() : nullptr));
    case ir::NodeKind::kDictConstruct: {
      auto dict = make_ref<DictValue>(value->type()->contained()[0], value->type()->contained()[1]);
      for (size_t i = 0; i + 1 < inputs.size(); i += 2) dict->set(std::move(inputs[i]), std::move(inputs[i + 1]));
      return IValue(std::move(dict));
    }
    case ir::NodeKind::kOperator: {
      if (!node.op->kernel || node.op->schema.is_mutable() || node.output_count() != 1) return std::nullopt;
      Result<std::vector<IValue>> results = schema::call_operator(*node.op, inputs);
      if (!results.ok()) return std::nullopt;
      return std::move((*results)[0]);
    }
    default:
      return std::nullopt;
  }
}

// Literals, which nearly all defaults are, without compiling anything.
std::optional<IValue> literal_value(const Expr& expr, const Type& type) {
  const bool wants_float =
      type.is(TypeKind::kFloat) || (type.is(TypeKind::kOptional) && type.element()->is(TypeKind::kFloat));
  switch (expr.kind) {
    case NodeKind::kIntLiteral:
      if (wants_float) return IValue(static_cast<double>(as<IntLiteral>(expr).value));
      return IValue(as<IntLiteral>(expr).value);
    case NodeKind::kFloatLiteral:
      return IValue(as<FloatLiteral>(expr).value);
    case NodeKind::kBoolLiteral:
      return IValue(as<BoolLiteral>(expr).value);
    case NodeKind::kStringLiteral:
      return IValue(as<StringLiteral>(expr).value);
    case NodeKind::kNoneLiteral:
      return IValue();
    default:
      return std::nullopt;
  }
}

}  // namespace

Result<IValue> evaluate_constant(const Expr& expr, const TypePtr& type, Resolver& resolver) {
  if (std::optional<IValue> literal = literal_value(expr, *type)) {
    if (value_is(*literal, *type)) return std::move(*literal);
    return error_at(expr.range, "Expected a value of type ", type->to_text(), ", not one of type ",
                    literal->type_text());
  }
  ir::Function scratch("constant");
  FunctionEmitter emitter(resolver, scratch);
  ir::Value* value = HEDDLE_TRY(emitter.emit_value_of_type(expr, type, "The value"));
  std::optional<IValue> known = known_value(value);
  if (!known) return error_at(expr.range, "This must be known while compiling");
  return std::move(*known);
}

Result<schema::FunctionSchema> read_signature(const FunctionDef& definition, const std::string& qualified_name,
                                              const TypePtr& self_type, Resolver& resolver) {
  const TypeLookup lookup = [&](const std::string& name, const SourceRange& range) {
    return resolver.find_type(name, range);
  };
  schema::FunctionSchema schema;
  schema.name = qualified_name;
  schema.arguments.reserve(definition.params.size());
  for (const Param& param : definition.params) {
    schema::Argument argument;
    argument.name = param.name;
    argument.kwarg_only = param.keyword_only;
    const bool is_self = self_type && schema.arguments.empty();
    if (is_self) {
      argument.type = self_type;
    } else if (param.annotation) {
      argument.type = HEDDLE_TRY(resolve_type(*param.annotation, lookup));
    } else {
      argument.type = types::tensor();
    }
    if (param.default_value) {
      argument.default_value = HEDDLE_TRY(evaluate_constant(*param.default_value, argument.type, resolver));
    }
    schema.arguments.push_back(std::move(argument));
  }
  if (definition.returns) {
    schema::Argument result;
    result.type = HEDDLE_TRY(resolve_type(*definition.returns, lookup));
    schema.returns.push_back(std::move(result));
  }
  return schema;
}

}  // namespace heddle::lang
