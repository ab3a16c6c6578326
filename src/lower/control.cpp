// Branches and loops become jumps.
#include <algorithm>
#include <limits>

#include "lower/lowering.h"

namespace heddle::lower {

using code::Op;

void Lowering::promise(const ir::Value* value, uint32_t to, const ir::Block& body) {
  const ir::Node* maker = value->node();
  // Only values made in this block for nothing but this result; a second reader could come after the result is
  // replaced.
  if (maker->owner() != &body || maker == body.param_node() || is_constant(value) || value->uses().size() != 1) return;
  homes_[value] = {to, Holding::kPromised};
}

std::vector<RegisterMove> Lowering::moves_out(const ir::Block& body, size_t first,
                                              const std::vector<uint32_t>& to) const {
  std::vector<RegisterMove> moves;
  for (size_t i = 0; i < to.size(); ++i) {
    const ir::Value* from = body.outputs()[first + i];
    moves.push_back({to[i], reg(from), liveness_.dies_at(from, body.return_node())});
  }
  return moves;
}

void Lowering::end_block(const ir::Block& body, const std::vector<RegisterMove>& moves) {
  emit_parallel_moves(moves, writer_, registers_);
  // The content of what died here has been moved on, or is the result itself.
  give_back(liveness_.deaths(body.return_node()));
}

Status Lowering::conditional(const ir::Node& node) {
  const std::vector<uint32_t> to = results(node);
  const size_t test = writer_.emit({.op = Op::kJumpIfFalse, .a = reg(node.input(0))});
  const Registers::State before = registers_.state();
  HEDDLE_TRY(branch(*node.block(0), to));
  const size_t leave = writer_.emit({.op = Op::kJump});
  writer_.inst(test).b = writer_.next();
  registers_.restore(before);
  HEDDLE_TRY(branch(*node.block(1), to));
  writer_.inst(leave).a = writer_.next();
  if (writer_.next() == leave + 1) {
    // Nothing to do otherwise: no need to jump over it. Jumps to here now lead to the same place.
    writer_.remove_last();
    writer_.inst(test).b = writer_.next();
  }
  registers_.restore(before);
  // Inside, each way has dropped what died; results nobody reads still hold something.
  Values unread;
  for (const ir::Value* value : liveness_.deaths_behind(&node)) {
    if (value->node() == &node) unread.push_back(value);
  }
  drop(unread);
  give_back(liveness_.deaths_behind(&node));
  return ok_status();
}

Status Lowering::branch(const ir::Block& body, const std::vector<uint32_t>& to) {
  finish(liveness_.deaths_on_entry(&body));
  for (size_t i = 0; i < to.size(); ++i) promise(body.outputs()[i], to[i], body);
  HEDDLE_TRY(block(body));
  end_block(body, moves_out(body, 0, to));
  return ok_status();
}

namespace {

bool is_always_true(const ir::Value* value) {
  const ir::Node* node = value->node();
  return node->is(ir::NodeKind::kConstant) && node->constant.is_bool() && node->constant.as_bool();
}

bool is_endless(const ir::Value* trips) {
  const ir::Node* node = trips->node();
  return node->is(ir::NodeKind::kConstant) && node->constant.as_int() == std::numeric_limits<int64_t>::max();
}

}  // namespace

uint32_t Lowering::keep_readable(uint32_t go, std::vector<RegisterMove>& moves) {
  bool replaced = false;
  for (RegisterMove& move : moves) {
    replaced |= move.to == go && move.from != go;
    move.last_use = move.last_use && move.from != go;
  }
  if (!replaced) return go;
  const uint32_t aside = registers_.take();
  moves.push_back({aside, go, false});
  return aside;
}

// The registers of the carried values, with the initial values in them; `go` is the register of the first test. An
// initial value that dies here leaves its own register to the loop.
std::vector<uint32_t> Lowering::enter_loop(const ir::Node& node, uint32_t& go) {
  std::vector<uint32_t> carried;
  std::vector<RegisterMove> moves;
  Values left;
  for (size_t i = 0; i < node.output_count(); ++i) {
    const ir::Value* initial = node.input(i + 2);
    const ir::Value* output = node.output(i);
    const bool dies = liveness_.dies_at(initial, &node);
    const bool leaves = dies && homes_.at(initial).holding == Holding::kOwn && !homes_.count(output) &&
                        initial != node.input(1) && std::find(left.begin(), left.end(), initial) == left.end();
    if (leaves) {
      left.push_back(initial);
      homes_[output] = {reg(initial), Holding::kOwn};
    }
    moves.push_back({result(output), reg(initial), dies});
    carried.push_back(reg(output));
  }
  go = keep_readable(reg(node.input(1)), moves);
  emit_parallel_moves(moves, writer_, registers_);
  return carried;
}

Status Lowering::loop(const ir::Node& node) {
  const ir::Block& body = *node.block(0);
  const bool endless = is_endless(node.input(0));
  const bool counts = !endless || !body.input(0)->uses().empty();
  uint32_t go = 0;
  const std::vector<uint32_t> carried = enter_loop(node, go);
  const uint32_t counter = counts ? registers_.take() : zero_;
  if (counts) writer_.emit({.op = Op::kCopy, .a = counter, .b = zero_});
  homes_[body.input(0)] = {counter, Holding::kCarried};
  for (size_t i = 0; i < carried.size(); ++i) homes_[body.input(i + 1)] = {carried[i], Holding::kCarried};

  std::vector<size_t> exits;
  std::vector<size_t> tests;
  if (!is_always_true(node.input(1))) exits.push_back(writer_.emit({.op = Op::kJumpIfFalse, .a = go}));
  if (!endless) tests.push_back(writer_.emit({.op = Op::kLoopTest, .a = counter, .b = reg(node.input(0))}));
  if (go != reg(node.input(1))) registers_.give_back(go);
  // A register that was left to the loop is no longer the initial value's to give back.
  Values gone = liveness_.deaths(&node);
  std::erase_if(gone, [&](const ir::Value* value) {
    return value->node() == &node || std::find(carried.begin(), carried.end(), reg(value)) != carried.end();
  });
  give_back(gone);

  const uint32_t head = writer_.next();
  go = HEDDLE_TRY(loop_body(body, carried));
  writer_.set_place(node);
  const bool always = is_always_true(body.outputs()[0]);
  if (!endless) {
    if (!always) exits.push_back(writer_.emit({.op = Op::kJumpIfFalse, .a = go}));
    writer_.emit({.op = Op::kLoopNext, .a = counter, .b = reg(node.input(0)), .c = head});
  } else {
    if (counts) writer_.emit({.op = Op::kIncrement, .a = counter});
    writer_.emit(always ? code::Inst{.op = Op::kJump, .a = head}
                        : code::Inst{.op = Op::kJumpIfTrue, .a = go, .b = head});
  }
  for (const size_t at : exits) writer_.inst(at).b = writer_.next();
  for (const size_t at : tests) writer_.inst(at).c = writer_.next();
  if (counts) registers_.give_back(counter);
  finish(liveness_.deaths_behind(&node));
  return ok_status();
}

// Gives the register of the test for another round.
Result<uint32_t> Lowering::loop_body(const ir::Block& body, const std::vector<uint32_t>& carried) {
  drop(liveness_.deaths_on_entry(&body));
  for (size_t i = 0; i < carried.size(); ++i) {
    const ir::Value* old = body.input(i + 1);
    const ir::Value* fresh = body.outputs()[i + 1];
    // In place only when the old value is not read after the node that makes the new one begins.
    const bool in_place = fresh->node()->owner() == &body && !is_constant(fresh) &&
                          liveness_.last_read(old) <= liveness_.position(fresh->node());
    if (in_place) promise(fresh, carried[i], body);
  }
  HEDDLE_TRY(block(body));
  std::vector<RegisterMove> moves = moves_out(body, 1, carried);
  const uint32_t go = keep_readable(reg(body.outputs()[0]), moves);
  end_block(body, moves);
  if (go != reg(body.outputs()[0])) registers_.give_back(go);
  return go;
}

}  // namespace heddle::lower
