#include "lower/parallel_move.h"

#include <algorithm>

namespace heddle::lower {
namespace {

using code::Op;

bool is_read(const std::vector<RegisterMove>& moves, uint32_t reg) {
  return std::any_of(moves.begin(), moves.end(), [&](const RegisterMove& move) { return move.from == reg; });
}

}  // namespace

void emit_parallel_moves(std::vector<RegisterMove> moves, CodeWriter& writer, Registers& registers) {
  // What also stays where it is may only be copied.
  for (const RegisterMove& stays : moves) {
    if (stays.to != stays.from) continue;
    for (RegisterMove& move : moves) move.last_use = move.last_use && move.from != stays.from;
  }
  std::erase_if(moves, [](const RegisterMove& move) { return move.to == move.from; });
  std::vector<uint32_t> temporaries;
  while (!moves.empty()) {
    // A target that no other move still reads may be written now.
    const auto ready =
        std::find_if(moves.begin(), moves.end(), [&](const RegisterMove& move) { return !is_read(moves, move.to); });
    if (ready != moves.end()) {
      const RegisterMove move = *ready;
      moves.erase(ready);
      const bool take = move.last_use && !is_read(moves, move.from);
      writer.emit({.op = take ? Op::kMove : Op::kCopy, .a = move.to, .b = move.from});
      continue;
    }
    // Only rings are left: one value steps aside.
    const uint32_t aside = registers.take();
    temporaries.push_back(aside);
    const uint32_t from = moves.front().from;
    writer.emit({.op = Op::kMove, .a = aside, .b = from});
    for (RegisterMove& move : moves) {
      if (move.from == from) move = {move.to, aside, true};
    }
  }
  for (const uint32_t reg : temporaries) registers.give_back(reg);
}

}  // namespace heddle::lower
