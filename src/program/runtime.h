// What must be there before anything is compiled or run: the operator table. Any thread, any number of times.
#pragma once

namespace heddle::program {

// Builds and installs the operator table on the first call.
void ensure_runtime();

}  // namespace heddle::program
