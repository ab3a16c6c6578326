// Tensors from Python's numbers and nested sequences of them: heddle.tensor.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>

#include "core/tensor.h"

namespace heddle::python {

namespace py = pybind11;

// A new tensor of numbers, nested lists and tuples, NumPy arrays and tensors. Without a dtype: what all numbers fit
// into, floats as float32. ValueError for sequences of unequal lengths, TypeError for what is no number. The
// interpreter's lock is held.
Tensor tensor_from_data(PyObject* data, std::optional<DType> dtype);

// Nested lists of the elements; a number without dimensions.
py::object to_nested_list(const Tensor& tensor);

void add_creation(py::module_& module);

}  // namespace heddle::python
