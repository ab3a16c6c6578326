// Fitting values written on a command line, where types are loose, to the types a method declares. Pure.
#pragma once

#include "core/ivalue.h"

namespace heddle::cli {

// What a value is to a parameter of that type: an integer for a float, a list for a tuple, numbers for a tensor
// (float32, int64 or bool, as torch.tensor makes it), a text for a device, containers with the declared element types.
// What cannot be converted is returned as it is: the call reports it, with the parameter's name.
IValue adapt_to_type(const IValue& value, const TypePtr& type);

}  // namespace heddle::cli
