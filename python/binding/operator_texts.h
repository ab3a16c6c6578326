// What Python tells of an operator: its documentation, its signature, and facts for the type stubs.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "python/binding/overloads.h"

namespace heddle::python {

// Every overload's declaration with its results, then where the operator comes from.
std::string documentation(const OverloadSet& set);
// "(input, other, *, alpha=1)" of an operator with one overload; "(*args, **kwargs)" else. inspect.signature reads it.
std::string text_signature(const OverloadSet& set);
// {"parameters": [{"name", "kind", "optional", "default", "keyword_only", "is_self"}], "returns": [(name, type)],
// "outs": tensors of out=, "declaration"}
py::dict describe_overload(const Overload& overload);

}  // namespace heddle::python
