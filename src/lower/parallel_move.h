// Several moves between registers that happen at once, as carried values of a loop do, in an order of single moves.
// For lower_graph alone.
#pragma once

#include <cstdint>
#include <vector>

#include "lower/code_writer.h"
#include "lower/registers.h"

namespace heddle::lower {

struct RegisterMove {
  uint32_t to;
  uint32_t from;
  bool last_use;  // `from` is not read afterwards
};

// Targets are distinct. A register that is read by several moves is moved by the last of them at most.
void emit_parallel_moves(std::vector<RegisterMove> moves, CodeWriter& writer, Registers& registers);

}  // namespace heddle::lower
