// `heddle ops [NAME]`: the operator table.
#pragma once

#include <string>

#include "cli/command.h"

namespace heddle::cli {

// Prints every operator whose name contains `name` (all of them when it is empty): its schema and its implementations,
// in the order in which they are tried. Failure kUsage when there is none.
ExitCode list_operators(const std::string& name, bool json);

}  // namespace heddle::cli
