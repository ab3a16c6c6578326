// One argument of a call from Python as the value that a parameter of an operator takes.
#pragma once

#include <optional>

#include "python/binding/overloads.h"

namespace heddle::python {

// False where the object is nothing for the parameter, with no error set. `lax`: tensors of one element stand for
// numbers.
bool convert(PyObject* object, const Parameter& parameter, bool lax, IValue& out);

// How PyTorch's messages name a parameter's type: "int", "tuple of ints", "Tensor".
std::string kind_text(const Parameter& parameter);

// Kind and text of a schema's argument.
Kind kind_of(const schema::Argument& argument);

}  // namespace heddle::python
