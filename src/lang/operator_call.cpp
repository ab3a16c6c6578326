// emit_operator_call of schema_matcher.h: matching against the operator table and inserting what was matched.
#include <algorithm>
#include <array>

#include "core/class_type.h"
#include "core/element.h"
#include "lang/builtin_functions.h"
#include "lang/error.h"
#include "lang/schema_matcher.h"
#include "schema/operator_table.h"

namespace heddle::lang {
namespace {

// torch.max(x, 1).values: results that all have names make a named tuple.
TypePtr result_tuple(const schema::FunctionSchema& schema, const std::vector<TypePtr>& results) {
  std::vector<NamedTupleType::Field> fields;
  for (const schema::Argument& result : schema.returns) {
    if (result.name.empty()) return types::tuple(results);
    fields.push_back({result.name, std::nullopt});
  }
  const std::string name = "torch.return_types." + schema.name.substr(schema.name.find("::") + 2);
  return make_ref<NamedTupleType>(name, std::move(fields), results);
}

// Traces hold the numbers of `x * 0.5` as constant tensors without dimensions. PyTorch's executor takes these for
// numbers right of the four basic operations, and only there, so they do not widen integers to float64. A truth value
// stays a tensor: these operations have no form for it as a number.
const schema::Operator* with_constant_as_number(const schema::Operator& op, std::vector<ir::Value*>& inputs,
                                                const SourceRange& call, ir::Graph& graph) {
  static constexpr std::array<std::string_view, 4> kOperations = {"aten::add", "aten::sub", "aten::mul", "aten::div"};
  if (op.schema.overload != "Tensor") return nullptr;
  if (std::find(kOperations.begin(), kOperations.end(), op.schema.name) == kOperations.end()) return nullptr;
  if (!inputs[1]->node()->is(ir::NodeKind::kConstant) || !inputs[1]->node()->constant.is_tensor()) return nullptr;
  const Tensor& constant = inputs[1]->node()->constant.as_tensor();
  if (constant.dim() != 0 || constant.dtype() == DType::kBool || is_quantized(constant.dtype())) return nullptr;
  inputs[1] = graph.insert_constant(IValue(load_single(constant)), call);
  return schema::operators().find(op.schema.name, "Scalar");
}

ir::Value* insert_operator_node(const schema::Operator& matched_op, MatchedCall matched, const SourceRange& call,
                                ir::Graph& graph) {
  const schema::Operator* const of_number = with_constant_as_number(matched_op, matched.inputs, call, graph);
  const schema::Operator& op = of_number ? *of_number : matched_op;
  ir::Node* node = graph.create_operator(op, matched.inputs);
  node->range = call;
  for (const TypePtr& result : matched.results) node->add_output(result);
  graph.insert(node);
  if (node->output_count() == 1) return node->output();
  if (node->output_count() == 0) return graph.insert_constant(IValue(), call);
  std::vector<ir::Value*> outputs;
  for (const auto& output : node->outputs()) outputs.push_back(output.get());
  ir::Node* tuple = graph.create(ir::NodeKind::kTupleConstruct, outputs);
  tuple->range = call;
  tuple->add_output(result_tuple(op.schema, matched.results));
  return graph.insert(tuple)->output();
}

}  // namespace

Result<ir::Value*> emit_operator_call(std::string_view name, const CallArguments& arguments, const SourceRange& call,
                                      ir::Graph& graph, std::span<const OldOverload> old) {
  const std::span<const schema::Operator* const> overloads = schema::operators().overloads(name);
  if (overloads.empty()) {
    return error(ErrorCode::kNotFound, "there is no operator ", name, ":\n", call.highlight());
  }
  std::vector<const schema::FunctionSchema*> candidates;
  const auto old_of = [&](const schema::Operator& op) {
    return std::find_if(old.begin(), old.end(),
                        [&](const OldOverload& other) { return other.schema.overload == op.schema.overload; });
  };
  for (const schema::Operator* op : overloads) {
    const auto other = old_of(*op);
    candidates.push_back(other == old.end() ? &op->schema : &other->schema);
  }
  const std::span<const BuiltinFunction> builtins = builtin_functions(name);
  for (const BuiltinFunction& builtin : builtins) candidates.push_back(&builtin.schema);
  MatchedCall matched = HEDDLE_TRY(match_overloads(name, candidates, arguments, call, graph));
  if (matched.overload >= overloads.size()) {
    return builtins[matched.overload - overloads.size()].expand(matched.inputs, call, graph);
  }
  const auto other = old_of(*overloads[matched.overload]);
  if (other != old.end()) return other->expand(matched.inputs);
  return insert_operator_node(*overloads[matched.overload], std::move(matched), call, graph);
}

}  // namespace heddle::lang
