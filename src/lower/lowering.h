// One graph on its way to code. Of lower_graph alone; straight code is in lower.cpp, branches and loops in control.cpp.
//
// Every value has one register for all its life. Most own it, and give it back where they die. A value that is computed
// where it will be wanted (the result of a branch, the next value of a carried variable) uses the register of that
// result.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "ir/graph.h"
#include "lower/code_writer.h"
#include "lower/liveness.h"
#include "lower/parallel_move.h"
#include "lower/registers.h"

namespace heddle::lower {

class Lowering {
 public:
  Lowering(const ir::Graph& graph, const std::string& name);
  Result<Ref<code::Code>> run();

 private:
  enum class Holding : uint8_t {
    kOwn,      // given back at the value's death
    kCarried,  // an input of a loop's body: the content may go, the register stays
    kPromised  // lives on as the result it was computed for
  };
  struct Home {
    uint32_t reg;
    Holding holding;
  };
  using Values = Liveness::Values;

  // Registers.
  static bool is_constant(const ir::Value* value) { return value->node()->is(ir::NodeKind::kConstant); }
  uint32_t reg(const ir::Value* value) const { return homes_.at(value).reg; }
  std::vector<uint32_t> regs(const std::vector<ir::Value*>& values) const;
  void place_constants(const ir::Block& block);
  uint32_t constant(const IValue& value) { return first_constant_ + writer_.constant(value); }
  uint32_t result(const ir::Value* value);
  std::vector<uint32_t> results(const ir::Node& node);
  // Gives back the registers of values that die; their content is not touched.
  void give_back(const Values& dying);
  // Drops the content of values that died, unless their register is in `kept`.
  void drop(const Values& dead, const std::vector<uint32_t>& kept = {});
  void finish(const Values& dead) {
    drop(dead);
    give_back(dead);
  }
  // The node's operands, and where it takes over the last use of one, with kLastUse.
  std::vector<uint32_t> operands(const ir::Node& node) const;

  // Straight code.
  Status block(const ir::Block& block);
  Status node(const ir::Node& node);
  Status operator_call(const ir::Node& node);
  Status construct(const ir::Node& node, code::Op op);
  Status unpack(const ir::Node& node, code::Op op);
  Status call(const ir::Node& node, code::Op op, uint32_t callee);
  Status with_block(const ir::Node& node);
  // An instruction `op result, operands...` for a node of one result.
  Status plain(const ir::Node& node, code::Op op);
  Status attribute(const ir::Node& node);
  Status instance_test(const ir::Node& node);
  Status cast(const ir::Node& node);
  // What dies at a node without blocks, once its instruction is there.
  void after(const ir::Node& node, const std::vector<uint32_t>& taken_over = {});

  // Branches and loops.
  Status conditional(const ir::Node& node);
  Status branch(const ir::Block& body, const std::vector<uint32_t>& to);
  Status loop(const ir::Node& node);
  std::vector<uint32_t> enter_loop(const ir::Node& node, uint32_t& go);
  // Makes a test readable after the moves: where they replace it, its value steps into a register of its own.
  uint32_t keep_readable(uint32_t go, std::vector<RegisterMove>& moves);
  Result<uint32_t> loop_body(const ir::Block& body, const std::vector<uint32_t>& carried);
  void promise(const ir::Value* value, uint32_t to, const ir::Block& body);
  // The moves that bring a block's outputs where they are wanted.
  std::vector<RegisterMove> moves_out(const ir::Block& body, size_t first, const std::vector<uint32_t>& to) const;
  void end_block(const ir::Block& body, const std::vector<RegisterMove>& moves);

  const ir::Graph& graph_;
  const Liveness liveness_;
  CodeWriter writer_;
  Registers registers_;
  uint32_t first_constant_ = 0;
  uint32_t zero_ = 0;
  uint32_t none_ = 0;
  std::unordered_map<const ir::Value*, Home> homes_;
};

}  // namespace heddle::lower
