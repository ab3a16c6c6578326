// emit_operator_call of schema_matcher.h: matching against the operator table and inserting what was matched.
#include <algorithm>

#include "core/class_type.h"
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

ir::Value* insert_operator_node(const schema::Operator& op, const MatchedCall& matched, const SourceRange& call,
                                ir::Graph& graph) {
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
  const MatchedCall matched = HEDDLE_TRY(match_overloads(name, candidates, arguments, call, graph));
  if (matched.overload >= overloads.size()) {
    return builtins[matched.overload - overloads.size()].expand(matched.inputs, call, graph);
  }
  const auto other = old_of(*overloads[matched.overload]);
  if (other != old.end()) return other->expand(matched.inputs);
  return insert_operator_node(*overloads[matched.overload], matched, call, graph);
}

}  // namespace heddle::lang
