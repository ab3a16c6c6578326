#include "schema/derived_forms.h"

#include "core/boxes.h"
#include "schema/operator_table.h"

namespace heddle::schema {
namespace {

Status copy_into(const Tensor& target, const Tensor& source) {
  static const Operator* const copy = operators().find("aten::copy_", "");
  const IValue arguments[] = {target, source, false};
  HEDDLE_TRY(call_operator(*copy, arguments));
  return ok_status();
}

Status resize_to(const Tensor& target, const Dims& sizes) {
  static const Operator* const resize = operators().find("aten::resize_", "");
  const IValue arguments[] = {target, make_int_list(sizes), IValue()};
  HEDDLE_TRY(call_operator(*resize, arguments));
  return ok_status();
}

Status check_cast(const Tensor& result, const Tensor& target) {
  HEDDLE_REQUIRE(can_cast(result.dtype(), target.dtype()), "result type ", dtype_name(result.dtype()),
                 " can't be cast to the desired output type ", dtype_name(target.dtype()));
  return ok_status();
}

Status store_out(const IValue& target, const IValue& result) {
  if (target.is_list() && result.is_list()) {
    const std::vector<IValue>& targets = target.as_list().items;
    const std::vector<IValue>& results = result.as_list().items;
    HEDDLE_REQUIRE(targets.size() == results.size(), "expected ", results.size(), " out tensors, but got ",
                   targets.size());
    for (size_t i = 0; i < targets.size(); ++i) HEDDLE_TRY(store_out(targets[i], results[i]));
    return ok_status();
  }
  HEDDLE_REQUIRE_CODE(target.is_tensor() && result.is_tensor(), kType, "out must be a Tensor, but got ",
                      target.type_text());
  const Tensor& out = target.as_tensor();
  const Tensor& value = result.as_tensor();
  HEDDLE_TRY(check_cast(value, out));
  if (out.sizes() != value.sizes()) HEDDLE_TRY(resize_to(out, value.sizes()));
  return copy_into(out, value);
}

// The values of the arguments the functional operator takes.
std::vector<IValue> functional_arguments(const Call& call) {
  std::vector<IValue> arguments;
  const std::vector<Argument>& declared = call.op().schema.arguments;
  for (size_t i = 0; i < declared.size(); ++i) {
    if (!declared[i].is_out) arguments.push_back(call.argument(i));
  }
  return arguments;
}

}  // namespace

Status run_inplace_form(const Call& call) {
  const Operator& op = call.op();
  const std::vector<IValue> results = HEDDLE_TRY(call_operator(*op.functional, functional_arguments(call)));
  const IValue self = call.argument(0);
  HEDDLE_REQUIRE_CODE(self.is_tensor() && results[0].is_tensor(), kType, op.schema.full_name(),
                      ": argument 'self' must be Tensor, but got ", self.type_text());
  const Tensor& target = self.as_tensor();
  const Tensor& value = results[0].as_tensor();
  HEDDLE_REQUIRE(value.sizes() == target.sizes(), "output with shape ", to_text(target.sizes()),
                 " doesn't match the broadcast shape ", to_text(value.sizes()));
  HEDDLE_TRY(check_cast(value, target));
  HEDDLE_TRY(copy_into(target, value));
  call.set_result(0, self);
  return ok_status();
}

Status run_out_form(const Call& call) {
  const Operator& op = call.op();
  const std::vector<IValue> results = HEDDLE_TRY(call_operator(*op.functional, functional_arguments(call)));
  std::vector<IValue> outs;
  for (size_t i = 0; i < op.schema.arguments.size(); ++i) {
    if (op.schema.arguments[i].is_out) outs.push_back(call.argument(i));
  }
  HEDDLE_REQUIRE(outs.size() == results.size(), op.schema.full_name(), ": has ", outs.size(), " out arguments for ",
                 results.size(), " results");
  for (size_t i = 0; i < outs.size(); ++i) HEDDLE_TRY(store_out(outs[i], results[i]));
  for (size_t i = 0; i < call.result_count(); ++i) call.set_result(i, outs[i]);
  return ok_status();
}

}  // namespace heddle::schema
