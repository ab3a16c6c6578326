// x[...] of lists, dicts, tuples, strings and objects: reading and assigning. Tensors are in emit_tensor_indices.cpp.
#include <algorithm>
#include <functional>

#include "core/class_type.h"
#include "lang/function_emitter.h"
#include "lang/iterables.h"

namespace heddle::lang {

using ir::Value;

namespace {

bool is_tensor_like(const Type& type) { return type.is(TypeKind::kTensor) || type.is(TypeKind::kUnknown); }

std::optional<int64_t> known_integer(const Value* value) {
  const ir::Node& node = *value->node();
  if (node.is(ir::NodeKind::kConstant) && node.constant.is_int()) return node.constant.as_int();
  return std::nullopt;
}

}  // namespace

Result<Meaning> FunctionEmitter::emit_subscript(const Subscript& subscript, const TypePtr& hint) {
  const Meaning container = HEDDLE_TRY(emit(*subscript.value));
  if (!container.value) return emit_static_element(container, subscript);
  Value* value = container.value;
  if (is_tensor_like(*value->type())) return Meaning(HEDDLE_TRY(emit_tensor_subscript(value, subscript)));
  if (const Slice* slice = try_as<Slice>(subscript.indices[0].get()); slice && subscript.indices.size() == 1) {
    return Meaning(HEDDLE_TRY(emit_slice(value, *slice)));
  }
  Value* index = HEDDLE_TRY(emit_index(subscript));
  const ClassType* type = as_class(*value->type());
  if (type && type->is_module() && !type->find_method("__getitem__")) {
    if (!index->node()->is(ir::NodeKind::kConstant)) {
      return Meaning(HEDDLE_TRY(emit_chosen_module(value, index, hint, subscript.range)));
    }
    const Ref<Iterable> parts = HEDDLE_TRY(iterate(container, subscript.range));
    return emit_static_element(Meaning(parts), subscript);
  }
  return Meaning(HEDDLE_TRY(emit_element(value, index, subscript.range)));
}

Result<Value*> FunctionEmitter::emit_index(const Subscript& subscript) {
  if (subscript.indices.size() == 1 && !subscript.trailing_comma) return emit_value(*subscript.indices[0]);
  std::vector<Value*> parts;
  for (const ExprPtr& index : subscript.indices) parts.push_back(HEDDLE_TRY(emit_value(*index)));
  return emit_tuple(parts, subscript.range);
}

Result<Meaning> FunctionEmitter::emit_static_element(const Meaning& container, const Subscript& subscript) {
  const Ref<Iterable> iterable = HEDDLE_TRY(iterate(container, subscript.range));
  Value* index = HEDDLE_TRY(emit_index(subscript));
  const std::optional<size_t> length = iterable->static_length();
  if (!length) {
    if (index->type()->is(TypeKind::kInt)) return iterable->element(*this, subscript.range, index);
    return error_at(subscript.range, container.sugar ? container.sugar->describe() : "this", " cannot be subscripted");
  }
  std::optional<int64_t> at = known_integer(index);
  if (!at) return error_at(subscript.range, "The index here must be an integer literal");
  if (*at < 0) *at += static_cast<int64_t>(*length);
  if (*at < 0 || *at >= static_cast<int64_t>(*length)) {
    return error_at(subscript.range, "Index out of range: there are ", *length, " elements");
  }
  return iterable->element(*this, subscript.range, constant(*at, subscript.range));
}

// modules[i] with an i known only at run time: all of them must offer the interface that the context asks for.
Result<Value*> FunctionEmitter::emit_chosen_module(Value* container, Value* index, const TypePtr& hint,
                                                   const SourceRange& range) {
  if (!hint || !as_interface(*hint)) {
    return error_at(range, "An index that is no literal needs an annotation of the result with a module interface");
  }
  const ClassType& type = *as_class(*container->type());
  const std::vector<Meaning> modules = HEDDLE_TRY(submodules(container, range));
  const bool by_name = index->type()->is(TypeKind::kString);
  if (!by_name) {
    Value* count = constant(static_cast<int64_t>(modules.size()), range);
    Condition is_negative;
    is_negative.value = HEDDLE_TRY(call_operator("aten::lt", {index, constant(int64_t{0}, range)}, range));
    index = HEDDLE_TRY(emit_choice(
        is_negative, range,
        [&] {
          return call_operator("aten::add", {index, count}, range);
        },
        [&]() -> Result<Value*> { return index; }));
  }
  const std::function<Result<Value*>(size_t)> choose = [&](size_t at) -> Result<Value*> {
    if (at == modules.size()) {
      Value* message = constant(concat(type.qualified_name(), " has no such module"), range);
      Value* name = constant(by_name ? "builtins.KeyError" : "builtins.IndexError", range);
      insert(ir::NodeKind::kRaise, {message, name}, range);
      return insert_value(ir::NodeKind::kUninitialized, {}, hint, range);
    }
    Value* module = modules[at].value;
    if (!is_subtype(*module->type(), *hint)) {
      return error_at(range, "Module '", module->node()->name, "' of type ", module->type()->to_text(),
                      " does not offer the interface ", hint->to_text());
    }
    IValue key = by_name ? IValue(module->node()->name) : IValue(static_cast<int64_t>(at));
    Condition is_this;
    is_this.value = HEDDLE_TRY(call_operator("aten::eq", {index, constant(std::move(key), range)}, range));
    return emit_choice(
        is_this, range, [&]() -> Result<Value*> { return cast(module, hint, range); }, [&] { return choose(at + 1); });
  };
  return choose(0);
}

Result<Value*> FunctionEmitter::emit_element(Value* container, Value* index, const SourceRange& range) {
  const Type& type = *container->type();
  switch (type.kind()) {
    case TypeKind::kTuple:
      return emit_tuple_element(container, index, range);
    case TypeKind::kTensor: {
      if (index->type()->is(TypeKind::kInt)) {
        return call_operator("aten::select", {container, constant(int64_t{0}, range), index}, range);
      }
      return error_at(range, "A tensor cannot be indexed with a value of type ", index->type()->to_text());
    }
    case TypeKind::kClass:
    case TypeKind::kInterface:
      return call_method(container, "__getitem__", index, range);
    case TypeKind::kList:
    case TypeKind::kDict:
    case TypeKind::kString:
    case TypeKind::kUnknown:
      return call_operator("aten::__getitem__", {container, index}, range);
    default:
      return error_at(range, "A value of type ", type.to_text(), " cannot be subscripted");
  }
}

Result<Value*> FunctionEmitter::emit_tuple_element(Value* tuple, Value* index, const SourceRange& range) {
  const std::span<const TypePtr> elements = tuple->type()->contained();
  if (std::optional<int64_t> at = known_integer(index)) {
    const auto size = static_cast<int64_t>(elements.size());
    if (*at < -size || *at >= size) {
      return error_at(range, "Tuple index ", *at, " is out of range for a tuple of ", size, " elements");
    }
    if (*at < 0) {
      *at += size;
      index = constant(*at, range);
    }
    if (tuple->node()->is(ir::NodeKind::kTupleConstruct)) return tuple->node()->input(static_cast<size_t>(*at));
    return insert_value(ir::NodeKind::kTupleIndex, {tuple, index}, elements[static_cast<size_t>(*at)], range);
  }
  for (const TypePtr& element : elements) {
    if (!same_type(*element, *elements[0])) {
      return error_at(range, "The index of a tuple whose elements differ in type must be an integer literal");
    }
  }
  if (elements.empty() || !is_subtype(*index->type(), *types::integer())) {
    return error_at(range, "A tuple cannot be indexed with a value of type ", index->type()->to_text());
  }
  return insert_value(ir::NodeKind::kTupleIndex, {tuple, index}, elements[0], range);
}

Result<Value*> FunctionEmitter::emit_slice(Value* container, const Slice& slice) {
  const auto part = [&](const ExprPtr& expr) -> Result<Value*> {
    return expr ? emit_value(*expr) : Result<Value*>(constant(IValue(), slice.range));
  };
  if (container->type()->is(TypeKind::kTuple)) return emit_tuple_slice(container, slice);
  if (as_class(*container->type())) return error_at(slice.range, "Objects cannot be sliced");
  Value* lower = HEDDLE_TRY(part(slice.lower));
  Value* upper = HEDDLE_TRY(part(slice.upper));
  Value* step = slice.step ? HEDDLE_TRY(emit_value(*slice.step)) : constant(int64_t{1}, slice.range);
  return call_operator("aten::slice", {container, lower, upper, step}, slice.range);
}

Result<Value*> FunctionEmitter::emit_tuple_slice(Value* tuple, const Slice& slice) {
  const auto size = static_cast<int64_t>(tuple->type()->contained().size());
  const auto bound = [&](const ExprPtr& expr, int64_t otherwise) -> Result<int64_t> {
    if (!expr) return otherwise;
    Value* value = HEDDLE_TRY(emit_value(*expr));
    if (value->type()->is(TypeKind::kNone)) return otherwise;
    const std::optional<int64_t> known = known_integer(value);
    if (!known) return error_at(expr->range, "The bounds of a slice of a tuple must be integer literals");
    return *known;
  };
  const int64_t step = HEDDLE_TRY(bound(slice.step, 1));
  if (step == 0) return error_at(slice.range, "A slice cannot have a step of 0");
  const auto clamp = [&](int64_t at) {
    if (at < 0) at += size;
    return std::clamp<int64_t>(at, step > 0 ? 0 : -1, step > 0 ? size : size - 1);
  };
  const int64_t lower = HEDDLE_TRY(bound(slice.lower, step > 0 ? 0 : size - 1));
  const int64_t begin = clamp(lower);
  int64_t end = step > 0 ? size : -1;
  if (slice.upper && !is<NoneLiteral>(*slice.upper)) end = clamp(HEDDLE_TRY(bound(slice.upper, end)));
  std::vector<Value*> parts;
  for (int64_t at = begin; step > 0 ? at < end : at > end; at += step) {
    parts.push_back(HEDDLE_TRY(emit_tuple_element(tuple, constant(at, slice.range), slice.range)));
  }
  return emit_tuple(parts, slice.range);
}

Status FunctionEmitter::assign_subscript(const Subscript& target, Value* value, const SourceRange& range) {
  Value* container = HEDDLE_TRY(emit_value(*target.value));
  if (is_tensor_like(*container->type())) return assign_tensor_subscript(container, target, value, range);
  if (is<Slice>(*target.indices[0])) return error_at(target.range, "Only tensors can be assigned to by slices");
  Value* index = HEDDLE_TRY(emit_index(target));
  return assign_element(container, index, value, range);
}

Status FunctionEmitter::assign_element(Value* container, Value* index, Value* value, const SourceRange& range) {
  if (as_class(*container->type())) {
    CallArguments arguments;
    arguments.positional.push_back({index, range, {}});
    arguments.positional.push_back({value, range, {}});
    HEDDLE_TRY(call_method(container, "__setitem__", std::move(arguments), range));
    return ok_status();
  }
  if (!container->type()->is(TypeKind::kList) && !container->type()->is(TypeKind::kDict)) {
    return error_at(range, "The elements of a value of type ", container->type()->to_text(), " cannot be assigned");
  }
  HEDDLE_TRY(call_operator("aten::_set_item", {container, index, value}, range));
  return ok_status();
}

Status FunctionEmitter::update_subscript(const Subscript& target, BinaryOp op, const Expr& operand,
                                         const SourceRange& range) {
  Value* container = HEDDLE_TRY(emit_value(*target.value));
  if (is_tensor_like(*container->type())) return update_tensor_subscript(container, target, op, operand, range);
  if (is<Slice>(*target.indices[0])) return error_at(target.range, "Only tensors can be assigned to by slices");
  Value* index = HEDDLE_TRY(emit_index(target));
  Value* before = HEDDLE_TRY(emit_element(container, index, target.range));
  Value* right = HEDDLE_TRY(emit_value(operand));
  Value* after = HEDDLE_TRY(emit_in_place(op, before, right, range));
  return assign_element(container, index, after, range);
}

}  // namespace heddle::lang
