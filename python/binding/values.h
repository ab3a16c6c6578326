// Values of TorchScript as Python's, and Python's as TorchScript's. The interpreter's lock is held.
#pragma once

#include <pybind11/pybind11.h>

#include "core/boxes.h"
#include "python/binding/tensor_object.h"

namespace heddle::python {

// Lists, dicts and tuples are copied; tensors, objects and futures are shared. Throws a Python error.
py::object to_python(const IValue& value);

// None, bool, int, float, complex, str, tensors, NumPy arrays and numbers, lists, tuples, dicts, devices, dtypes,
// modules, objects, futures and enumerations of models. Lists and dicts get the element types their values have in
// common. A TypeError tells what else there was.
IValue from_python(py::handle object);

// A NumPy number, which is none of Python's own but for numpy.float64.
bool is_numpy_number(PyObject* object);
// bool, int, float, complex or a NumPy number, as the number it is; false for other objects.
bool read_number(PyObject* object, IValue& out);

// Whether a thread may still wait for the interpreter's lock. Needs no lock.
bool interpreter_is_up();

// Any Python object inside of a Future. Lets it go under the interpreter's lock, whichever thread that is.
class PythonValue final : public CapsuleValue {
 public:
  explicit PythonValue(py::object held, bool is_exception = false)
      : CapsuleValue("python object"), object(std::move(held)), raised(is_exception) {}
  ~PythonValue() override;
  py::object object;
  const bool raised;  // an exception, for whoever waits
};

}  // namespace heddle::python
