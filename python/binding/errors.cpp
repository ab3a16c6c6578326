#include "python/binding/errors.h"

#include "heddle/error.h"

namespace heddle::python {
namespace {

PyObject* model_error = nullptr;  // heddle.jit.Error; lives as long as the module

PyObject* exception_type(ErrorCode code) {
  switch (code) {
    case ErrorCode::kIndex:
      return PyExc_IndexError;
    case ErrorCode::kType:
      return PyExc_TypeError;
    case ErrorCode::kUnsupported:
      return PyExc_NotImplementedError;
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
  model_error = PyErr_NewExceptionWithDoc("heddle.jit.Error", "Raised where a model raised an exception of its own.",
                                          PyExc_RuntimeError, nullptr);
  module.attr("JitError") = py::reinterpret_borrow<py::object>(model_error);
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const Error& failure) {
      PyErr_SetString(failure.code() == ErrorCode::kRaised ? model_error : PyExc_RuntimeError, failure.what());
    }
  });
}

}  // namespace heddle::python
