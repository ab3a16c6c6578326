// How long the values of a graph live, in positions of its nodes in execution order. For the register allocation of
// lower_graph alone.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "ir/graph.h"

namespace heddle::lower {

class Liveness {
 public:
  explicit Liveness(const ir::Graph& graph);
  // Position of a node, and of the end of its blocks (the same for a node without blocks).
  uint32_t begin(const ir::Node* node) const { return spans_.at(node).begin; }
  uint32_t end(const ir::Node* node) const { return spans_.at(node).end; }
  // The position after which the value is not read again; its own node's end when it never is. A value read inside an
  // If or Loop that it was defined outside of lives to the end of that node, since the reading may happen on one path
  // only, or again.
  uint32_t last_use(const ir::Value* value) const;

 private:
  struct Span {
    uint32_t begin;
    uint32_t end;
  };
  void number(const ir::Block& block);
  std::unordered_map<const ir::Node*, Span> spans_;
  uint32_t next_ = 0;
};

// Whether registers holding the type own nothing: reading them late or dropping them never costs memory.
bool is_unboxed(const Type& type);

}  // namespace heddle::lower
