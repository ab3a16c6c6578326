// Gives the values of a pickle the static types that a program declares for them. A pickle knows a list, but not of
// what; the interpreter takes a value's declared type on trust, so this is also where a damaged archive is caught. For
// ObjectBinders: in restore_type, and in set_state for each attribute. One thread at a time a value.
#pragma once

#include "base/result.h"
#include "core/ivalue.h"
#include "core/type.h"

namespace heddle::archive {

// `value` as `type`, checked all the way down except through Any and into objects. Untyped and empty lists and dicts
// get their element types in place, so that others who hold them see the type too; a tuple becomes the named tuple it
// is declared as. kType when the value is of another type, saying which of its parts: "[2]: expected int, got str".
Result<IValue> with_type(IValue value, const TypePtr& type);

}  // namespace heddle::archive
