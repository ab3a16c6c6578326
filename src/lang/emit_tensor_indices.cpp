// x[...] of tensors: integers select, slices slice, None inserts a dimension, all of them views; tensors and lists then
// gather by aten::index. Assignments write through the views, or by index_put_.
#include "lang/function_emitter.h"

namespace heddle::lang {

using ir::Value;

namespace {

bool consumes_dimension(const Expr& index) { return !is<Ellipsis>(index) && !is<NoneLiteral>(index); }

bool is_full(const Slice& slice) { return !slice.lower && !slice.upper && !slice.step; }

}  // namespace

Result<FunctionEmitter::TensorView> FunctionEmitter::emit_view(Value* tensor, const Subscript& subscript) {
  const ExprList& indices = subscript.indices;
  TensorView view{tensor, {}};
  size_t consuming = 0;
  for (const ExprPtr& index : indices) consuming += consumes_dimension(*index);
  // Where we are: from the front, or, behind an ellipsis, how many dimensions are still to be consumed.
  int64_t dim = 0;
  bool from_back = false;
  for (const ExprPtr& index : indices) {
    const SourceRange& range = index->range;
    if (is<Ellipsis>(*index)) {
      if (from_back) return error_at(range, "An index can have only one ellipsis");
      from_back = true;
      dim = -static_cast<int64_t>(consuming);
      continue;
    }
    if (consumes_dimension(*index)) --consuming;
    // A gather recorded from the end moves when a dimension behind it comes or goes.
    const auto shift_gathers = [&](int64_t by) {
      for (TensorView::Gather& gather : view.gathers) gather.dim += gather.dim < 0 ? by : 0;
    };
    if (is<NoneLiteral>(*index)) {
      Value* at = constant(from_back ? dim - 1 : dim, range);
      view.tensor = HEDDLE_TRY(call_operator("aten::unsqueeze", {view.tensor, at}, range));
      shift_gathers(-1);
      if (!from_back) ++dim;
      continue;
    }
    if (const Slice* slice = try_as<Slice>(index.get())) {
      if (!is_full(*slice) || indices.size() == 1)
        view.tensor = HEDDLE_TRY(emit_tensor_slice(view.tensor, dim, *slice));
      ++dim;
      continue;
    }
    Value* value = HEDDLE_TRY(emit_value(*index));
    const Type& type = *value->type();
    if (type.is(TypeKind::kInt)) {
      view.tensor = HEDDLE_TRY(call_operator("aten::select", {view.tensor, constant(dim, range), value}, range));
      shift_gathers(1);
      if (from_back) ++dim;
    } else {
      if (type.is(TypeKind::kList)) {
        Value* dtype =
            type.element()->is(TypeKind::kBool) ? constant(IValue(), range) : constant(IValue(DType::kInt64), range);
        CallArguments arguments;
        arguments.positional.push_back({value, range, {}});
        arguments.keywords.push_back({dtype, range, "dtype"});
        value = HEDDLE_TRY(call_operator("aten::tensor", arguments, range));
      } else if (!is_subtype(type, *types::optional(types::tensor())) || type.is(TypeKind::kNone)) {
        return error_at(range, "A tensor cannot be indexed with a value of type ", type.to_text(),
                        "; only integers, slices, None, lists and tensors are possible");
      }
      view.gathers.push_back({dim, value});
      ++dim;
    }
  }
  return view;
}

Result<Value*> FunctionEmitter::emit_tensor_slice(Value* tensor, int64_t dim, const Slice& slice) {
  const auto part = [&](const ExprPtr& expr) -> Result<Value*> {
    return expr ? emit_value(*expr) : Result<Value*>(constant(IValue(), slice.range));
  };
  Value* lower = HEDDLE_TRY(part(slice.lower));
  Value* upper = HEDDLE_TRY(part(slice.upper));
  Value* step = slice.step ? HEDDLE_TRY(emit_value(*slice.step)) : constant(int64_t{1}, slice.range);
  return call_operator("aten::slice", {tensor, constant(dim, slice.range), lower, upper, step}, slice.range);
}

Result<Value*> FunctionEmitter::emit_gather_list(const TensorView& view, const SourceRange& range) {
  const TypePtr element = types::optional(types::tensor());
  std::vector<Value*> values;
  Value* leading = nullptr;  // a list of Nones whose number depends on the tensor's dimensions
  int64_t at = 0;
  if (view.gathers[0].dim < 0) {
    Value* dims = HEDDLE_TRY(call_operator("aten::dim", {view.tensor}, range));
    Value* count = HEDDLE_TRY(call_operator("aten::add", {dims, constant(view.gathers[0].dim, range)}, range));
    Value* none = constant(IValue(), range);
    Value* one = HEDDLE_TRY(emit_list(std::span<Value* const>(&none, 1), element, range));
    leading = HEDDLE_TRY(call_operator("aten::mul", {one, count}, range));
    at = view.gathers[0].dim;
  }
  for (const TensorView::Gather& gather : view.gathers) {
    if (gather.dim < at) return error_at(range, "Tensors on both sides of an ellipsis are not supported as an index");
    for (; at < gather.dim; ++at) values.push_back(constant(IValue(), range));
    values.push_back(gather.index);
    ++at;
  }
  Value* list = HEDDLE_TRY(emit_list(values, element, range));
  if (leading) return call_operator("aten::add", {leading, list}, range);
  return list;
}

Result<Value*> FunctionEmitter::emit_tensor_subscript(Value* tensor, const Subscript& subscript) {
  const TensorView view = HEDDLE_TRY(emit_view(tensor, subscript));
  if (!view.gathers.empty()) {
    Value* indices = HEDDLE_TRY(emit_gather_list(view, subscript.range));
    return call_operator("aten::index", {view.tensor, indices}, subscript.range);
  }
  // x[...] is a new view, as every other index is.
  if (view.tensor == tensor) return call_operator("aten::alias", {tensor}, subscript.range);
  return view.tensor;
}

Result<Value*> FunctionEmitter::tensor_like(Value* value, Value* tensor, const SourceRange& range) {
  if (is_subtype(*value->type(), *types::tensor())) return value;
  Value* dtype = HEDDLE_TRY(call_operator("prim::dtype", {tensor}, range));
  Value* device = HEDDLE_TRY(call_operator("prim::device", {tensor}, range));
  CallArguments arguments;
  arguments.positional.push_back({value, range, {}});
  arguments.keywords.push_back({dtype, range, "dtype"});
  arguments.keywords.push_back({device, range, "device"});
  return call_operator("aten::tensor", arguments, range);
}

Status FunctionEmitter::assign_tensor_subscript(Value* tensor, const Subscript& target, Value* value,
                                                const SourceRange& range) {
  const TensorView view = HEDDLE_TRY(emit_view(tensor, target));
  value = HEDDLE_TRY(tensor_like(value, view.tensor, range));
  if (view.gathers.empty()) {
    HEDDLE_TRY(call_operator("aten::copy_", {view.tensor, value}, range));
    return ok_status();
  }
  Value* indices = HEDDLE_TRY(emit_gather_list(view, target.range));
  HEDDLE_TRY(call_operator("aten::index_put_", {view.tensor, indices, value}, range));
  return ok_status();
}

Status FunctionEmitter::update_tensor_subscript(Value* tensor, const Subscript& target, BinaryOp op,
                                                const Expr& operand, const SourceRange& range) {
  const TensorView view = HEDDLE_TRY(emit_view(tensor, target));
  if (view.gathers.empty()) {
    Value* right = HEDDLE_TRY(emit_value(operand));
    Value* after = HEDDLE_TRY(emit_in_place(op, view.tensor, right, range));
    // Operators without an in-place form gave a new tensor, which has yet to be written.
    const bool is_new = !after->node()->is(ir::NodeKind::kOperator) || !after->node()->op->schema.is_mutable();
    if (is_new) HEDDLE_TRY(call_operator("aten::copy_", {view.tensor, after}, range));
    return ok_status();
  }
  Value* indices = HEDDLE_TRY(emit_gather_list(view, target.range));
  Value* before = HEDDLE_TRY(call_operator("aten::index", {view.tensor, indices}, range));
  Value* right = HEDDLE_TRY(emit_value(operand));
  Value* after = HEDDLE_TRY(emit_in_place(op, before, right, range));
  HEDDLE_TRY(call_operator("aten::index_put_", {view.tensor, indices, after}, range));
  return ok_status();
}

}  // namespace heddle::lang
