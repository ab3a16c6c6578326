// User-defined types: classes and modules, interfaces, named tuples, enums. Made by lang (from code/) and by archive
// readers; written by one thread while a program is compiled, read-only once it runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/callable.h"
#include "core/ivalue.h"
#include "core/type.h"

namespace heddle {

struct ClassAttribute {
  std::string name;
  TypePtr type;
  bool is_parameter = false;
  bool is_buffer = false;
};

struct ClassConstant {
  std::string name;
  IValue value;
};

struct ClassProperty {
  std::string name;
  Ref<Callable> getter;
  Ref<Callable> setter;  // may be null
};

class ClassType final : public Type {
 public:
  ClassType(std::string qualified_name, bool is_module)
      : Type(TypeKind::kClass), qualified_name_(std::move(qualified_name)), is_module_(is_module) {}
  std::string to_text() const override { return qualified_name_; }
  const std::string& qualified_name() const { return qualified_name_; }
  bool is_module() const { return is_module_; }

  // Index of the attribute's slot in ObjectValue::slots.
  std::optional<size_t> find_attribute(std::string_view name) const;
  const IValue* find_constant(std::string_view name) const;
  Ref<Callable> find_method(std::string_view name) const;
  Ref<Callable> find_static_method(std::string_view name) const;
  const ClassProperty* find_property(std::string_view name) const;

  std::vector<ClassAttribute> attributes;
  std::vector<ClassConstant> constants;
  std::vector<ClassProperty> properties;
  std::vector<Ref<Callable>> methods;  // found by the last part of their qualified name
  std::vector<Ref<Callable>> static_methods;
  std::vector<std::string> forward_hooks;  // method names, in order
  std::vector<std::string> forward_pre_hooks;
  // A class attribute may lead back to the class; the program's owner calls this when no object is left, to break such
  // rings.
  void clear();

 private:
  std::string qualified_name_;
  bool is_module_;
};

class InterfaceType final : public Type {
 public:
  // Schemas are opaque here: lang owns them and casts back (each is an ir::Function without a graph).
  InterfaceType(std::string qualified_name, bool is_module)
      : Type(TypeKind::kInterface), qualified_name_(std::move(qualified_name)), is_module_(is_module) {}
  std::string to_text() const override { return qualified_name_; }
  const std::string& qualified_name() const { return qualified_name_; }
  bool is_module() const { return is_module_; }
  Ref<Callable> find_method(std::string_view name) const;
  std::vector<Ref<Callable>> methods;

 private:
  std::string qualified_name_;
  bool is_module_;
};

class NamedTupleType final : public Type {
 public:
  struct Field {
    std::string name;
    std::optional<IValue> default_value;
  };
  NamedTupleType(std::string qualified_name, std::vector<Field> fields, std::vector<TypePtr> elements)
      : Type(TypeKind::kTuple),
        qualified_name_(std::move(qualified_name)),
        fields_(std::move(fields)),
        elements_(std::move(elements)) {}
  std::span<const TypePtr> contained() const override { return elements_; }
  std::string to_text() const override { return qualified_name_; }
  const std::string& qualified_name() const { return qualified_name_; }
  const std::vector<Field>& fields() const { return fields_; }

 private:
  std::string qualified_name_;
  std::vector<Field> fields_;
  std::vector<TypePtr> elements_;
};

class EnumType final : public Type {
 public:
  struct Member {
    std::string name;
    IValue value;
  };
  EnumType(std::string qualified_name, TypePtr value_type, std::vector<Member> members)
      : Type(TypeKind::kEnum),
        qualified_name_(std::move(qualified_name)),
        value_type_(std::move(value_type)),
        members_(std::move(members)) {}
  std::string to_text() const override { return qualified_name_; }
  const std::string& qualified_name() const { return qualified_name_; }
  const TypePtr& value_type() const { return value_type_; }
  const std::vector<Member>& members() const { return members_; }

 private:
  std::string qualified_name_;
  TypePtr value_type_;
  std::vector<Member> members_;
};

// The type of a function used as a value.
class FunctionType final : public Type {
 public:
  explicit FunctionType(Ref<Callable> function) : Type(TypeKind::kFunction), function_(std::move(function)) {}
  const Ref<Callable>& function() const { return function_; }
  std::string to_text() const override { return "Function"; }

 private:
  Ref<Callable> function_;
};

// The class, interface, named tuple or enum behind a type, or null.
const ClassType* as_class(const Type& type);
const InterfaceType* as_interface(const Type& type);
const NamedTupleType* as_named_tuple(const Type& type);
const EnumType* as_enum(const Type& type);

}  // namespace heddle
