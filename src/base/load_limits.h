// What loading a model may take. Part of the public API (heddle::jit::LoadOptions); archive, ir and program hold to it.
#pragma once

#include <cstdint>

namespace heddle {

// Reaching one ends the load with an error of kLimit that names it; what was built so far is freed. Beside these, which
// may be set, source nests 256 levels at most, and types and graphs in text 200.
struct LoadLimits {
  // Of the file, the buffer or what a stream gives.
  uint64_t archive_bytes = uint64_t{1} << 40;
  // Of one record, unpacked.
  uint64_t record_bytes = uint64_t{1} << 40;
  // Of all compressed records that are read, unpacked; 0: 4 GiB or 20 times the archive, whichever is more.
  uint64_t expanded_bytes = 0;
  // Tensor memory that the load takes: unpacked records, constants it computes, what __setstate__ makes; tensors that
  // are used where they lie in the archive take none. 0: 4 GiB or 20 times the archive, whichever is more.
  uint64_t memory_bytes = 0;
  // Instructions of one pickle.
  uint64_t pickle_opcodes = 100'000'000;
  // Lists, dicts, tuples and objects inside each other in a pickle; no more than 1000 are possible.
  uint64_t pickle_depth = 1000;
  // TorchScript source of the whole archive.
  uint64_t source_bytes = uint64_t{256} << 20;
  // Nodes made while the model is compiled: unrolled loops and inlined calls count as often as they are repeated.
  uint64_t graph_nodes = 5'000'000;
};

}  // namespace heddle
