// torch::jit::Graph as a copy of the library's.
#include "heddle_torch/graph.h"

#include <iostream>

#include "compat/src/function_state.h"
#include "compat/src/schema.h"

namespace torch::jit {
HEDDLE_TORCH_BEGIN

struct GraphReader {
  Graph& to;
  std::unordered_map<const heddle::ir::Value*, Value*> values;

  Value* value(const heddle::ir::Value* from, Node* node) {
    Value*& known = values[from];
    if (known) return known;
    to.values_.push_back(std::make_unique<Value>());
    known = to.values_.back().get();
    known->unique_ = to.values_.size() - 1;
    known->has_name_ = !from->name().empty();
    known->name_ = known->has_name_ ? from->name() : std::to_string(known->unique_);
    known->type_ = heddle_torch::out(from->type());
    known->node_ = node;
    known->offset_ = from->offset();
    known->uses_ = from->uses().size();
    return known;
  }

  Node* new_node(Block* owner) {
    to.all_nodes_.push_back(std::make_unique<Node>());
    Node* node = to.all_nodes_.back().get();
    node->owner_ = owner;
    node->graph_ = &to;
    return node;
  }

  void read_facts(const heddle::ir::Node& from, Node* node) {
    using heddle::ir::NodeKind;
    if (from.op) {
      node->kind_ = Symbol(from.op->schema.name);
      node->schema_ = std::make_shared<c10::FunctionSchema>(heddle_torch::schema_of(from.op->schema));
    } else {
      node->kind_ = Symbol(std::string(heddle::ir::node_name(from.kind())));
    }
    if (!from.name.empty()) node->attributes_.emplace_back(Symbol::attr("name"), c10::IValue(from.name));
    if (node->kind_ == Symbol::prim("Constant")) {
      node->constant_ = heddle_torch::out(from.constant);
      if (!node->constant_.isNone()) node->attributes_.emplace_back(Symbol::attr("value"), node->constant_);
    }
  }

  Block* block(const heddle::ir::Block& from, Node* owner) {
    to.blocks_.push_back(std::make_unique<Block>());
    Block* result = to.blocks_.back().get();
    result->owner_ = owner;
    result->graph_ = &to;
    Node* parameters = new_node(result);
    parameters->kind_ = Symbol::prim("Param");
    for (const auto& input : from.inputs()) {
      result->inputs_.push_back(value(input.get(), parameters));
      parameters->outputs_.push_back(result->inputs_.back());
    }
    for (const heddle::ir::Node* n = from.first(); n != from.return_node(); n = n->next()) {
      Node* node = new_node(result);
      read_facts(*n, node);
      for (const heddle::ir::Value* input : n->inputs()) node->inputs_.push_back(value(input, nullptr));
      for (const auto& inner : n->blocks()) node->blocks_.push_back(block(*inner, node));
      for (const auto& output : n->outputs()) node->outputs_.push_back(value(output.get(), node));
      result->nodes_.push_back(node);
    }
    for (const heddle::ir::Value* output : from.outputs()) result->outputs_.push_back(value(output, nullptr));
    return result;
  }

  void read(const heddle::ir::Graph& from, std::string text) {
    to.text_ = std::move(text);
    to.top_ = block(*from.block(), nullptr);
  }
};

std::shared_ptr<Graph> read_graph(const heddle::ir::Graph& graph, std::string text) {
  auto result = std::make_shared<Graph>();
  GraphReader{*result, {}}.read(graph, std::move(text));
  return result;
}

Graph::Graph() = default;
Graph::~Graph() = default;
void Graph::dump() const { std::cout << text_; }
std::ostream& operator<<(std::ostream& out, const Graph& graph) { return out << graph.toString(); }
std::ostream& operator<<(std::ostream& out, const Node& node) {
  for (size_t i = 0; i < node.outputs().size(); ++i) {
    out << (i ? ", %" : "%") << node.outputs()[i]->debugName() << " : " << *node.outputs()[i]->type();
  }
  out << (node.outputs().empty() ? "" : " = ") << node.kind().toQualString() << "(";
  for (size_t i = 0; i < node.inputs().size(); ++i) out << (i ? ", %" : "%") << node.inputs()[i]->debugName();
  return out << ")\n";
}

const c10::FunctionSchema& Node::schema() const {
  TORCH_CHECK(schema_, "no schema for a node of kind ", kind_.toQualString());
  return *schema_;
}
const c10::IValue& Node::attribute(Symbol name) const {
  for (const auto& [known, value] : attributes_)
    if (known == name) return value;
  TORCH_CHECK(false, kind_.toQualString(), " has no attribute ", name.toUnqualString());
  std::abort();
}
bool Node::hasAttribute(Symbol name) const {
  for (const auto& entry : attributes_)
    if (entry.first == name) return true;
  return false;
}
std::vector<Symbol> Node::attributeNames() const {
  std::vector<Symbol> names;
  for (const auto& entry : attributes_) names.push_back(entry.first);
  return names;
}
const std::string& Node::s(Symbol name) const { return attribute(name).toStringRef(); }
int64_t Node::i(Symbol name) const { return attribute(name).toInt(); }
double Node::f(Symbol name) const { return attribute(name).toDouble(); }
at::Tensor Node::t(Symbol name) const { return attribute(name).toTensor(); }
bool Node::matches(const char* schema) const { return schema_ && c10::str(parseSchema(schema)) == c10::str(*schema_); }
bool Node::mustBeNone() const { return kind_ == Symbol::prim("Constant") && constant_.isNone(); }

HEDDLE_TORCH_END
}  // namespace torch::jit
