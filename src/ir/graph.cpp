#include "ir/graph.h"

#include <algorithm>
#include <utility>

#include "ir/node_budget.h"

namespace heddle::ir {

std::string_view node_name(NodeKind kind) {
  switch (kind) {
#define HEDDLE_NODE(enumerator, name, flags) \
  case NodeKind::enumerator:                 \
    return name;
#include "ir/nodes.def"
#undef HEDDLE_NODE
  }
  return "?";
}

Graph& Value::graph() const { return node_->graph(); }

void Value::replace_all_uses_with(Value* other) {
  if (other == this) return;
  for (const Use& use : uses_) {
    use.user->inputs_[use.input] = other;
    other->uses_.push_back(use);
  }
  uses_.clear();
}

Node::~Node() = default;

bool Node::is_operator(std::string_view wanted) const {
  return kind_ == NodeKind::kOperator && op->schema.name == wanted;
}

void Node::add_input(Value* value) {
  value->uses_.push_back({this, inputs_.size()});
  inputs_.push_back(value);
}

void Node::drop_use(size_t i) {
  std::vector<Use>& uses = inputs_[i]->uses_;
  const auto found =
      std::find_if(uses.begin(), uses.end(), [&](const Use& u) { return u.user == this && u.input == i; });
  *found = uses.back();
  uses.pop_back();
}

void Node::insert_input(size_t i, Value* value) {
  add_input(value);
  for (size_t at = inputs_.size() - 1; at > i; --at) {
    Value* moved = inputs_[at - 1];
    Value* last = inputs_[at];
    set_input(at, moved);
    set_input(at - 1, last);
  }
}

void Node::set_input(size_t i, Value* value) {
  drop_use(i);
  inputs_[i] = value;
  value->uses_.push_back({this, i});
}

void Node::remove_input(size_t i) {
  drop_use(i);
  for (size_t at = i + 1; at < inputs_.size(); ++at) {
    for (Use& use : inputs_[at]->uses_) {
      if (use.user == this && use.input == at) {
        use.input = at - 1;
        break;
      }
    }
  }
  inputs_.erase(inputs_.begin() + static_cast<ptrdiff_t>(i));
}

void Node::remove_all_inputs() {
  for (size_t i = 0; i < inputs_.size(); ++i) drop_use(i);
  inputs_.clear();
}

Value* Node::add_output(TypePtr type) {
  outputs_.push_back(std::unique_ptr<Value>(new Value(this, outputs_.size(), std::move(type))));
  return outputs_.back().get();
}

void Node::remove_output(size_t i) {
  outputs_.erase(outputs_.begin() + static_cast<ptrdiff_t>(i));
  for (size_t at = i; at < outputs_.size(); ++at) outputs_[at]->offset_ = at;
}

Block* Node::add_block() {
  blocks_.push_back(std::unique_ptr<Block>(new Block(graph_, this)));
  return blocks_.back().get();
}

void Node::unlink() {
  if (!owner_) return;
  prev_->next_ = next_;
  next_->prev_ = prev_;
  prev_ = next_ = nullptr;
  owner_ = nullptr;
}

void Node::insert_before(Node* other) {
  if (other == this) return;
  unlink();
  owner_ = other->owner_;
  prev_ = other->prev_;
  next_ = other;
  prev_->next_ = this;
  other->prev_ = this;
}

void Node::insert_after(Node* other) { insert_before(other->next_); }

void Node::destroy() {
  if (graph_->insert_point() == this) graph_->set_insert_point(next_);
  for (const auto& block : blocks_) block->clear();
  remove_all_inputs();
  unlink();
  delete this;
}

bool Node::is_before(const Node* other) const {
  if (this == other) return false;
  // Climb both to the block they share; there, a block's nodes lie on one list.
  const auto depth = [](const Node* n) {
    size_t d = 0;
    for (const Node* up = n->owner_->owner(); up; up = up->owner_->owner()) ++d;
    return d;
  };
  const Node* a = this;
  const Node* b = other;
  size_t depth_a = depth(a);
  size_t depth_b = depth(b);
  for (; depth_a > depth_b; --depth_a) a = a->owner_->owner();
  for (; depth_b > depth_a; --depth_b) b = b->owner_->owner();
  if (a == b) return other != b;  // the outer node comes before what it contains
  while (a->owner_ != b->owner_) {
    if (a->owner_->owner() == b->owner_->owner()) {
      const auto position = [](const Node* n) {
        const auto blocks = n->owner_->owner()->blocks();
        return std::find_if(blocks.begin(), blocks.end(), [&](const auto& block) { return block.get() == n->owner_; });
      };
      return position(a) < position(b);
    }
    a = a->owner_->owner();
    b = b->owner_->owner();
  }
  for (const Node* n = a->next_; n; n = n->next_) {
    if (n == b) return true;
  }
  return false;
}

Block::Block(Graph* graph, Node* owner)
    : graph_(graph),
      owner_(owner),
      param_(new Node(graph, NodeKind::kParam)),
      return_(new Node(graph, NodeKind::kReturn)) {
  param_->owner_ = return_->owner_ = this;
  param_->next_ = return_;
  return_->prev_ = param_;
}

Block::~Block() {
  clear();
  delete param_;
  delete return_;
}

void Block::clear() {
  return_->remove_all_inputs();
  while (return_->prev() != param_) return_->prev()->destroy();
}

Graph::Graph() : block_(new Block(this, nullptr)), insert_point_(block_->return_node()) {}

Graph::~Graph() { set_insert_point(block_->return_node()); }

std::unique_ptr<Graph> Graph::clone() const {
  auto copy = std::make_unique<Graph>();
  ValueMap map;
  for (const auto& input : inputs()) {
    Value* stand_in = copy->block()->add_input(input->type());
    stand_in->set_name(input->name());
    map[input.get()] = stand_in;
  }
  for (Value* output : copy_block_nodes(*block_, *copy, map)) copy->block()->add_output(output);
  return copy;
}

Node* Graph::create(NodeKind kind) {
  NodeBudget::count();
  return new Node(this, kind);
}

Node* Graph::create(NodeKind kind, std::span<Value* const> inputs) {
  Node* node = create(kind);
  for (Value* input : inputs) node->add_input(input);
  return node;
}

Node* Graph::create_operator(const schema::Operator& op, std::span<Value* const> inputs) {
  Node* node = create(NodeKind::kOperator, inputs);
  node->op = &op;
  return node;
}

Value* Graph::insert_constant(IValue value, const SourceRange& range, TypePtr type) {
  Node* node = create(NodeKind::kConstant);
  node->range = range;
  Value* output = node->add_output(type ? std::move(type) : value.type());
  node->constant = std::move(value);
  insert(node);
  return output;
}

Node* copy_node(const Node& from, Graph& to, ValueMap& map) {
  Node* node = to.create(from.kind());
  for (Value* input : from.inputs()) {
    const auto found = map.find(input);
    node->add_input(found == map.end() ? input : found->second);
  }
  for (const auto& output : from.outputs()) {
    Value* stand_in = node->add_output(output->type());
    stand_in->set_name(output->name());
    map[output.get()] = stand_in;
  }
  node->constant = from.constant;
  node->op = from.op;
  node->name = from.name;
  node->function = from.function;
  node->types = from.types;
  node->integers = from.integers;
  node->range = from.range;
  node->inlined_at = from.inlined_at;
  for (const auto& block : from.blocks()) {
    Block* copy = node->add_block();
    for (const auto& input : block->inputs()) {
      Value* stand_in = copy->add_input(input->type());
      stand_in->set_name(input->name());
      map[input.get()] = stand_in;
    }
    InsertPointGuard guard(to, copy);
    for (Value* output : copy_block_nodes(*block, to, map)) copy->add_output(output);
  }
  return node;
}

std::vector<Value*> copy_block_nodes(const Block& from, Graph& to, ValueMap& map) {
  for (const Node* node = from.first(); node != from.return_node(); node = node->next()) {
    to.insert(copy_node(*node, to, map));
  }
  std::vector<Value*> outputs;
  outputs.reserve(from.outputs().size());
  for (Value* output : from.outputs()) {
    const auto found = map.find(output);
    outputs.push_back(found == map.end() ? output : found->second);
  }
  return outputs;
}

}  // namespace heddle::ir
