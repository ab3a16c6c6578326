// x[...] and x[...] = y, as PyTorch has them: numbers, slices, None, ..., tensors and lists of numbers or truth values.
#pragma once

#include <pybind11/pybind11.h>

namespace heddle::python {

// Slots of TensorBase: null, or -1, with a Python error set. The interpreter's lock is held, and given up while an
// operator runs.
PyObject* get_item(PyObject* self, PyObject* key);
int set_item(PyObject* self, PyObject* key, PyObject* value);

}  // namespace heddle::python
