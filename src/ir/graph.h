// The SSA graph: nodes in blocks, structured control flow (If, Loop), every value defined once. A Graph owns its
// blocks, nodes and values; pointers to them live until the node is destroyed or the graph goes. One thread at a time
// may change a graph; passes work on graphs nobody runs (what runs is code::Code made from them).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ref.h"
#include "base/source.h"
#include "core/callable.h"
#include "core/ivalue.h"
#include "core/type.h"
#include "schema/operator_table.h"

namespace heddle::ir {

class Block;
class Graph;
class Node;
class Value;

enum class NodeKind : uint8_t {
#define HEDDLE_NODE(kind, name, flags) kind,
#include "ir/nodes.def"
#undef HEDDLE_NODE
};

// "prim::If"; operators print by their own name instead.
std::string_view node_name(NodeKind kind);

// Where inlined code came from: the call that was replaced, and the call around that. Shared by all nodes of one
// inlined body.
struct CallSite : RefCounted {
  CallSite(Ref<const CallSite> caller, SourceRange place, std::string callee, std::string path = {})
      : outer(std::move(caller)), range(std::move(place)), function(std::move(callee)), module(std::move(path)) {}
  Ref<const CallSite> outer;  // null: called from the graph's own function
  SourceRange range;          // the call
  std::string function;       // the function that was called
  std::string module;         // whose method it is: "layer1.0", from the graph's own object; empty: not known
};

struct Use {
  Node* user;
  size_t input;
};

class Value {
 public:
  const TypePtr& type() const { return type_; }
  void set_type(TypePtr type) { type_ = std::move(type); }
  // Its name in dumps; empty: it prints as its number.
  const std::string& name() const { return name_; }
  void set_name(std::string_view name) { name_ = name; }
  Node* node() const { return node_; }  // block inputs belong to the block's Param node
  size_t offset() const { return offset_; }
  const std::vector<Use>& uses() const { return uses_; }
  Graph& graph() const;
  void replace_all_uses_with(Value* other);

 private:
  friend class Node;
  Value(Node* node, size_t offset, TypePtr type) : node_(node), offset_(offset), type_(std::move(type)) {}
  Node* node_;
  size_t offset_;
  TypePtr type_;
  std::string name_;
  std::vector<Use> uses_;
};

class Node {
 public:
  ~Node();
  NodeKind kind() const { return kind_; }
  bool is(NodeKind kind) const { return kind_ == kind; }
  // A table operator of this name: is_operator("aten::add").
  bool is_operator(std::string_view name) const;
  Graph& graph() const { return *graph_; }
  Block* owner() const { return owner_; }
  Node* next() const { return next_; }
  Node* prev() const { return prev_; }

  const std::vector<Value*>& inputs() const { return inputs_; }
  Value* input(size_t i) const { return inputs_[i]; }
  std::span<const std::unique_ptr<Value>> outputs() const { return outputs_; }
  Value* output(size_t i = 0) const { return outputs_[i].get(); }
  size_t output_count() const { return outputs_.size(); }
  std::span<const std::unique_ptr<Block>> blocks() const { return blocks_; }
  Block* block(size_t i) const { return blocks_[i].get(); }

  void add_input(Value* value);
  void insert_input(size_t i, Value* value);
  void set_input(size_t i, Value* value);
  void remove_input(size_t i);
  void remove_all_inputs();
  Value* add_output(TypePtr type);
  // Only an output without uses.
  void remove_output(size_t i);
  Block* add_block();

  // Places an unplaced node, or moves a placed one.
  void insert_before(Node* other);
  void insert_after(Node* other);
  // Removes and frees it; its outputs must have no uses.
  void destroy();
  // Whether this node comes before the other in execution order (of the same graph, any blocks).
  bool is_before(const Node* other) const;

  // Facts by kind; see nodes.def for which kind has which.
  IValue constant;
  const schema::Operator* op = nullptr;
  std::string name;
  Ref<Callable> function;
  std::vector<TypePtr> types;
  std::vector<int64_t> integers;
  SourceRange range;
  Ref<const CallSite> inlined_at;  // null: written in the graph's own function

 private:
  friend class Graph;
  friend class Block;
  friend class Value;
  Node(Graph* graph, NodeKind kind) : kind_(kind), graph_(graph) {}
  void unlink();
  void drop_use(size_t i);
  NodeKind kind_;
  Graph* graph_;
  Block* owner_ = nullptr;
  Node* next_ = nullptr;
  Node* prev_ = nullptr;
  std::vector<Value*> inputs_;
  std::vector<std::unique_ptr<Value>> outputs_;
  std::vector<std::unique_ptr<Block>> blocks_;
};

// A list of nodes between its Param node (whose outputs are the block's inputs) and its Return node (whose inputs are
// its outputs).
class Block {
 public:
  ~Block();
  Graph& graph() const { return *graph_; }
  Node* owner() const { return owner_; }  // null for a graph's own block
  Node* param_node() const { return param_; }
  Node* return_node() const { return return_; }
  std::span<const std::unique_ptr<Value>> inputs() const { return param_->outputs(); }
  Value* input(size_t i) const { return param_->output(i); }
  const std::vector<Value*>& outputs() const { return return_->inputs(); }
  Value* add_input(TypePtr type) { return param_->add_output(std::move(type)); }
  void add_output(Value* value) { return_->add_input(value); }
  // The first node, or the Return node of an empty block; iterate until return_node().
  Node* first() const { return param_->next(); }
  void append(Node* node) { node->insert_before(return_); }
  // Destroys all nodes and clears the outputs; inputs stay.
  void clear();

 private:
  friend class Node;
  friend class Graph;
  Block(Graph* graph, Node* owner);
  Graph* graph_;
  Node* owner_;
  Node* param_;
  Node* return_;
};

// Visits the nodes of a block in order; the visitor may destroy or move the visited node.
template <class F>
void for_each_node(Block* block, F&& visit) {
  for (Node* node = block->first(); node != block->return_node();) {
    Node* following = node->next();
    visit(node);
    node = following;
  }
}

class Graph {
 public:
  Graph();
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  std::unique_ptr<Graph> clone() const;

  Block* block() const { return block_.get(); }
  std::span<const std::unique_ptr<Value>> inputs() const { return block_->inputs(); }
  const std::vector<Value*>& outputs() const { return block_->outputs(); }

  // Makes an unplaced node; the graph owns it from the moment it is placed, the caller until then (destroy() it
  // otherwise).
  Node* create(NodeKind kind);
  Node* create(NodeKind kind, std::span<Value* const> inputs);
  Node* create_operator(const schema::Operator& op, std::span<Value* const> inputs);

  // Where insert() places nodes: before this node. Starts at the graph's Return node.
  Node* insert_point() const { return insert_point_; }
  void set_insert_point(Node* before) { insert_point_ = before; }
  void set_insert_point(Block* at_end_of) { insert_point_ = at_end_of->return_node(); }
  Node* insert(Node* node) {
    node->insert_before(insert_point_);
    return node;
  }
  // A Constant node at the insert point, of the value's own type unless one is given.
  Value* insert_constant(IValue value, const SourceRange& range = {}, TypePtr type = nullptr);

 private:
  std::unique_ptr<Block> block_;
  Node* insert_point_;
};

// Sets the insert point for a scope.
class InsertPointGuard {
 public:
  InsertPointGuard(Graph& graph, Node* before) : graph_(graph), saved_(graph.insert_point()) {
    graph.set_insert_point(before);
  }
  InsertPointGuard(Graph& graph, Block* at_end_of) : InsertPointGuard(graph, at_end_of->return_node()) {}
  ~InsertPointGuard() { graph_.set_insert_point(saved_); }
  InsertPointGuard(const InsertPointGuard&) = delete;
  InsertPointGuard& operator=(const InsertPointGuard&) = delete;

 private:
  Graph& graph_;
  Node* saved_;
};

// Stand-ins for values while nodes are copied from one place to another.
using ValueMap = std::unordered_map<const Value*, Value*>;
// Copies a block's nodes to the insert point of `to`. `map` holds the stand-in for values defined outside (a value
// without one stands for itself, within one graph) and learns those defined inside. Returns the stand-ins of the
// block's outputs.
std::vector<Value*> copy_block_nodes(const Block& from, Graph& to, ValueMap& map);
// The same for one node with all its blocks; returns the unplaced copy.
Node* copy_node(const Node& from, Graph& to, ValueMap& map);

}  // namespace heddle::ir
