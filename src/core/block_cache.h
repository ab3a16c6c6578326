// The memory of tensors, kept between one use and the next: a run gives back the blocks that the next one asks for, and
// taking them from the system anew would cost page faults each time. One cache for the process, bounded, shared by all
// threads: none has memory of its own, so short-lived threads leave nothing behind. Any thread; nobody ever waits.
#pragma once

#include <cstddef>

namespace heddle {

inline constexpr size_t kBlockAlignment = 64;
// No more than this is kept.
inline constexpr size_t kMostCachedBytes = size_t{128} << 20;

// At least so many bytes, uninitialised. Null when the system has no such memory.
void* take_block(size_t bytes);
// bytes: as it was taken.
void give_block(void* block, size_t bytes);

// Kept now.
size_t cached_block_bytes();
// Returns all that is kept to the system.
void release_cached_blocks();

}  // namespace heddle
