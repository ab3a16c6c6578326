#include "core/class_type.h"

namespace heddle {
namespace {

std::string_view last_part(std::string_view qualified_name) {
  return qualified_name.substr(qualified_name.rfind('.') + 1);
}

Ref<Callable> find_callable(const std::vector<Ref<Callable>>& all, std::string_view name) {
  for (const Ref<Callable>& function : all) {
    if (last_part(function->qualified_name()) == name) return function;
  }
  return nullptr;
}

}  // namespace

std::optional<size_t> ClassType::find_attribute(std::string_view name) const {
  for (size_t i = 0; i < attributes.size(); ++i) {
    if (attributes[i].name == name) return i;
  }
  return std::nullopt;
}

const IValue* ClassType::find_constant(std::string_view name) const {
  for (const ClassConstant& constant : constants) {
    if (constant.name == name) return &constant.value;
  }
  return nullptr;
}

Ref<Callable> ClassType::find_method(std::string_view name) const { return find_callable(methods, name); }

Ref<Callable> ClassType::find_static_method(std::string_view name) const { return find_callable(static_methods, name); }

const ClassProperty* ClassType::find_property(std::string_view name) const {
  for (const ClassProperty& property : properties) {
    if (property.name == name) return &property;
  }
  return nullptr;
}

void ClassType::clear() {
  attributes.clear();
  constants.clear();
  properties.clear();
  methods.clear();
  static_methods.clear();
}

Ref<Callable> InterfaceType::find_method(std::string_view name) const { return find_callable(methods, name); }

const ClassType* as_class(const Type& type) {
  return type.is(TypeKind::kClass) ? static_cast<const ClassType*>(&type) : nullptr;
}

const InterfaceType* as_interface(const Type& type) {
  return type.is(TypeKind::kInterface) ? static_cast<const InterfaceType*>(&type) : nullptr;
}

const NamedTupleType* as_named_tuple(const Type& type) {
  return type.is(TypeKind::kTuple) ? dynamic_cast<const NamedTupleType*>(&type) : nullptr;
}

const EnumType* as_enum(const Type& type) {
  return type.is(TypeKind::kEnum) ? static_cast<const EnumType*>(&type) : nullptr;
}

}  // namespace heddle
