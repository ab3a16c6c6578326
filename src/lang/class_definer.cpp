#include "lang/class_definer.h"

#include <algorithm>

#include "core/boxes.h"
#include "lang/error.h"
#include "lang/function_emitter.h"
#include "lang/old_attributes.h"
#include "lang/signature.h"
#include "lang/type_resolver.h"

namespace heddle::lang {
namespace {

enum class ClassKind { kPlain, kModule, kInterface, kModuleInterface, kNamedTuple, kEnum };

// "Module" of Module, nn.Module and torch.nn.Module.
std::string last_name(const Expr& expr) {
  if (const auto* name = try_as<Name>(expr)) return name->id;
  if (const auto* access = try_as<Attribute>(expr)) return access->name;
  return "";
}

Result<ClassKind> kind_of(const ClassDef& definition) {
  for (const ExprPtr& decorator : definition.decorators) {
    if (last_name(*decorator) == "interface") return ClassKind::kInterface;
  }
  if (definition.bases.empty()) return ClassKind::kPlain;
  const Expr& base = *definition.bases[0];
  const std::string name = last_name(base);
  if (name == "Module") return ClassKind::kModule;
  if (name == "Interface") return ClassKind::kInterface;
  if (name == "ModuleInterface") return ClassKind::kModuleInterface;
  if (name == "NamedTuple") return ClassKind::kNamedTuple;
  if (name == "Enum") return ClassKind::kEnum;
  if (name == "object" || name == "Exception") return ClassKind::kPlain;
  return error_at(base.range, "Classes inherit from nothing but object, Module, NamedTuple, Enum or an interface");
}

bool has_decorator(const FunctionDef& definition, std::string_view name) {
  return std::any_of(definition.decorators.begin(), definition.decorators.end(),
                     [&](const ExprPtr& decorator) { return last_name(*decorator) == name; });
}

// The text in __annotations__["0"] = T, which declares an attribute whose name is no identifier.
const StringLiteral* annotated_name(const Expr& target) {
  const auto* subscript = try_as<Subscript>(target);
  if (!subscript || last_name(*subscript->value) != "__annotations__" || subscript->indices.size() != 1) return nullptr;
  return try_as<StringLiteral>(*subscript->indices[0]);
}

bool is_final(const Expr& annotation) {
  const auto* subscript = try_as<Subscript>(annotation);
  return subscript && last_name(*subscript->value) == "Final";
}

class Definer {
 public:
  Definer(const InFile<ClassDef>& source, const Ref<Resolver>& resolver)
      : source_(source), definition_(*source.definition), resolver_(resolver), unit_(resolver->unit()) {}

  Result<TypePtr> run() {
    switch (HEDDLE_TRY(kind_of(definition_))) {
      case ClassKind::kPlain:
        return define_class_type(false);
      case ClassKind::kModule:
        return define_class_type(true);
      case ClassKind::kInterface:
        return define_interface(false);
      case ClassKind::kModuleInterface:
        return define_interface(true);
      case ClassKind::kNamedTuple:
        return define_named_tuple();
      case ClassKind::kEnum:
        return define_enum();
    }
    return error_at(definition_.range, "unknown kind of class");
  }

 private:
  Result<TypePtr> type_of(const Expr& annotation) {
    return resolve_type(annotation, [&](const std::string& name, const SourceRange& range) {
      return resolver_->find_type(name, range);
    });
  }

  std::string member(const std::string& name) const { return concat(source_.qualified_name, ".", name); }

  Result<TypePtr> define_class_type(bool is_module) {
    auto type = make_ref<ClassType>(source_.qualified_name, is_module);
    unit_.add_type(source_.qualified_name, type);
    std::vector<std::string> parameters;
    std::vector<std::string> buffers;
    for (const StmtPtr& statement : definition_.body) {
      if (const auto* assign = try_as<Assign>(*statement)) {
        HEDDLE_TRY(class_assignment(*type, *assign, parameters, buffers));
      } else if (!is<FunctionDef>(*statement) && !is<Pass>(*statement) && !is<ExprStmt>(*statement)) {
        return error_at(statement->range, "A class body holds attributes and methods, no ", kind_name(statement->kind));
      }
    }
    for (ClassAttribute& attribute : type->attributes) {
      attribute.is_parameter = std::count(parameters.begin(), parameters.end(), attribute.name) > 0;
      attribute.is_buffer = std::count(buffers.begin(), buffers.end(), attribute.name) > 0;
    }
    for (const StmtPtr& statement : definition_.body) {
      if (const auto* method = try_as<FunctionDef>(*statement)) HEDDLE_TRY(define_method(*type, *method));
    }
    return TypePtr(type);
  }

  Status class_assignment(ClassType& type, const Assign& assign, std::vector<std::string>& parameters,
                          std::vector<std::string>& buffers) {
    const Expr& target = *assign.targets[0];
    if (const StringLiteral* name = annotated_name(target)) {
      if (!assign.value) return error_at(assign.range, "Expected a type for attribute ", quoted(name->value));
      return add_attribute(type, name->value, HEDDLE_TRY(type_of(*assign.value)));
    }
    const auto* name = try_as<Name>(target);
    if (!name) return error_at(target.range, "Expected the name of an attribute");
    if (name->id == "__parameters__") return read_names(*assign.value, parameters);
    if (name->id == "__buffers__") return read_names(*assign.value, buffers);
    if (name->id == "__forward_hooks__") return read_names(*assign.value, type.forward_hooks);
    if (name->id == "__forward_pre_hooks__") return read_names(*assign.value, type.forward_pre_hooks);
    if (name->id == "__annotations__" || name->id == "__constants__" || name->id == "__slots__") return ok_status();
    if (!assign.annotation) {
      return error_at(assign.range, "Expected a type annotation for attribute '", name->id, "'");
    }
    TypePtr attribute_type = HEDDLE_TRY(type_of(*assign.annotation));
    if (const std::string_view newer = class_instead_of_tensor(source_.qualified_name, name->id);
        !newer.empty() && attribute_type->is(TypeKind::kTensor)) {
      attribute_type = HEDDLE_TRY(resolver_->find_type(std::string(newer), assign.range));
    }
    if (!assign.value) return add_attribute(type, name->id, attribute_type);
    if (!is_final(*assign.annotation)) {
      return error_at(assign.range, "Attribute '", name->id,
                      "' has a value: only Final attributes have one in a class body");
    }
    IValue value = HEDDLE_TRY(evaluate_constant(*assign.value, attribute_type, *resolver_));
    type.constants.push_back({name->id, std::move(value)});
    return ok_status();
  }

  static Status add_attribute(ClassType& type, const std::string& name, TypePtr attribute_type) {
    // A module registered under two names may be annotated twice.
    if (type.find_attribute(name)) return ok_status();
    ClassAttribute attribute;
    attribute.name = name;
    attribute.type = std::move(attribute_type);
    type.attributes.push_back(std::move(attribute));
    return ok_status();
  }

  static Status read_names(const Expr& list, std::vector<std::string>& out) {
    const auto* literal = try_as<ListLiteral>(list);
    if (!literal) return error_at(list.range, "Expected a list of names");
    for (const ExprPtr& element : literal->elements) {
      const auto* name = try_as<StringLiteral>(*element);
      if (!name) return error_at(element->range, "Expected a name");
      out.push_back(name->value);
    }
    return ok_status();
  }

  Status define_method(ClassType& type, const FunctionDef& definition) {
    const InFile<FunctionDef> source{source_.file, &definition, member(definition.name)};
    const TypePtr self = TypePtr::share(&type);
    if (has_decorator(definition, "staticmethod")) {
      Ref<ir::Function> function = HEDDLE_TRY(define_function(source, nullptr, resolver_));
      type.static_methods.push_back(function);
      unit_.add_function(std::move(function));
      return ok_status();
    }
    if (has_decorator(definition, "ignore")) return ok_status();
    if (definition.params.empty()) return error_at(definition.range, "Methods must have a self argument");
    Ref<ir::Function> function = HEDDLE_TRY(define_function(source, self, resolver_));
    unit_.add_function(function);
    if (has_decorator(definition, "property")) {
      type.properties.push_back({definition.name, function, nullptr});
    } else if (has_decorator(definition, "setter")) {
      for (ClassProperty& property : type.properties) {
        if (property.name == definition.name) property.setter = function;
      }
    } else {
      type.methods.push_back(std::move(function));
    }
    return ok_status();
  }

  Result<TypePtr> define_interface(bool is_module) {
    auto type = make_ref<InterfaceType>(source_.qualified_name, is_module);
    unit_.add_type(source_.qualified_name, type);
    for (const StmtPtr& statement : definition_.body) {
      const auto* method = try_as<FunctionDef>(*statement);
      if (!method) continue;
      auto function = make_ref<ir::Function>(member(method->name));
      function->schema = HEDDLE_TRY(read_signature(*method, function->qualified_name(), type, *resolver_));
      function->range = method->range;
      type->methods.push_back(std::move(function));
    }
    return TypePtr(type);
  }

  Result<TypePtr> define_named_tuple() {
    std::vector<NamedTupleType::Field> fields;
    std::vector<TypePtr> elements;
    for (const StmtPtr& statement : definition_.body) {
      const auto* assign = try_as<Assign>(*statement);
      const bool is_rest = is<Pass>(*statement) || is<ExprStmt>(*statement);
      if (is_rest) continue;
      if (!assign) return error_at(statement->range, "A NamedTuple holds nothing but fields");
      const StringLiteral* odd = annotated_name(*assign->targets[0]);
      const auto* name = try_as<Name>(*assign->targets[0]);
      if (!odd && !(name && assign->annotation)) return error_at(assign->range, "Expected a field and its type");
      NamedTupleType::Field field;
      field.name = odd ? odd->value : name->id;
      elements.push_back(HEDDLE_TRY(type_of(odd ? *assign->value : *assign->annotation)));
      if (!odd && assign->value)
        field.default_value = HEDDLE_TRY(evaluate_constant(*assign->value, elements.back(), *resolver_));
      fields.push_back(std::move(field));
    }
    TypePtr type = make_ref<NamedTupleType>(source_.qualified_name, std::move(fields), std::move(elements));
    unit_.add_type(source_.qualified_name, type);
    return type;
  }

  Result<TypePtr> define_enum() {
    std::vector<EnumType::Member> members;
    TypePtr value_type;
    for (const StmtPtr& statement : definition_.body) {
      const auto* assign = try_as<Assign>(*statement);
      if (!assign) continue;
      const auto* name = try_as<Name>(*assign->targets[0]);
      if (!name || !assign->value) return error_at(assign->range, "Expected a member of the enum and its value");
      const TypePtr type = literal_type(*assign->value);
      if (!type) return error_at(assign->value->range, "Enum members are numbers or strings");
      if (value_type && !same_type(*type, *value_type)) {
        return error_at(assign->value->range, "Enum members must all be of one type: ", value_type->to_text(), ", not ",
                        type->to_text());
      }
      value_type = type;
      IValue value = HEDDLE_TRY(evaluate_constant(*assign->value, type, *resolver_));
      members.push_back({name->id, std::move(value)});
    }
    if (members.empty()) return error_at(definition_.range, "An enum needs members");
    TypePtr type = make_ref<EnumType>(source_.qualified_name, std::move(value_type), std::move(members));
    unit_.add_type(source_.qualified_name, type);
    return type;
  }

  static TypePtr literal_type(const Expr& value) {
    if (is<IntLiteral>(value)) return types::integer();
    if (is<FloatLiteral>(value)) return types::floating();
    if (is<StringLiteral>(value)) return types::string();
    return nullptr;
  }

  const InFile<ClassDef>& source_;
  const ClassDef& definition_;
  const Ref<Resolver>& resolver_;
  ir::CompilationUnit& unit_;
};

}  // namespace

Result<TypePtr> define_class(const InFile<ClassDef>& source, const Ref<Resolver>& resolver) {
  // Named tuples and enums must be complete before they can be named, so one that holds itself would never end.
  DefinitionDepth depth(*resolver);
  if (!depth.is_allowed()) {
    return error_at(source.definition->range, "The definition of '", source.qualified_name,
                    "' leads back to itself or through too many classes");
  }
  return Definer(source, resolver).run();
}

Result<Ref<ir::Function>> define_function(const InFile<FunctionDef>& source, const TypePtr& self_type,
                                          const Ref<Resolver>& resolver) {
  auto function = make_ref<ir::Function>(source.qualified_name);
  function->schema = HEDDLE_TRY(read_signature(*source.definition, source.qualified_name, self_type, *resolver));
  function->range = source.definition->range;
  function->set_definer([file = source.file, definition = source.definition, resolver](ir::Function& self) {
    return FunctionEmitter(*resolver, self).emit_function(*definition);
  });
  return function;
}

}  // namespace heddle::lang
