#include "lang/conversion.h"

#include <algorithm>

#include "lang/error.h"
#include "schema/operator_table.h"

namespace heddle::lang {
namespace {

struct OperatorRule {
  TypeKind from;
  TypeKind to;
  std::string_view name;
  std::string_view overload;
};
constexpr OperatorRule kOperatorRules[] = {
    {TypeKind::kTensor, TypeKind::kFloat, "aten::FloatImplicit", ""},
    {TypeKind::kTensor, TypeKind::kComplex, "aten::ComplexImplicit", ""},
    {TypeKind::kTensor, TypeKind::kInt, "aten::IntImplicit", ""},
    {TypeKind::kTensor, TypeKind::kNumber, "aten::ScalarImplicit", ""},
    {TypeKind::kNumber, TypeKind::kFloat, "aten::Float", "Scalar"},
    {TypeKind::kNumber, TypeKind::kComplex, "aten::Complex", "Scalar"},
    {TypeKind::kNumber, TypeKind::kInt, "aten::Int", "Scalar"},
    // PyTorch 2 converts these; 1.13 refuses them.
    {TypeKind::kBool, TypeKind::kInt, "aten::Int", "bool"},
    {TypeKind::kBool, TypeKind::kNumber, "aten::Int", "bool"},
    {TypeKind::kString, TypeKind::kDevice, "aten::device", ""},
};

// "[]" without an annotation is a list of tensors until something asks for another list. Once the list has a use, that
// use may have filled it, so only the first may.
bool is_fresh_empty_list(const ir::Value* value) {
  return value && value->node()->is(ir::NodeKind::kListConstruct) && value->node()->inputs().empty() &&
         value->uses().empty() && value->type()->is(TypeKind::kList) && value->type()->element()->is(TypeKind::kTensor);
}

Conversion unchanged(const TypePtr& type) { return {.type = type}; }

Conversion convert_tuple(const TypePtr& from, const TypePtr& to, bool implicit) {
  Conversion out{.kind = Conversion::Kind::kTuple, .type = to};
  std::vector<TypePtr> elements;
  for (size_t i = 0; i < to->contained().size(); ++i) {
    out.elements.push_back(plan_conversion(from->contained()[i], nullptr, to->contained()[i], implicit));
    elements.push_back(out.elements.back().type);
  }
  out.type = types::tuple(std::move(elements));
  return out;
}

}  // namespace

bool fits_list(const Type& type, const Type& list) {
  if (!list.is(TypeKind::kList)) return false;
  if (is_subtype(type, list)) return true;
  return type.is(TypeKind::kTuple) &&
         std::all_of(type.contained().begin(), type.contained().end(),
                     [&](const TypePtr& element) { return is_subtype(*element, *list.element()); });
}

Conversion plan_conversion(const TypePtr& from, const ir::Value* value, const TypePtr& to, bool implicit) {
  if (to->is(TypeKind::kOptional) && !admits_none(*from)) return plan_conversion(from, value, to->element(), implicit);
  if (to->is(TypeKind::kList) && is_fresh_empty_list(value) && !is_subtype(*from, *to)) {
    return {.kind = Conversion::Kind::kEmptyList, .type = to};
  }
  if (from->is(TypeKind::kTuple)) {
    if (fits_list(*from, *to)) return {.kind = Conversion::Kind::kTupleToList, .type = to};
    const bool same_length = to->is(TypeKind::kTuple) && from->contained().size() == to->contained().size();
    if (same_length && !is_subtype(*from, *to)) return convert_tuple(from, to, implicit);
    return unchanged(from);
  }
  if (!implicit) return unchanged(from);
  for (const OperatorRule& rule : kOperatorRules) {
    if (!from->is(rule.from) || !to->is(rule.to)) continue;
    return {.kind = Conversion::Kind::kOperator, .type = to, .operator_name = rule.name, .overload = rule.overload};
  }
  return unchanged(from);
}

ir::Value* insert_list(std::span<ir::Value* const> elements, TypePtr list, const SourceRange& range, ir::Graph& graph) {
  ir::Node* node = graph.create(ir::NodeKind::kListConstruct, elements);
  node->range = range;
  node->add_output(std::move(list));
  return graph.insert(node)->output();
}

namespace {

std::vector<ir::Value*> insert_unpack(ir::Value* tuple, const SourceRange& range, ir::Graph& graph) {
  ir::Node* node = graph.create(ir::NodeKind::kTupleUnpack, {&tuple, 1});
  node->range = range;
  for (const TypePtr& element : tuple->type()->contained()) node->add_output(element);
  graph.insert(node);
  std::vector<ir::Value*> elements;
  for (const auto& output : node->outputs()) elements.push_back(output.get());
  return elements;
}

Result<ir::Value*> insert_tuple(const Conversion& conversion, ir::Value* value, const SourceRange& range,
                                ir::Graph& graph) {
  std::vector<ir::Value*> elements = insert_unpack(value, range, graph);
  for (size_t i = 0; i < elements.size(); ++i) {
    elements[i] = HEDDLE_TRY(insert_conversion(conversion.elements[i], elements[i], range, graph));
  }
  ir::Node* node = graph.create(ir::NodeKind::kTupleConstruct, elements);
  node->range = range;
  node->add_output(conversion.type);
  return graph.insert(node)->output();
}

Result<ir::Value*> insert_operator(const Conversion& conversion, ir::Value* value, const SourceRange& range,
                                   ir::Graph& graph) {
  const schema::Operator* op = schema::operators().find(conversion.operator_name, conversion.overload);
  if (!op) {
    return error(ErrorCode::kUnsupported, "converting ", value->type()->to_text(), " to ", conversion.type->to_text(),
                 " needs the operator ", conversion.operator_name, ", which is not there:\n", range.highlight());
  }
  ir::Node* node = graph.create_operator(*op, {&value, 1});
  node->range = range;
  node->add_output(conversion.type);
  return graph.insert(node)->output();
}

}  // namespace

Result<ir::Value*> insert_conversion(const Conversion& conversion, ir::Value* value, const SourceRange& range,
                                     ir::Graph& graph) {
  switch (conversion.kind) {
    case Conversion::Kind::kNone:
      return value;
    case Conversion::Kind::kEmptyList:
      return insert_list({}, conversion.type, range, graph);
    case Conversion::Kind::kTupleToList:
      return insert_list(insert_unpack(value, range, graph), conversion.type, range, graph);
    case Conversion::Kind::kTuple:
      return insert_tuple(conversion, value, range, graph);
    case Conversion::Kind::kOperator:
      return insert_operator(conversion, value, range, graph);
    case Conversion::Kind::kRepeat:
      return insert_list(std::vector<ir::Value*>(conversion.count, value), conversion.type, range, graph);
  }
  return value;
}

}  // namespace heddle::lang
