// Blocks of core/philox.h many at a time, vectorised. Plain functions of memory; any thread, on the calling one.
#pragma once

#include <cstdint>

namespace heddle::ops::backend {

// The blocks [first, first + blocks) of the stream of `seed`, each as two numbers: out[2 * b] has the words 0 and 1 of
// block first + b as its upper and lower half, out[2 * b + 1] the words 2 and 3.
void random_bits_row(uint64_t seed, uint64_t first, int64_t blocks, uint64_t* out);

}  // namespace heddle::ops::backend
