// torch::jit::Graph, Block, Node, Value: a method's graph as it was loaded, to be read. Pointers live as long as the
// graph.
#pragma once

#include <memory>

#include "heddle_torch/schema.h"

namespace c10 {
HEDDLE_TORCH_BEGIN
// A name that operators, attributes and node kinds have: "aten::add", "prim::Constant".
struct Symbol {
  Symbol() = default;
  explicit Symbol(std::string text) : text_(std::move(text)) {}
  static Symbol fromQualString(const std::string& text) { return Symbol(text); }
  static Symbol attr(const std::string& name) { return Symbol("attr::" + name); }
  static Symbol aten(const std::string& name) { return Symbol("aten::" + name); }
  static Symbol prim(const std::string& name) { return Symbol("prim::" + name); }
  const char* toQualString() const { return text_.c_str(); }
  const char* toUnqualString() const {
    const size_t at = text_.rfind("::");
    return text_.c_str() + (at == std::string::npos ? 0 : at + 2);
  }
  const char* toDisplayString() const { return toQualString(); }
  bool is_aten() const { return text_.compare(0, 6, "aten::") == 0; }
  bool is_prim() const { return text_.compare(0, 6, "prim::") == 0; }
  friend bool operator==(const Symbol& a, const Symbol& b) { return a.text_ == b.text_; }
  friend bool operator!=(const Symbol& a, const Symbol& b) { return a.text_ != b.text_; }
  friend bool operator<(const Symbol& a, const Symbol& b) { return a.text_ < b.text_; }

 private:
  std::string text_;
};
HEDDLE_TORCH_END
}  // namespace c10

namespace torch {
namespace jit {
HEDDLE_TORCH_BEGIN

using c10::Symbol;
struct Block;
struct Graph;
struct Node;

struct Value {
  std::string debugName() const { return name_; }
  bool hasDebugName() const { return has_name_; }
  const c10::TypePtr& type() const { return type_; }
  Node* node() const { return node_; }
  size_t unique() const { return unique_; }
  size_t offset() const { return offset_; }
  bool hasUses() const { return uses_ > 0; }
  bool isCompleteTensor() const { return false; }

 private:
  friend struct Graph;
  friend struct GraphReader;
  std::string name_;
  bool has_name_ = false;
  c10::TypePtr type_;
  Node* node_ = nullptr;
  size_t unique_ = 0;
  size_t offset_ = 0;
  size_t uses_ = 0;
};

struct Node {
  Symbol kind() const { return kind_; }
  c10::ArrayRef<Value*> inputs() const { return inputs_; }
  c10::ArrayRef<Value*> outputs() const { return outputs_; }
  Value* input(size_t i) const { return inputs_.at(i); }
  Value* input() const { return inputs_.at(0); }
  Value* output(size_t i) const { return outputs_.at(i); }
  Value* output() const { return outputs_.at(0); }
  c10::ArrayRef<Block*> blocks() const { return blocks_; }
  Block* owningBlock() const { return owner_; }
  Graph* owningGraph() const { return graph_; }
  const c10::FunctionSchema* maybeSchema() const { return schema_.get(); }
  const c10::FunctionSchema& schema() const;
  bool hasAttribute(Symbol name) const;
  std::vector<Symbol> attributeNames() const;
  const std::string& s(Symbol name) const;
  int64_t i(Symbol name) const;
  double f(Symbol name) const;
  at::Tensor t(Symbol name) const;
  // A constant's value; None for other nodes.
  const c10::IValue& constant() const { return constant_; }
  bool matches(const char* schema) const;
  bool mustBeNone() const;

 private:
  friend struct GraphReader;
  const c10::IValue& attribute(Symbol name) const;
  Symbol kind_;
  std::vector<Value*> inputs_;
  std::vector<Value*> outputs_;
  std::vector<Block*> blocks_;
  Block* owner_ = nullptr;
  Graph* graph_ = nullptr;
  std::shared_ptr<c10::FunctionSchema> schema_;
  std::vector<std::pair<Symbol, c10::IValue>> attributes_;
  c10::IValue constant_;
};
std::ostream& operator<<(std::ostream& out, const Node& node);

// Node pointers, in order.
struct Block {
  c10::ArrayRef<Value*> inputs() const { return inputs_; }
  c10::ArrayRef<Value*> outputs() const { return outputs_; }
  const std::vector<Node*>& nodes() const { return nodes_; }
  Node* owningNode() const { return owner_; }
  Graph* owningGraph() const { return graph_; }

 private:
  friend struct GraphReader;
  std::vector<Value*> inputs_;
  std::vector<Value*> outputs_;
  std::vector<Node*> nodes_;
  Node* owner_ = nullptr;
  Graph* graph_ = nullptr;
};

struct Graph {
  Graph();
  ~Graph();
  Graph(const Graph&) = delete;
  c10::ArrayRef<Value*> inputs() const { return top_->inputs(); }
  c10::ArrayRef<Value*> outputs() const { return top_->outputs(); }
  const std::vector<Node*>& nodes() const { return top_->nodes(); }
  Block* block() const { return top_; }
  std::string toString(bool = true) const { return text_; }
  void dump() const;

 private:
  friend struct GraphReader;
  Block* top_ = nullptr;
  std::vector<std::unique_ptr<Value>> values_;
  std::vector<std::unique_ptr<Node>> all_nodes_;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::string text_;
};
std::ostream& operator<<(std::ostream& out, const Graph& graph);

HEDDLE_TORCH_END
}  // namespace jit
}  // namespace torch

namespace at {
using c10::Symbol;
}
