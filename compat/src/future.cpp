// c10::ivalue::Future over the library's.
#include "compat/src/face.h"
#include "heddle/jit.h"

namespace c10 {
HEDDLE_TORCH_BEGIN
namespace ivalue {
namespace {

heddle::FutureValue& of(const Future* future) {
  return heddle_torch::box_as<heddle::FutureValue>(const_cast<Future*>(future));
}
heddle::jit::Future handle_of(const Future* future) {
  return heddle::jit::Future(heddle::Ref<heddle::FutureValue>::share(&of(future)));
}
heddle::Status status_of(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return heddle::error(heddle::ErrorCode::kRuntime, e.what());
  } catch (...) {
    return heddle::error(heddle::ErrorCode::kRuntime, "an exception of unknown type");
  }
}

}  // namespace

intrusive_ptr<Future> Future::create(TypePtr type) {
  heddle_torch::Handle handle = heddle_torch::to_handle(heddle::make_ref<heddle::FutureValue>(heddle_torch::in(type)));
  return intrusive_ptr<Future>::reclaim(static_cast<Future*>(handle.leak()));
}
void Future::wait() {
  try {
    handle_of(this).wait();
  } catch (const heddle::Error&) {
    // The error stays in the Future for value() to throw.
  }
}
void Future::waitAndThrow() {
  heddle_torch::guarded([&] { handle_of(this).wait(); });
}
bool Future::completed() const { return of(this).completed(); }
bool Future::hasValue() const { return completed() && !hasError(); }
bool Future::hasError() const { return of(this).has_error(); }
IValue Future::value() {
  TORCH_CHECK(completed(), "the Future has no value yet: wait() for it first");
  return heddle_torch::out(heddle_torch::value(of(this).value()));
}
void Future::markCompleted(IValue value) {
  TORCH_CHECK(
      of(this).complete(heddle_torch::in(std::move(value))),
      "Attempting to mark a completed Future as complete again. Note that a Future can only be marked completed once.");
}
void Future::setError(std::exception_ptr error) {
  TORCH_CHECK(of(this).fail(status_of(error)), "the Future is completed already: its error cannot be set");
}
void Future::addCallback(std::function<void(Future&)> callback) {
  of(this).add_callback([callback = std::move(callback)](heddle::FutureValue& future) {
    try {
      callback(reinterpret_cast<Future&>(future));
    } catch (const std::exception& e) {
      TORCH_WARN("a callback of a Future failed: ", e.what());
    }
  });
}
intrusive_ptr<Future> Future::then(std::function<IValue(Future&)> callback, TypePtr type) {
  heddle::Ref<heddle::FutureValue> next =
      of(this).then(heddle_torch::in(type),
                    [callback = std::move(callback)](heddle::FutureValue& f) -> heddle::Result<heddle::IValue> {
                      try {
                        return heddle_torch::in(callback(reinterpret_cast<Future&>(f)));
                      } catch (...) {
                        return status_of(std::current_exception());
                      }
                    });
  return intrusive_ptr<Future>::reclaim(static_cast<Future*>(heddle_torch::to_handle(std::move(next)).leak()));
}
std::string Future::tryRetrieveErrorMessage() const {
  TORCH_CHECK(hasError(), "no error present on the future.");
  return of(this).value().status().message();
}
std::exception_ptr Future::exception_ptr() const {
  if (!hasError()) return nullptr;
  try {
    heddle_torch::fail(of(this).value().status());
  } catch (...) {
    return std::current_exception();
  }
}
TypePtr Future::elementType() const { return heddle_torch::out(of(this).element_type); }

}  // namespace ivalue
HEDDLE_TORCH_END
}  // namespace c10
