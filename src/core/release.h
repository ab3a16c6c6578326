// Letting go of values that hold values that hold values: the destructor of a box hands its own to release_values, so
// that a structure a million boxes deep goes without as many nested calls. Any thread.
#pragma once

#include <vector>

#include "core/ivalue.h"

namespace heddle {

// Empties `values`. Where destructors already nest deeply on this thread, the values go after the outermost of them,
// before it returns.
void release_values(std::vector<IValue>& values);

}  // namespace heddle
