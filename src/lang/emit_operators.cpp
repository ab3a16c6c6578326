// Operators: arithmetic, comparisons, `in`, on tensors, numbers, containers and objects with methods of Python's names.
#include "core/class_type.h"
#include "lang/function_emitter.h"

namespace heddle::lang {

using ir::Value;

namespace {

struct OperatorName {
  const char* operation;  // the table's name
  const char* in_place;   // what PyTorch applies to tensors under augmented assignment; null: the operation itself
  const char* method;     // of classes
};

OperatorName name_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::kAdd:
      return {"aten::add", "aten::add_", "__add__"};
    case BinaryOp::kSub:
      return {"aten::sub", "aten::sub_", "__sub__"};
    case BinaryOp::kMul:
      return {"aten::mul", "aten::mul_", "__mul__"};
    case BinaryOp::kDiv:
      return {"aten::div", "aten::div_", "__truediv__"};
    case BinaryOp::kFloorDiv:
      return {"aten::floordiv", nullptr, "__floordiv__"};
    case BinaryOp::kMod:
      return {"aten::remainder", "aten::fmod_", "__mod__"};
    case BinaryOp::kPow:
      return {"aten::pow", nullptr, "__pow__"};
    case BinaryOp::kMatMul:
      return {"aten::matmul", nullptr, "__matmul__"};
    case BinaryOp::kBitAnd:
      return {"aten::__and__", nullptr, "__and__"};
    case BinaryOp::kBitOr:
      return {"aten::__or__", nullptr, "__or__"};
    case BinaryOp::kBitXor:
      return {"aten::__xor__", nullptr, "__xor__"};
    case BinaryOp::kShiftLeft:
      return {"aten::__lshift__", nullptr, "__lshift__"};
    case BinaryOp::kShiftRight:
      return {"aten::__rshift__", nullptr, "__rshift__"};
  }
  return {};
}

OperatorName name_of(CompareOp op) {
  switch (op) {
    case CompareOp::kEq:
      return {"aten::eq", nullptr, "__eq__"};
    case CompareOp::kNe:
      return {"aten::ne", nullptr, "__ne__"};
    case CompareOp::kLt:
      return {"aten::lt", nullptr, "__lt__"};
    case CompareOp::kLe:
      return {"aten::le", nullptr, "__le__"};
    case CompareOp::kGt:
      return {"aten::gt", nullptr, "__gt__"};
    case CompareOp::kGe:
      return {"aten::ge", nullptr, "__ge__"};
    case CompareOp::kIs:
      return {"aten::__is__", nullptr, nullptr};
    case CompareOp::kIsNot:
      return {"aten::__isnot__", nullptr, nullptr};
    case CompareOp::kIn:
    case CompareOp::kNotIn:
      return {"aten::__contains__", nullptr, "__contains__"};
  }
  return {};
}

}  // namespace

Result<Value*> FunctionEmitter::emit_unary(const Unary& unary) {
  if (unary.op == UnaryOp::kNot) {
    const Condition condition = HEDDLE_TRY(emit_condition(unary));
    return condition_value(condition, unary.range);
  }
  Value* operand = HEDDLE_TRY(emit_value(*unary.operand));
  if (unary.op == UnaryOp::kPlus) return operand;
  const bool negate = unary.op == UnaryOp::kNegate;
  const ir::Node& node = *operand->node();
  if (negate && node.is(ir::NodeKind::kConstant) && node.constant.is_int()) {
    return constant(static_cast<int64_t>(0 - static_cast<uint64_t>(node.constant.as_int())), unary.range);
  }
  if (negate && node.is(ir::NodeKind::kConstant) && node.constant.is_double()) {
    return constant(-node.constant.as_double(), unary.range);
  }
  if (as_class(*operand->type()))
    return call_method(operand, negate ? "__neg__" : "__invert__", CallArguments(), unary.range);
  return call_operator(negate ? "aten::neg" : "aten::bitwise_not", {operand}, unary.range);
}

Result<Value*> FunctionEmitter::emit_binary(BinaryOp op, Value* left, Value* right, const SourceRange& range) {
  const OperatorName name = name_of(op);
  if (as_class(*left->type())) return call_method(left, name.method, right, range);
  if (op == BinaryOp::kMod && left->type()->is(TypeKind::kString)) return emit_percent_format(left, right, range);
  return call_operator(name.operation, {left, right}, range);
}

Result<Value*> FunctionEmitter::emit_in_place(BinaryOp op, Value* left, Value* right, const SourceRange& range) {
  const OperatorName name = name_of(op);
  const Type& type = *left->type();
  if (const ClassType* object = as_class(type)) {
    const std::string in_place = concat("__i", std::string_view(name.method).substr(2));
    if (object->find_method(in_place)) return call_method(left, in_place, right, range);
  }
  const bool has_in_place =
      name.in_place && (type.is(TypeKind::kTensor) || (type.is(TypeKind::kList) && op == BinaryOp::kAdd));
  if (has_in_place) return call_operator(name.in_place, {left, right}, range);
  return emit_binary(op, left, right, range);
}

Result<Value*> FunctionEmitter::emit_comparison(CompareOp op, const Expr& left_expr, const Expr& right_expr,
                                                const SourceRange& range) {
  Value* left = HEDDLE_TRY(emit_value(left_expr));
  Value* right = HEDDLE_TRY(emit_value(right_expr));
  return emit_comparison(op, left, right, range);
}

Result<Value*> FunctionEmitter::emit_comparison(CompareOp op, Value* left, Value* right, const SourceRange& range) {
  const bool inside = op == CompareOp::kIn || op == CompareOp::kNotIn;
  if (inside) std::swap(left, right);
  const OperatorName name = name_of(op);
  const ClassType* object = as_class(*left->type());
  Value* truth = nullptr;
  if (object && name.method && object->find_method(name.method)) {
    truth = HEDDLE_TRY(call_method(left, name.method, right, range));
  } else if (inside) {
    truth = HEDDLE_TRY(emit_contains(left, right, range));
  } else {
    truth = HEDDLE_TRY(call_operator(name.operation, {left, right}, range));
  }
  if (op == CompareOp::kNotIn) return call_operator("aten::__not__", {truth}, range);
  return truth;
}

Result<Value*> FunctionEmitter::emit_contains(Value* container, Value* item, const SourceRange& range) {
  if (container->type()->is(TypeKind::kTuple)) {
    const std::vector<Meaning> parts = HEDDLE_TRY(unpack(container, std::nullopt, range));
    std::vector<Value*> values;
    for (const Meaning& part : parts) values.push_back(HEDDLE_TRY(as_value(part, range)));
    container = HEDDLE_TRY(emit_list(values, nullptr, range));
  }
  if (container->type()->is(TypeKind::kString)) {
    Value* length = HEDDLE_TRY(call_operator("aten::len", {container}, range));
    Value* at = HEDDLE_TRY(call_operator("aten::find", {container, item, constant(int64_t{0}, range), length}, range));
    return call_operator("aten::ne", {at, constant(int64_t{-1}, range)}, range);
  }
  return call_operator("aten::__contains__", {container, item}, range);
}

Result<Value*> FunctionEmitter::emit_compare(const Compare& compare) {
  if (compare.ops.size() == 1) {
    const CompareOp op = compare.ops[0];
    if (op == CompareOp::kIs || op == CompareOp::kIsNot) {
      const Condition condition = HEDDLE_TRY(emit_identity(compare));
      return condition_value(condition, compare.range);
    }
    return emit_comparison(op, *compare.operands[0], *compare.operands[1], compare.range);
  }
  Value* left = HEDDLE_TRY(emit_value(*compare.operands[0]));
  return emit_compare_chain(compare, 0, left);
}

Result<Value*> FunctionEmitter::emit_compare_chain(const Compare& compare, size_t at, Value* left) {
  Value* right = HEDDLE_TRY(emit_value(*compare.operands[at + 1]));
  Value* truth = HEDDLE_TRY(emit_comparison(compare.ops[at], left, right, compare.range));
  if (at + 1 == compare.ops.size()) return truth;
  Condition condition;
  condition.value = HEDDLE_TRY(as_bool(truth, compare.range));
  return emit_choice(
      condition, compare.range, [&] { return emit_compare_chain(compare, at + 1, right); },
      [&]() -> Result<Value*> { return constant(false, compare.range); });
}

}  // namespace heddle::lang
