// What a caught std::bad_alloc becomes.
#pragma once

#include "base/result.h"

namespace heddle {

// Throws std::bad_alloc itself where there is no memory even for the message.
inline Status out_of_memory() { return Status(ErrorCode::kLimit, "out of memory"); }

}  // namespace heddle
