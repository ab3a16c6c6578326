// The small types of heddle: dtype, device, layout, memory_format, Size, Generator. The interpreter's lock is held.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <span>

#include "core/device.h"
#include "core/dtype.h"
#include "core/generator.h"
#include "core/tensor.h"

namespace heddle::python {

namespace py = pybind11;

void add_object_types(py::module_& module);

// heddle.float32, ...: one object a dtype. Borrowed.
PyObject* dtype_object(DType dtype);
// Of a heddle.dtype, or of Python's bool, int, float and complex; nothing for other objects.
std::optional<DType> as_dtype(PyObject* object);
// The number by which TorchScript knows a heddle.layout; a heddle.memory_format.
std::optional<int64_t> as_layout(PyObject* object);
std::optional<int64_t> as_memory_format(PyObject* object);
// Of a heddle.device or a string; for a string that names none, an error is thrown.
std::optional<Device> as_device(PyObject* object);
// Null where it is no heddle.Generator.
GeneratorValue* as_generator(PyObject* object);

// A new heddle.Size.
PyObject* new_size(std::span<const int64_t> sizes);

}  // namespace heddle::python
