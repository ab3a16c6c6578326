// Traces and metrics for Python: what heddle/trace.h and heddle/metrics.h have.
#pragma once

#include <pybind11/pybind11.h>

namespace heddle::python {

void add_tracing(pybind11::module_& module);

}  // namespace heddle::python
