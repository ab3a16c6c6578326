// What must be there before anything is compiled or run, the operator table, any number of times; and how memory that
// runs out reaches the caller. Any thread.
#pragma once

#include <new>

#include "base/out_of_memory.h"
#include "heddle/error.h"

namespace heddle::program {

// Builds and installs the operator table on the first call, and then adds the application's operators that wait for it;
// throws what their HEDDLE_LIBRARY blocks throw.
void ensure_runtime();

// What f() gives; std::bad_alloc becomes an Error of kLimit. For the public faces.
template <class F>
auto or_out_of_memory(F&& f) -> decltype(f()) {
  try {
    return f();
  } catch (const std::bad_alloc&) {
    throw Error(out_of_memory());
  }
}
// Heddle's own operators alone.
void ensure_operators();

}  // namespace heddle::program
