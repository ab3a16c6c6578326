// Where the values of a graph are read for the last time. For the register allocation of lower_graph alone.
//
// A value dies at the node that reads it last. One that is defined around an If and not read behind it dies inside: at
// its last reader of each branch, or on entry to a branch that does not read it. One that is defined around a Loop and
// read in it dies behind the Loop. A result that nobody reads dies at its own node.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ir/graph.h"

namespace heddle::lower {

class Liveness {
 public:
  using Values = std::vector<const ir::Value*>;
  explicit Liveness(const ir::Graph& graph);

  // Without blocks: operands it reads last and results nobody reads. Loop: operands that nothing inside or behind
  // reads.
  const Values& deaths(const ir::Node* node) const { return find(deaths_, node); }
  // If: its test and all values that die inside it, where they were alive before. Loop: values that the body reads and
  // nothing behind. Both: results nobody reads.
  const Values& deaths_behind(const ir::Node* node) const { return find(behind_, node); }
  // Values that die before the first node of a block; of a Loop's body or a function also inputs nobody reads.
  const Values& deaths_on_entry(const ir::Block* block) const { return find(entry_, block); }
  bool dies_at(const ir::Value* value, const ir::Node* node) const;

  // Positions of nodes in order of execution; a value is not read after last_read().
  uint32_t position(const ir::Node* node) const { return positions_.at(node); }
  uint32_t last_read(const ir::Value* value) const { return last_read_.at(value); }

 private:
  using Live = std::unordered_set<const ir::Value*>;
  template <class Key>
  static const Values& find(const std::unordered_map<const Key*, Values>& map, const Key* key) {
    static const Values kNone;
    const auto found = map.find(key);
    return found == map.end() ? kNone : found->second;
  }
  void number(const ir::Block& block);
  // Each takes what is alive behind and turns it into what is alive before.
  void block(const ir::Block& block, Live& live);
  void node(const ir::Node& node, Live& live);
  void conditional(const ir::Node& node, Live& live);
  void loop(const ir::Node& node, Live& live);
  void read(const ir::Node& node, const ir::Value* value, Live& live);
  void unread_results(const ir::Node& node, Live& live, Values& into);

  uint32_t next_position_ = 0;
  std::unordered_map<const ir::Node*, uint32_t> positions_;
  std::unordered_map<const ir::Value*, uint32_t> last_read_;
  std::unordered_map<const ir::Node*, Values> deaths_;
  std::unordered_map<const ir::Node*, Values> behind_;
  std::unordered_map<const ir::Block*, Values> entry_;
};

// Whether registers holding the type own nothing: reading them late or dropping them never costs memory.
bool is_unboxed(const Type& type);

}  // namespace heddle::lower
