// Which values of a graph may share memory, and which memory the graph writes. Conservative: "may" whenever it cannot
// tell. A snapshot of one graph; changing the graph makes it stale, except for removing nodes. Method: unification
// (Steensgaard, POPL 1996) with one contents set a container and one a class attribute.
#pragma once

#include <memory>

#include "ir/graph.h"

namespace heddle::ir {

class AliasAnalysis {
 public:
  explicit AliasAnalysis(const Graph& graph);
  ~AliasAnalysis();

  // Whether the two values, or anything inside them, may share memory.
  bool may_alias(const Value* a, const Value* b) const;
  // Whether any node of the graph may write the value's memory or that of anything inside it.
  bool is_written(const Value* value) const;
  // The same for memory that only aliases what the graph itself makes an alias: of two inputs, or attributes, that are
  // one tensor under two names a write to the one does not count for the other.
  bool is_written_here(const Value* value) const;
  // Whether the value's memory may be seen after the run or outside the graph: graph inputs and outputs, attributes,
  // arguments of calls.
  bool escapes(const Value* value) const;
  // Whether the node itself writes memory, prints, raises, calls what is unknown: it must stay, in its order.
  static bool has_effect(const Node& node);
  // Whether the node or anything inside its blocks has_effect.
  static bool has_effect_inside(const Node& node);
  // Whether running the node twice gives the same result as once, given that its inputs are unchanged: no randomness,
  // no effect, no fresh identity.
  static bool is_pure(const Node& node);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether values of the type never change: numbers, strings, None, devices, enums, functions, and tuples and optionals
// of these.
bool is_immutable(const Type& type);

}  // namespace heddle::ir
