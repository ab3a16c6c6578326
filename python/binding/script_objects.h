// What models hand out that is neither number, text, tensor nor container: modules, objects of classes, enumerations,
// named tuples, futures, functions. The interpreter's lock is held.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>

#include "core/boxes.h"
#include "core/class_type.h"
#include "heddle/jit.h"

namespace heddle::python {

namespace py = pybind11;

// An object of a class of a model that is no module. Its attributes and methods are reached as a module's.
struct ScriptObject {
  jit::Module object;
};

// As heddle.jit.ScriptModule, ScriptObject, ..., by the types the package has set. RuntimeError for values that mean
// nothing in Python.
py::object wrap_script_value(const IValue& value);
// What wrap_script_value gave, back again; nothing for other objects.
std::optional<IValue> unwrap_script_value(py::handle object);
// A collections.namedtuple of the type's name and fields.
py::object make_named_tuple(const NamedTupleType& type, py::tuple values);

py::object wrap_module(const jit::Module& module);
py::object wrap_future(const jit::Future& future);

// set_script_types(module=..., object=..., future=...): Python's classes over those of the extension.
void add_script_objects(py::module_& module);

}  // namespace heddle::python
