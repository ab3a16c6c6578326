// Checked access to values for programs: jit::Value and jit::Future.
#include "core/future.h"
#include "exec/exec.h"
#include "heddle/jit.h"

namespace heddle::jit {
namespace {

[[noreturn]] void wrong_type(const IValue& value, std::string_view wanted) {
  throw Error(error(ErrorCode::kType, "expected ", wanted, ", but the value is of type ", value.type_text()));
}

std::vector<Value> copy_values(const std::vector<IValue>& items) { return {items.begin(), items.end()}; }

}  // namespace

Tensor Value::to_tensor() const {
  if (!is_tensor()) wrong_type(*this, "a Tensor");
  return as_tensor();
}

int64_t Value::to_int() const {
  if (!is_int()) wrong_type(*this, "an int");
  return as_int();
}

double Value::to_double() const {
  if (is_int()) return static_cast<double>(as_int());
  if (!is_double()) wrong_type(*this, "a float");
  return as_double();
}

bool Value::to_bool() const {
  if (!is_bool()) wrong_type(*this, "a bool");
  return as_bool();
}

std::string Value::to_string() const {
  if (!is_string()) wrong_type(*this, "a str");
  return as_string();
}

std::vector<Value> Value::to_list() const {
  if (!is_list()) wrong_type(*this, "a list");
  return copy_values(as_list().items);
}

std::vector<Value> Value::to_tuple() const {
  if (!is_tuple()) wrong_type(*this, "a tuple");
  return copy_values(as_tuple().items);
}

std::vector<Tensor> Value::to_tensor_list() const {
  std::vector<Tensor> out;
  for (const Value& item : to_list()) out.push_back(item.to_tensor());
  return out;
}

std::vector<std::pair<Value, Value>> Value::to_dict() const {
  if (!is_dict()) wrong_type(*this, "a dict");
  std::vector<std::pair<Value, Value>> out;
  for (const DictValue::Entry& entry : as_dict().entries()) out.emplace_back(entry.key, entry.value);
  return out;
}

bool Future::completed() const { return future_->completed(); }

Value Future::wait() const {
  exec::wait(*future_);
  return value_or_throw(future_->value());
}

void Future::then(std::function<void(Future)> callback) const {
  future_->add_callback(
      [callback = std::move(callback)](FutureValue& done) { callback(Future(Ref<FutureValue>::share(&done))); });
}

}  // namespace heddle::jit
