// How control leaves a stretch of statements. TorchScript allows break, continue and return anywhere; the IR has only
// If and Loop. While statements are compiled, each stretch reports its Flow, and what follows is placed where it runs
// only when it should: inside the branch that falls through when the other one leaves, or else under an If on a flag.
#pragma once

#include "base/result.h"
#include "ir/graph.h"

namespace heddle::lang {

// A truth known now, or a bool of the graph.
class Flag {
 public:
  Flag() = default;
  static Flag always() { return Flag(true, nullptr); }
  static Flag dynamic(ir::Value* value) { return Flag(false, value); }
  bool is_never() const { return !value_ && !always_; }
  bool is_always() const { return always_; }
  // Null unless it is a value of the graph.
  ir::Value* value() const { return value_; }
  // As a value, by a constant at the insert point where it is known now.
  ir::Value* materialize(ir::Graph& graph) const;
  friend bool operator==(const Flag&, const Flag&) = default;

 private:
  Flag(bool always, ir::Value* value) : always_(always), value_(value) {}
  bool always_ = false;
  ir::Value* value_ = nullptr;
};

struct Flow {
  bool falls = true;  // its end may be reached
  Flag left;     // a break, continue or return was reached: the rest of the loop's body (or the function) must not run
  Flag stopped;  // a break or return: the loop must not go on
  Flag returned;
  ir::Value* result = nullptr;  // what return gave; null when there is no return. Read only where `returned` holds.

  // All paths raise.
  bool is_dead() const { return !falls && left.is_never(); }
  bool only_falls() const { return falls && left.is_never(); }
  static Flow raise();
  static Flow continue_loop();
  static Flow break_loop();
  static Flow return_value(ir::Value* result);
};

// The flow behind an If whose branches flow as given; adds the outputs it needs to the node, whose blocks' insert
// points are their ends. kSyntax when the two return types do not unify.
Result<Flow> merge_flows(ir::Node& branch, const Flow& then_flow, const Flow& else_flow);

// An output of the If: one value from each block, each null where that block's end is never reached.
ir::Value* add_branch_output(ir::Node& branch, ir::Value* then_value, ir::Value* else_value, const TypePtr& type);

}  // namespace heddle::lang
