// What PyTorch's Python makes of an argument whose type is not the parameter's.
#pragma once

#include "core/ivalue.h"

namespace heddle::program {

// The value as the type, where a call from Python converts: bools, numbers and tensors of one element to each other (a
// float or complex number never becomes an int, a complex tensor no real number), anything of these or None to bool, a
// text to Device; within lists, dicts, tuples and optionals too, not within unions. False, and the value as it was,
// when nothing fits. What adapt_value does needs no conversion.
bool convert_value(IValue& value, const TypePtr& type);

}  // namespace heddle::program
