// What the system says of this process. Any thread.
#pragma once

#include <cstdint>

namespace heddle::cli {

// Threads alive now; 0 where the system does not tell.
int os_threads();
// The most memory that was resident so far, in bytes; 0 where the system does not tell.
int64_t peak_resident_bytes();

}  // namespace heddle::cli
