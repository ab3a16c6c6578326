// What must be there before anything is compiled or run: the operator table. Any thread, any number of times.
#pragma once

namespace heddle::program {

// Builds and installs the operator table on the first call, and then adds the application's operators that wait for it;
// throws what their HEDDLE_LIBRARY blocks throw.
void ensure_runtime();
// Heddle's own operators alone.
void ensure_operators();

}  // namespace heddle::program
