#include "passes/freeze.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "ir/aliases.h"
#include "ir/function.h"
#include "passes/passes.h"

namespace heddle::passes {
namespace {

const ClassType* class_of(const ir::Value* object) { return as_class(*object->type()); }

template <class F>
void visit_all(const ir::Block& block, F&& visit) {
  for (const ir::Node* node = block.first(); node != block.return_node(); node = node->next()) {
    visit(*node);
    for (const auto& inner : node->blocks()) visit_all(*inner, visit);
  }
}

// Calls visit(object) for the object and all it holds, directly or in containers.
template <class F>
void visit_objects(const IValue& value, std::unordered_set<const RefCounted*>& seen, F&& visit) {
  if (value.is_list()) {
    for (const IValue& item : value.as_list().items) visit_objects(item, seen, visit);
  } else if (value.is_tuple()) {
    for (const IValue& item : value.as_tuple().items) visit_objects(item, seen, visit);
  } else if (value.is_dict()) {
    for (const DictValue::Entry& entry : value.as_dict().entries()) visit_objects(entry.value, seen, visit);
  } else if (value.is_object() && seen.insert(value.box()).second) {
    visit(value.as_object());
    for (const IValue& slot : value.as_object().slots) visit_objects(slot, seen, visit);
  }
}

}  // namespace

void add_changed_attributes(const ir::Graph& graph, AttributeSet& changed) {
  const ir::AliasAnalysis aliases(graph);
  visit_all(*graph.block(), [&](const ir::Node& node) {
    if (node.is(ir::NodeKind::kSetAttr)) changed.emplace(class_of(node.input(0)), node.name);
    if (node.is(ir::NodeKind::kGetAttr) && !class_of(node.output()) && aliases.is_written_here(node.output()))
      changed.emplace(class_of(node.input(0)), node.name);
  });
}

FrozenModule::FrozenModule(const ObjectValue& root, AttributeSet changed) : root_(root), changed_(std::move(changed)) {
  std::unordered_set<const RefCounted*> seen;
  const IValue whole(Ref<ObjectValue>::share(const_cast<ObjectValue*>(&root)));
  visit_objects(whole, seen, [&](const ObjectValue& object) {
    for (size_t i = 0; i < object.slots.size(); ++i) {
      if (changed_.count({object.class_type.get(), object.class_type->attributes[i].name}))
        collect_storages(object.slots[i]);
    }
  });
}

void FrozenModule::collect_storages(const IValue& value) {
  if (value.is_tensor()) {
    changed_storages_.insert(value.as_tensor().storage().get());
  } else if (value.is_list()) {
    for (const IValue& item : value.as_list().items) collect_storages(item);
  } else if (value.is_tuple()) {
    for (const IValue& item : value.as_tuple().items) collect_storages(item);
  } else if (value.is_dict()) {
    for (const DictValue::Entry& entry : value.as_dict().entries()) collect_storages(entry.value);
  }
}

bool FrozenModule::is_constant(const IValue& value) const {
  switch (value.tag()) {
    case IValue::Tag::kNone:
    case IValue::Tag::kBool:
    case IValue::Tag::kInt:
    case IValue::Tag::kDouble:
    case IValue::Tag::kComplex:
    case IValue::Tag::kString:
    case IValue::Tag::kDevice:
    case IValue::Tag::kEnum:
    case IValue::Tag::kObject:  // its own attributes are judged when they are read
      return true;
    case IValue::Tag::kTensor:
      return changed_storages_.count(value.as_tensor().storage().get()) == 0;
    case IValue::Tag::kTuple:
      for (const IValue& item : value.as_tuple().items) {
        if (item.is_object() || !is_constant(item)) return false;
      }
      return true;
    default:
      // Lists and dicts stay attributes: whoever holds one may change it.
      return false;
  }
}

const IValue* FrozenModule::find(const ObjectValue& object, const std::string& attribute) const {
  if (changed_.count({object.class_type.get(), attribute})) return nullptr;
  const IValue* value = object.find(attribute);
  return value && is_constant(*value) ? value : nullptr;
}

const IValue* FrozenModule::find_plain_container(const ObjectValue& object, const std::string& attribute) const {
  if (changed_.count({object.class_type.get(), attribute})) return nullptr;
  const IValue* value = object.find(attribute);
  const auto is_plain = [](const IValue& i) { return i.is_none() || i.is_number() || i.is_string() || i.is_device(); };
  if (value && value->is_list()) {
    const std::vector<IValue>& items = value->as_list().items;
    return std::all_of(items.begin(), items.end(), is_plain) ? value : nullptr;
  }
  if (!value || !value->is_dict()) return nullptr;
  const auto& entries = value->as_dict().entries();
  const bool plain = std::all_of(entries.begin(), entries.end(),
                                 [&](const DictValue::Entry& e) { return is_plain(e.key) && is_plain(e.value); });
  return plain ? value : nullptr;
}

const std::vector<IValue>* FrozenModule::find_tensors(const ObjectValue& object, const std::string& attribute) const {
  if (changed_.count({object.class_type.get(), attribute})) return nullptr;
  const IValue* value = object.find(attribute);
  if (!value || !value->is_list()) return nullptr;
  const std::vector<IValue>& items = value->as_list().items;
  const bool constant =
      std::all_of(items.begin(), items.end(), [&](const IValue& i) { return i.is_tensor() && is_constant(i); });
  return constant && !items.empty() ? &items : nullptr;
}

namespace {

// Whether all that happens to the value is that operators read it.
bool is_only_read(const ir::Value& value) {
  return std::all_of(value.uses().begin(), value.uses().end(), [](const ir::Use& use) {
    const schema::Operator* op = use.user->op;
    return op && use.input < op->schema.arguments.size() && !op->schema.arguments[use.input].alias &&
           std::none_of(op->schema.returns.begin(), op->schema.returns.end(),
                        [](const schema::Argument& result) { return result.alias.has_value(); });
  });
}

// Whether operators read the container, and none of them gives it or a part that can be written.
bool is_only_looked_into(const ir::Value& container) {
  return std::all_of(container.uses().begin(), container.uses().end(), [](const ir::Use& use) {
    const schema::Operator* op = use.user->op;
    if (!op || use.input >= op->schema.arguments.size()) return false;
    const schema::Argument& argument = op->schema.arguments[use.input];
    if (!argument.alias) return true;
    return !argument.is_written() && std::all_of(use.user->outputs().begin(), use.user->outputs().end(),
                                                 [](const auto& output) { return ir::is_immutable(*output->type()); });
  });
}

using Objects = std::unordered_map<const ir::Value*, const ObjectValue*>;

}  // namespace

class Freezer {
 public:
  explicit Freezer(FrozenModule& module) : module_(module) {}

  // objects: the inputs of the graph that are known objects; learns those that are read from them.
  Status freeze(ir::Graph& graph, Objects& objects) { return block(graph, graph.block(), objects); }

 private:
  Status block(ir::Graph& graph, ir::Block* block, Objects& objects) {
    for (ir::Node* node = block->first(); node != block->return_node();) {
      ir::Node* following = node->next();
      for (const auto& inner : node->blocks()) HEDDLE_TRY(this->block(graph, inner.get(), objects));
      if (node->is(ir::NodeKind::kGetAttr)) {
        read(graph, node, objects);
      } else if (node->is(ir::NodeKind::kFork) || node->is(ir::NodeKind::kAwaitable)) {
        HEDDLE_TRY(task(node, objects));
      }
      node = following;
    }
    return ok_status();
  }

  void read(ir::Graph& graph, ir::Node* node, Objects& objects) {
    const auto owner = objects.find(node->input(0));
    if (owner == objects.end()) return;
    const IValue* value = module_.find(*owner->second, node->name);
    if (!value && is_only_looked_into(*node->output())) {
      value = module_.find_plain_container(*owner->second, node->name);
    }
    if (!value) return read_list(graph, node, *owner->second);
    module_.relied_on_.emplace(owner->second->class_type.get(), node->name);
    if (value->is_object()) {
      objects[node->output()] = &value->as_object();
      return;
    }
    const ir::InsertPointGuard guard(graph, node);
    ir::Value* constant = graph.insert_constant(*value, node->range, node->output()->type());
    constant->node()->inlined_at = node->inlined_at;
    node->output()->replace_all_uses_with(constant);
    node->destroy();
  }

  void read_list(ir::Graph& graph, ir::Node* node, const ObjectValue& owner) {
    const std::vector<IValue>* tensors = module_.find_tensors(owner, node->name);
    if (!tensors || !is_only_read(*node->output())) return;
    module_.relied_on_.emplace(owner.class_type.get(), node->name);
    const ir::InsertPointGuard guard(graph, node);
    std::vector<ir::Value*> items;
    for (const IValue& tensor : *tensors) items.push_back(graph.insert_constant(tensor, node->range, types::tensor()));
    ir::Node* list = graph.insert(graph.create(ir::NodeKind::kListConstruct, items));
    list->range = node->range;
    list->inlined_at = node->inlined_at;
    node->output()->replace_all_uses_with(list->add_output(node->output()->type()));
    node->destroy();
  }

  // A task on known objects gets a function of its own.
  Status task(ir::Node* node, const Objects& objects) {
    ir::Function& general = ir::as_function(node->function);
    HEDDLE_TRY(general.ensure_defined());
    const bool nested = std::find(stack_.begin(), stack_.end(), &general) != stack_.end();
    if (!general.graph || nested || general.graph->inputs().size() != node->inputs().size()) return ok_status();
    auto special = make_ref<ir::Function>(general.qualified_name());
    special->schema = general.schema;
    special->range = general.range;
    special->specialised = true;
    special->graph = general.graph->clone();
    Objects known;
    for (size_t i = 0; i < node->inputs().size(); ++i) {
      const auto found = objects.find(node->input(i));
      if (found != objects.end()) known[special->graph->block()->input(i)] = found->second;
    }
    if (known.empty()) return ok_status();
    stack_.push_back(&general);
    HEDDLE_TRY(inline_calls(*special->graph));
    HEDDLE_TRY(freeze(*special->graph, known));
    stack_.pop_back();
    node->function = std::move(special);
    return ok_status();
  }

  FrozenModule& module_;
  std::vector<const ir::Function*> stack_;  // whose tasks are being specialised
};

Status freeze_attributes(ir::Graph& graph, FrozenModule& module) {
  if (graph.inputs().empty() || class_of(graph.block()->input(0)) != module.root().class_type.get()) return ok_status();
  Objects objects = {{graph.block()->input(0), &module.root()}};
  return Freezer(module).freeze(graph, objects);
}

}  // namespace heddle::passes
