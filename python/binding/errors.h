// Heddle's errors as Python's exceptions, and the interpreter's lock around what may run for long.
#pragma once

#include <pybind11/pybind11.h>

#include "base/result.h"
#include "heddle/error.h"

namespace heddle::python {

namespace py = pybind11;

// Sets the Python error that PyTorch raises for an error of an operator called from Python: IndexError, TypeError,
// NotImplementedError, else RuntimeError. The lock is held.
void set_operator_error(const ErrorInfo& info);
[[noreturn]] void throw_operator_error(const Status& status);

// Runs f for a slot of the interpreter, which wants errors set and no exceptions: false, with Python's error set, where
// f throws. The lock is held.
template <class F>
bool guarded(F&& f) {
  try {
    f();
    return true;
  } catch (py::error_already_set& raised) {
    raised.restore();
  } catch (const py::builtin_exception& raised) {
    raised.set_error();
  } catch (const Error& failure) {
    set_operator_error(failure.info());
  } catch (const std::exception& failure) {
    PyErr_SetString(PyExc_RuntimeError, failure.what());
  }
  return false;
}

// The value of a Result, or its error as a Python exception.
template <class T>
T value_or_raise(Result<T> result) {
  if (!result.ok()) throw_operator_error(result.status());
  return std::move(result).value();
}
inline void ok_or_raise(const Status& status) {
  if (!status.ok()) throw_operator_error(status);
}

// heddle::Error that leaves a binding: heddle.jit.Error where the model raised it, else RuntimeError, as PyTorch has it
// for everything that goes wrong in a model.
void register_errors(py::module_& module);

// Gives the lock up while f runs, which must touch no Python object.
template <class F>
auto without_lock(F&& f) {
  const py::gil_scoped_release released;
  return f();
}

}  // namespace heddle::python
