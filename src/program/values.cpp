// Checked access to values for programs: jit::Value and jit::Future.
#include <cstdio>

#include "base/out_of_memory.h"
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

Future Value::to_future() const {
  if (!is_future()) wrong_type(*this, "a Future");
  return Future(Ref<FutureValue>::share(&as_future()));
}

namespace {

// The exception being handled, as a Status; ok where there is no memory even for that.
Status caught_status() noexcept {
  try {
    try {
      throw;
    } catch (const Error& failure) {
      return Status(failure.info());
    } catch (const std::bad_alloc&) {
      return out_of_memory();
    } catch (const std::exception& failure) {
      return error(ErrorCode::kRuntime, failure.what());
    } catch (...) {
      return error(ErrorCode::kRuntime, "an exception of unknown type");
    }
  } catch (const std::bad_alloc&) {
    return ok_status();
  }
}

}  // namespace

Future Future::promise(TypePtr type) { return Future(make_ref<FutureValue>(std::move(type))); }

bool Future::completed() const { return future_->completed(); }

bool Future::has_error() const { return future_->has_error(); }

Value Future::wait() const {
  exec::wait(*future_);
  return value();
}

bool Future::wait_until(std::chrono::steady_clock::time_point time) const {
  exec::begin(*future_);
  return future_->wait(time);
}

Value Future::value() const { return value_or_throw(future_->value()); }

Future Future::then(std::function<Value(Future)> f) const {
  exec::begin(*future_);
  return Future(future_->then(types::any(), [f = std::move(f)](FutureValue& done) -> Result<IValue> {
    try {
      return IValue(f(Future(Ref<FutureValue>::share(&done))));
    } catch (...) {
      return caught_status();
    }
  }));
}

void Future::add_callback(std::function<void(Future)> f) const {
  exec::begin(*future_);
  future_->add_callback([f = std::move(f)](FutureValue& done) {
    try {
      f(Future(Ref<FutureValue>::share(&done)));
    } catch (...) {
      // Nobody is there to be told: the thread is one of the pool.
      const Status status = caught_status();
      std::fprintf(stderr, "heddle: a callback of a Future threw: %s\n",
                   status.ok() ? "out of memory" : status.message().c_str());
    }
  });
}

bool Future::complete(IValue value) const { return future_->complete(std::move(value)); }

bool Future::fail(const std::string& message) const { return future_->fail(error(ErrorCode::kRuntime, message)); }

}  // namespace heddle::jit
