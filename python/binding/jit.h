// heddle.jit's classes over the C++ API: modules, methods, functions, compilation units. And futures.
#pragma once

#include <pybind11/pybind11.h>

namespace heddle::python {

void add_jit(pybind11::module_& module);
void add_futures(pybind11::module_& module);

}  // namespace heddle::python
