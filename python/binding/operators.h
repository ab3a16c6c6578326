// The operators of the table as Python callables: functions (heddle.softmax) and methods (Tensor.softmax), each around
// an OverloadSet. Calls give the interpreter's lock up while the kernel runs; any number of threads may call.
#pragma once

#include <pybind11/pybind11.h>

#include <initializer_list>
#include <string_view>

#include "core/ivalue.h"
#include "core/tensor.h"

namespace heddle::python {

namespace py = pybind11;

void add_operators(py::module_& module);

// An operator by its name and overload, with complete arguments, for bindings that are made of operators. Gives the
// lock up; throws a Python error.
IValue call_table(std::string_view name, std::string_view overload, std::initializer_list<IValue> arguments);
inline Tensor call_tensor(std::string_view name, std::string_view overload, std::initializer_list<IValue> arguments) {
  return call_table(name, overload, arguments).as_tensor();
}

}  // namespace heddle::python
