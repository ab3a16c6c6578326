#include "python/binding/errors.h"

#include "heddle/error.h"
#include "heddle/policy.h"

namespace heddle::python {
namespace {

// heddle.jit.Error and its neighbours; they live as long as the module.
PyObject* model_error = nullptr;
PyObject* limit_error = nullptr;
PyObject* cancelled_error = nullptr;
PyObject* policy_error = nullptr;

PyObject* new_error(py::module_& module, const char* attribute, const char* name, const char* text) {
  PyObject* type = PyErr_NewExceptionWithDoc(name, text, PyExc_RuntimeError, nullptr);
  module.attr(attribute) = py::reinterpret_borrow<py::object>(type);
  return type;
}

// Of an error of a load or a call, which PyTorch raises as RuntimeError.
PyObject* call_exception(ErrorCode code) {
  switch (code) {
    case ErrorCode::kRaised:
      return model_error;
    case ErrorCode::kLimit:
      return limit_error;
    case ErrorCode::kCancelled:
      return cancelled_error;
    default:
      return PyExc_RuntimeError;
  }
}

PyObject* exception_type(ErrorCode code) {
  switch (code) {
    case ErrorCode::kIndex:
      return PyExc_IndexError;
    case ErrorCode::kType:
      return PyExc_TypeError;
    case ErrorCode::kUnsupported:
      return PyExc_NotImplementedError;
    case ErrorCode::kLimit:
      return limit_error;
    default:
      return PyExc_RuntimeError;
  }
}

}  // namespace

void set_operator_error(const ErrorInfo& info) { PyErr_SetString(exception_type(info.code), info.message.c_str()); }

void throw_operator_error(const Status& status) {
  set_operator_error(status.info());
  throw py::error_already_set();
}

void register_errors(py::module_& module) {
  model_error =
      new_error(module, "JitError", "heddle.jit.Error", "Raised where a model raised an exception of its own.");
  limit_error = new_error(module, "LimitError", "heddle.jit.LimitError", "A load or a call reached one of its limits.");
  cancelled_error =
      new_error(module, "CancelledError", "heddle.jit.CancelledError", "A call was ended, or its time was over.");
  policy_error = new_error(module, "PolicyError", "heddle.jit.PolicyError",
                           "A model names operators that its policy denies, or would run code while it loads.");
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const jit::PolicyError& failure) {
      PyErr_SetString(policy_error, failure.what());
    } catch (const Error& failure) {
      PyErr_SetString(call_exception(failure.code()), failure.what());
    }
  });
}

}  // namespace heddle::python
