// What operators with several results give in Python: tuples with names, torch.return_types in PyTorch. The
// interpreter's lock is held.
#pragma once

#include <pybind11/pybind11.h>

#include "schema/function_schema.h"

namespace heddle::python {

namespace py = pybind11;

// The values as heddle.return_types.max(values=..., indices=...); a plain tuple where the schema names none.
py::object make_return_type(const schema::FunctionSchema& schema, py::tuple values);

}  // namespace heddle::python
