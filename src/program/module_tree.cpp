// What a Module shows of itself: attributes, parameters, children, copies. The running half is in module.cpp.
#include <functional>
#include <unordered_map>

#include "core/custom_object.h"
#include "exec/attribute_slots.h"
#include "heddle/jit.h"
#include "heddle/tensor.h"
#include "program/arguments.h"
#include "program/program.h"
#include "schema/custom_class.h"

namespace heddle::jit {
namespace {

const ObjectValue& object_of(const Module& module) {
  if (!module.object().is_object()) throw Error(invalid("the Module is empty: load one first"));
  return module.object().as_object();
}

bool is_module(const IValue& value) { return value.is_object() && value.as_object().class_type->is_module(); }

std::string joined(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : concat(prefix, ".", name);
}

// Calls visit(prefix, object) for the module and, below it, for each module it holds, each under its first name only.
void walk(const std::string& prefix, const ObjectValue& object, bool recurse,
          std::unordered_map<const ObjectValue*, bool>& seen,
          const std::function<void(const std::string&, const ObjectValue&)>& visit) {
  if (!seen.emplace(&object, true).second) return;
  visit(prefix, object);
  if (!recurse) return;
  for (size_t i = 0; i < object.slots.size(); ++i) {
    if (is_module(object.slots[i])) {
      walk(joined(prefix, object.class_type->attributes[i].name), object.slots[i].as_object(), recurse, seen, visit);
    }
  }
}

void walk(const Module& module, bool recurse,
          const std::function<void(const std::string&, const ObjectValue&)>& visit) {
  std::unordered_map<const ObjectValue*, bool> seen;
  walk("", object_of(module), recurse, seen, visit);
}

bool holds_tensors(const IValue& value) {
  return value.is_tensor() || value.is_list() || value.is_dict() || value.is_tuple();
}

// Who gets tensors may write into them.
void expose_tensors(const Module& module) { program::program_of(module.object()).tensors_exposed(); }

Module::Named<Tensor> named_tensors(const Module& module, bool recurse, bool ClassAttribute::*kind) {
  expose_tensors(module);
  Module::Named<Tensor> out;
  walk(module, recurse, [&](const std::string& prefix, const ObjectValue& object) {
    for (size_t i = 0; i < object.slots.size(); ++i) {
      const ClassAttribute& attribute = object.class_type->attributes[i];
      if (attribute.*kind && object.slots[i].is_tensor())
        out.emplace_back(joined(prefix, attribute.name), object.slots[i].as_tensor());
    }
  });
  return out;
}

std::vector<Tensor> without_names(Module::Named<Tensor> named) {
  std::vector<Tensor> out;
  for (auto& [name, tensor] : named) out.push_back(std::move(tensor));
  return out;
}

// Copies objects and containers; tensors too where `deep`. `done` keeps sharing and rings as they are.
class Copier {
 public:
  explicit Copier(bool deep) : deep_(deep) {}

  IValue copy(const IValue& value) {
    if (value.is_tensor() && !deep_) return value;
    if (!value.box()) return value;
    const auto found = done_.find(value.box());
    if (found != done_.end()) return found->second;
    switch (value.tag()) {
      case IValue::Tag::kTensor:
        return remember(value, copy_tensor(value.as_tensor()));
      case IValue::Tag::kObject: {
        const ObjectValue& from = value.as_object();
        const auto to = make_ref<ObjectValue>(from.class_type, from.owner);
        done_.emplace(value.box(), IValue(to));
        // Code made for the original takes nothing for constant but tensors and values that the copy shares.
        if (!deep_) to->specialised = from.specialised;
        for (size_t i = 0; i < from.slots.size(); ++i) to->slots[i] = copy(from.slots[i]);
        return IValue(to);
      }
      case IValue::Tag::kList: {
        const auto to = make_ref<ListValue>(value.as_list().element_type);
        done_.emplace(value.box(), IValue(to));
        for (const IValue& item : value.as_list().items) to->items.push_back(copy(item));
        return IValue(to);
      }
      case IValue::Tag::kDict: {
        const auto to = make_ref<DictValue>(value.as_dict().key_type, value.as_dict().value_type);
        done_.emplace(value.box(), IValue(to));
        for (const DictValue::Entry& entry : value.as_dict().entries()) to->set(copy(entry.key), copy(entry.value));
        return IValue(to);
      }
      case IValue::Tag::kTuple: {
        std::vector<IValue> items;
        for (const IValue& item : value.as_tuple().items) items.push_back(copy(item));
        return remember(value, IValue(make_ref<TupleValue>(std::move(items), value.as_tuple().named_type)));
      }
      case IValue::Tag::kCapsule:
        return remember(value, deep_ ? copy_custom(value) : value);
      default:
        return value;
    }
  }

 private:
  // By its state, as PyTorch does it; what has none is shared.
  IValue copy_custom(const IValue& value) {
    const auto* object = dynamic_cast<const CustomObject*>(&value.as_capsule());
    const schema::CustomClass* type = object ? schema::find_custom_class(object->class_name) : nullptr;
    if (!type || !type->save || !type->restore) return value;
    const IValue state = copy(value_or_throw(type->save(value)));
    return IValue(Ref<CapsuleValue>(make_ref<CustomObject>(type->name, value_or_throw(type->restore(state)))));
  }

  IValue remember(const IValue& from, IValue to) { return done_.emplace(from.box(), std::move(to)).first->second; }

  // Tensors that shared a storage share one afterwards.
  IValue copy_tensor(const Tensor& tensor) {
    Ref<Storage>& storage = storages_[tensor.storage().get()];
    if (!storage) {
      storage = value_or_throw(Storage::allocate(tensor.storage()->bytes()));
      std::copy_n(static_cast<const char*>(tensor.storage()->data()), tensor.storage()->bytes(),
                  static_cast<char*>(storage->data()));
    }
    return value_or_throw(
        Tensor::from_storage(storage, tensor.dtype(), tensor.sizes(), tensor.strides(), tensor.offset()));
  }

  const bool deep_;
  std::unordered_map<const RefCounted*, IValue> done_;
  std::unordered_map<const Storage*, Ref<Storage>> storages_;
};

}  // namespace

Value Module::attr(const std::string& name) const {
  const ObjectValue& object = object_of(*this);
  if (const IValue* value = object.find(name)) {
    if (holds_tensors(*value)) expose_tensors(*this);
    return *value;
  }
  if (const IValue* value = object.class_type->find_constant(name)) return *value;
  std::vector<std::string> names;
  for (const ClassAttribute& attribute : object.class_type->attributes) names.push_back(attribute.name);
  throw Error(error(ErrorCode::kNotFound, "module ", type_name(), " has no attribute '", name,
                    "'; it has: ", join(names, ", ")));
}

Value Module::attr(const std::string& name, IValue otherwise) const {
  return hasattr(name) ? attr(name) : Value(std::move(otherwise));
}

bool Module::hasattr(const std::string& name) const {
  const ObjectValue& object = object_of(*this);
  return object.find(name) || object.class_type->find_constant(name);
}

void Module::setattr(const std::string& name, IValue value) const {
  const ObjectValue& object = object_of(*this);
  const std::optional<size_t> slot = object.class_type->find_attribute(name);
  if (!slot) throw Error(error(ErrorCode::kNotFound, "module ", type_name(), " has no attribute '", name, "'"));
  const TypePtr& type = object.class_type->attributes[*slot].type;
  if (!program::adapt_value(value, type)) {
    throw Error(error(ErrorCode::kType, "attribute '", name, "' of ", type_name(), " is of type ", type->to_text(),
                      ", but the value is of type ", value.type_text()));
  }
  exec::mark_assigned(*object.class_type);
  exec::write_slot(object_.as_object(), *slot, std::move(value));
  program::program_of(object_).attributes_changed();
}

Module::Named<Tensor> Module::named_parameters(bool recurse) const {
  return named_tensors(*this, recurse, &ClassAttribute::is_parameter);
}
Module::Named<Tensor> Module::named_buffers(bool recurse) const {
  return named_tensors(*this, recurse, &ClassAttribute::is_buffer);
}
std::vector<Tensor> Module::parameters(bool recurse) const { return without_names(named_parameters(recurse)); }
std::vector<Tensor> Module::buffers(bool recurse) const { return without_names(named_buffers(recurse)); }

Module::Named<Value> Module::named_attributes(bool recurse) const {
  expose_tensors(*this);
  Named<Value> out;
  walk(*this, recurse, [&](const std::string& prefix, const ObjectValue& object) {
    for (size_t i = 0; i < object.slots.size(); ++i) {
      out.emplace_back(joined(prefix, object.class_type->attributes[i].name), object.slots[i]);
    }
  });
  return out;
}

Module::Named<Module> Module::named_children() const {
  Named<Module> out;
  const ObjectValue& object = object_of(*this);
  for (size_t i = 0; i < object.slots.size(); ++i) {
    if (is_module(object.slots[i])) out.emplace_back(object.class_type->attributes[i].name, Module(object.slots[i]));
  }
  return out;
}

Module::Named<Module> Module::named_modules() const {
  Named<Module> out;
  walk(*this, true, [&](const std::string& prefix, const ObjectValue& object) {
    out.emplace_back(prefix, Module(IValue(Ref<ObjectValue>::share(const_cast<ObjectValue*>(&object)))));
  });
  return out;
}

void Module::train(bool on) const {
  for (const auto& [name, module] : named_modules()) {
    const std::optional<size_t> slot = object_of(module).class_type->find_attribute("training");
    if (!slot || !object_of(module).class_type->attributes[*slot].type->is(TypeKind::kBool)) continue;
    IValue& flag = module.object().as_object().slots[*slot];
    if (flag.as_bool() == on) continue;
    flag = IValue(on);
    program::program_of(object_).attributes_changed();
  }
}

bool Module::is_training() const {
  const Value value = attr("training", IValue(true));
  return !value.is_bool() || value.as_bool();
}

Module Module::copy() const { return Module(Copier(false).copy(object_)); }
Module Module::deepcopy() const { return Module(Copier(true).copy(object_)); }

std::string Module::type_name() const { return object_of(*this).class_type->qualified_name(); }

}  // namespace heddle::jit
