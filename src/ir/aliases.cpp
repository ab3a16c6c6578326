#include "ir/aliases.h"

#include <deque>
#include <map>
#include <string>
#include <unordered_map>

namespace heddle::ir {
namespace {

enum NodeFlag : unsigned { kPureNode = 1, kFresh = 2, kReads = 4, kEffect = 8, kControl = 16, kByOperator = 32 };

unsigned flags_of(NodeKind kind) {
  switch (kind) {
#define HEDDLE_NODE(enumerator, name, flags) \
  case NodeKind::enumerator:                 \
    return flags;
#include "ir/nodes.def"
#undef HEDDLE_NODE
  }
  return kEffect;
}

// A class of memory places that the analysis does not tell apart.
struct Place {
  Place* parent = nullptr;
  std::map<std::string, Place*> contents;  // "" for elements, else an attribute's name
  bool written = false;
  bool external = false;  // visible outside the graph
};

constexpr const char* kElements = "";

bool has_wildcard(const std::optional<schema::AliasMark>& mark) {
  if (!mark) return false;
  for (const std::string& set : mark->after_sets) {
    if (set == "*") return true;
  }
  for (const schema::AliasMark& inner : mark->contained) {
    if (has_wildcard(inner)) return true;
  }
  return false;
}

}  // namespace

bool is_immutable(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kNone:
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kComplex:
    case TypeKind::kNumber:
    case TypeKind::kString:
    case TypeKind::kDevice:
    case TypeKind::kEnum:
    case TypeKind::kAnyEnum:
    case TypeKind::kFunction:
      return true;
    case TypeKind::kTuple:
    case TypeKind::kOptional:
    case TypeKind::kUnion:
      for (const TypePtr& inner : type.contained()) {
        if (!is_immutable(*inner)) return false;
      }
      return true;
    default:
      return false;
  }
}

struct AliasAnalysis::Impl {
  Place* fresh() { return &places.emplace_back(); }

  static Place* root(Place* place) {
    while (place->parent) {
      if (place->parent->parent) place->parent = place->parent->parent;
      place = place->parent;
    }
    return place;
  }

  void unite(Place* a, Place* b) {
    std::vector<std::pair<Place*, Place*>> work{{a, b}};
    while (!work.empty()) {
      Place* x = root(work.back().first);
      Place* y = root(work.back().second);
      work.pop_back();
      if (x == y) continue;
      y->parent = x;
      x->written |= y->written;
      x->external |= y->external;
      for (const auto& [name, inner] : y->contents) {
        const auto [at, is_new] = x->contents.emplace(name, inner);
        if (!is_new) work.emplace_back(at->second, inner);
      }
    }
  }

  Place* of(const Value* value) {
    Place*& place = by_value[value];
    if (!place) place = fresh();
    return root(place);
  }
  void unite_values(const Value* a, const Value* b) {
    if (is_immutable(*a->type()) || is_immutable(*b->type())) return;
    unite(of(a), of(b));
  }
  Place* inside(Place* place, const std::string& name) {
    place = root(place);
    const auto found = place->contents.find(name);
    if (found != place->contents.end()) return root(found->second);
    Place* inner = fresh();
    inner->external = place->external;
    place->contents.emplace(name, inner);
    return inner;
  }
  void put_inside(const Value* container, const Value* element) {
    if (!is_immutable(*element->type())) unite(inside(of(container), kElements), of(element));
  }
  void take_out(const Value* element, const Value* container) {
    if (!is_immutable(*element->type())) unite(of(element), inside(of(container), kElements));
  }

  void make_external(const Value* value) {
    if (is_immutable(*value->type())) return;
    Place* place = of(value);
    mark_external(place);
  }
  void mark_external(Place* place) {
    place = root(place);
    if (place->external) return;
    place->external = true;
    for (const auto& [name, inner] : place->contents) mark_external(inner);
  }
  // The value goes where the analysis cannot follow: anything may be written.
  void give_away(const Value* value) {
    if (is_immutable(*value->type())) return;
    make_external(value);
    write_all(of(value));
  }
  void write_all(Place* place) {
    place = root(place);
    if (place->written && place->contents.empty()) return;
    if (!visited.emplace(place, true).second) return;
    place->written = true;
    for (const auto& [name, inner] : place->contents) write_all(inner);
    visited.erase(place);
  }

  void block(const Block& block) {
    for (const Node* node = block.first(); node != block.return_node(); node = node->next()) visit(*node);
  }

  void visit(const Node& node) {
    for (const auto& output : node.outputs()) of(output.get());
    switch (node.kind()) {
      case NodeKind::kOperator:
        return operator_call(node);
      case NodeKind::kIf:
        for (const auto& branch : node.blocks()) {
          block(*branch);
          for (size_t i = 0; i < node.output_count(); ++i) unite_values(node.output(i), branch->outputs()[i]);
        }
        return;
      case NodeKind::kLoop: {
        const Block& body = *node.block(0);
        for (size_t i = 0; i < node.output_count(); ++i) {
          unite_values(body.input(i + 1), node.input(i + 2));
          unite_values(node.output(i), node.input(i + 2));
        }
        block(body);
        for (size_t i = 0; i < node.output_count(); ++i) unite_values(node.output(i), body.outputs()[i + 1]);
        return;
      }
      case NodeKind::kTupleConstruct:
      case NodeKind::kListConstruct:
      case NodeKind::kDictConstruct:
      case NodeKind::kFunctionValue:
        for (const Value* input : node.inputs()) put_inside(node.output(), input);
        return;
      case NodeKind::kTupleUnpack:
      case NodeKind::kListUnpack:
        for (const auto& output : node.outputs()) take_out(output.get(), node.input(0));
        return;
      case NodeKind::kTupleIndex:
        return take_out(node.output(), node.input(0));
      case NodeKind::kTupleSlice:
      case NodeKind::kUncheckedCast:
        return unite_values(node.output(), node.input(0));
      case NodeKind::kEnumValue:
        return make_external(node.output());
      case NodeKind::kGetAttr:
        if (!is_immutable(*node.output()->type())) unite(of(node.output()), inside(of(node.input(0)), node.name));
        return;
      case NodeKind::kSetAttr:
        inside(of(node.input(0)), node.name);
        root(of(node.input(0)))->written = true;
        if (!is_immutable(*node.input(1)->type())) unite(inside(of(node.input(0)), node.name), of(node.input(1)));
        return;
      case NodeKind::kConstant:
        return make_external(node.output());  // shared by all runs
      case NodeKind::kPrint:
      case NodeKind::kRaise:
      case NodeKind::kIsInstance:
      case NodeKind::kHasAttr:
      case NodeKind::kCreateObject:
      case NodeKind::kUninitialized:
      case NodeKind::kEnumName:
      case NodeKind::kParam:
      case NodeKind::kReturn:
        return;
      default:
        for (const Value* input : node.inputs()) give_away(input);
        for (const auto& output : node.outputs()) give_away(output.get());
        return;
    }
  }

  void operator_call(const Node& node) {
    const schema::FunctionSchema& schema = node.op->schema;
    std::map<std::string, Place*> named;
    Place* wildcard = nullptr;
    if (!node.inputs().empty() && !is_immutable(*node.input(0)->type()))
      wildcard = inside(of(node.input(0)), kElements);
    const auto join_set = [&](const std::string& set, Place* place) {
      const auto [at, is_new] = named.emplace(set, place);
      if (!is_new) unite(at->second, place);
    };
    const auto apply = [&](const schema::Argument& declared, const Value* value) {
      if (!declared.alias || is_immutable(*value->type())) return;
      if (has_wildcard(declared.alias) && wildcard && value != node.inputs().front()) unite(wildcard, of(value));
      for (const std::string& set : declared.alias->after_sets) {
        if (set != "*") join_set(set, of(value));
      }
      for (const schema::AliasMark& inner : declared.alias->contained) {
        for (const std::string& set : inner.sets) {
          if (set != "*") join_set(set, inside(of(value), kElements));
        }
        if (inner.is_write) inside(of(value), kElements)->written = true;
      }
      if (declared.alias->is_write) root(of(value))->written = true;
    };
    for (size_t i = 0; i < schema.arguments.size() && i < node.inputs().size(); ++i)
      apply(schema.arguments[i], node.input(i));
    for (size_t i = 0; i < schema.returns.size() && i < node.output_count(); ++i)
      apply(schema.returns[i], node.output(i));
    // "Tensor(a -> *) self ... -> Tensor(a)[]": the argument is an element of the result.
    for (const schema::Argument& declared : schema.arguments) {
      const auto at = static_cast<size_t>(&declared - schema.arguments.data());
      if (!declared.alias || at >= node.inputs().size()) continue;
      for (const std::string& set : declared.alias->sets) {
        if (set != "*" && named.count(set)) unite(named.at(set), of(node.input(at)));
      }
    }
  }

  // What is inside an external place is external too, also when the two met only after their contents were known.
  void spread_external() {
    std::vector<Place*> work;
    for (Place& place : places) {
      if (!place.parent && place.external) work.push_back(&place);
    }
    while (!work.empty()) {
      Place* place = work.back();
      work.pop_back();
      for (const auto& [name, inner] : place->contents) {
        if (root(inner)->external) continue;
        root(inner)->external = true;
        work.push_back(root(inner));
      }
    }
  }

  bool externally_written() {
    for (Place& place : places) {
      if (!place.parent && place.external && place.written) return true;
    }
    return false;
  }

  template <class F>
  bool any_inside(Place* place, F&& test) {
    place = root(place);
    if (!visited.emplace(place, true).second) return false;
    bool found = test(*place);
    for (auto it = place->contents.begin(); !found && it != place->contents.end(); ++it)
      found = any_inside(it->second, test);
    visited.erase(place);
    return found;
  }

  std::deque<Place> places;
  std::unordered_map<const Value*, Place*> by_value;
  std::unordered_map<Place*, bool> visited;
  bool external_write = false;
};

AliasAnalysis::AliasAnalysis(const Graph& graph) : impl_(std::make_unique<Impl>()) {
  for (const auto& input : graph.inputs()) impl_->make_external(input.get());
  impl_->block(*graph.block());
  for (const Value* output : graph.outputs()) impl_->make_external(output);
  impl_->spread_external();
  impl_->external_write = impl_->externally_written();
}

AliasAnalysis::~AliasAnalysis() = default;

bool AliasAnalysis::may_alias(const Value* a, const Value* b) const {
  if (is_immutable(*a->type()) || is_immutable(*b->type())) return false;
  std::unordered_map<Place*, bool> reached;
  bool external = false;
  impl_->any_inside(impl_->of(a), [&](Place& place) {
    reached.emplace(&place, true);
    external |= place.external;
    return false;
  });
  return impl_->any_inside(impl_->of(b),
                           [&](Place& place) { return (external && place.external) || reached.count(&place); });
}

bool AliasAnalysis::is_written(const Value* value) const {
  if (is_immutable(*value->type())) return false;
  // Memory from outside may be one and the same under several names, so one external write counts for all.
  return impl_->any_inside(impl_->of(value),
                           [&](Place& place) { return place.written || (place.external && impl_->external_write); });
}

bool AliasAnalysis::is_written_here(const Value* value) const {
  if (is_immutable(*value->type())) return false;
  return impl_->any_inside(impl_->of(value), [](Place& place) { return place.written; });
}

bool AliasAnalysis::escapes(const Value* value) const {
  if (is_immutable(*value->type())) return false;
  return impl_->any_inside(impl_->of(value), [](Place& place) { return place.external; });
}

bool AliasAnalysis::has_effect(const Node& node) {
  if (!node.is(NodeKind::kOperator)) return flags_of(node.kind()) & kEffect;
  if (node.op->flags & (schema::kSideEffect | schema::kRandom)) return true;
  return node.op->schema.is_mutable();
}

bool AliasAnalysis::has_effect_inside(const Node& node) {
  if (has_effect(node)) return true;
  for (const auto& block : node.blocks()) {
    for (const Node* inner = block->first(); inner != block->return_node(); inner = inner->next()) {
      if (has_effect_inside(*inner)) return true;
    }
  }
  return false;
}

bool AliasAnalysis::is_pure(const Node& node) {
  if (node.is(NodeKind::kOperator)) return !has_effect(node);
  return flags_of(node.kind()) & (kPureNode | kReads);
}

}  // namespace heddle::ir
