// heddle._C.TensorBase: the Python object around a Tensor handle. The Python class heddle.Tensor derives from it and is
// the type of every tensor handed out. Any thread that holds the interpreter's lock.
#pragma once

#include <pybind11/pybind11.h>

#include "core/tensor.h"

namespace heddle::python {

namespace py = pybind11;

struct TensorObject {
  PyObject ob_base;
  Tensor tensor;
};

extern PyTypeObject* tensor_base_type;

inline bool is_tensor(PyObject* object) {
  return Py_TYPE(object) == tensor_base_type || PyType_IsSubtype(Py_TYPE(object), tensor_base_type);
}
// The object must be a tensor.
inline const Tensor& tensor_of(PyObject* object) { return reinterpret_cast<TensorObject*>(object)->tensor; }

// A new reference to a heddle.Tensor; null with a Python error set where there is no memory.
PyObject* new_tensor_object(Tensor tensor);
inline py::object wrap(Tensor tensor) {
  py::object out = py::reinterpret_steal<py::object>(new_tensor_object(std::move(tensor)));
  if (!out) throw py::error_already_set();
  return out;
}

void add_tensor_type(py::module_& module);

}  // namespace heddle::python

namespace pybind11::detail {

template <>
struct type_caster<heddle::Tensor> {
  PYBIND11_TYPE_CASTER(heddle::Tensor, const_name("Tensor"));
  bool load(handle source, bool) {
    if (!heddle::python::is_tensor(source.ptr())) return false;
    value = heddle::python::tensor_of(source.ptr());
    return true;
  }
  static handle cast(const heddle::Tensor& tensor, return_value_policy, handle) {
    return heddle::python::new_tensor_object(tensor);
  }
};

}  // namespace pybind11::detail
