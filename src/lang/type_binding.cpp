#include "lang/type_binding.h"

#include <algorithm>

#include "base/text.h"

namespace heddle::lang {
namespace {

bool fail(std::string* why, auto&&... pieces) {
  if (why) *why = concat(pieces...);
  return false;
}

// The one type that all elements of a tuple share; null when there is none.
TypePtr unify_all(std::span<const TypePtr> elements) {
  if (elements.empty()) return nullptr;
  TypePtr common = elements[0];
  for (const TypePtr& element : elements.subspan(1)) {
    common = unify(common, element);
    if (!common) return nullptr;
  }
  return common;
}

}  // namespace

bool has_variables(const Type& type) {
  if (type.is(TypeKind::kVariable)) return true;
  return std::any_of(type.contained().begin(), type.contained().end(),
                     [](const TypePtr& part) { return has_variables(*part); });
}

const TypePtr* TypeBinding::find(const std::string& name) const {
  for (const auto& [bound, type] : bound_) {
    if (bound == name) return &type;
  }
  return nullptr;
}

bool TypeBinding::match_variable(const VariableType& variable, const TypePtr& actual, std::string* why) {
  const TypePtr* meaning = find(variable.name());
  if (!meaning) {
    bound_.emplace_back(variable.name(), actual);
    return true;
  }
  if (unify(*meaning, actual)) return true;
  return fail(why, "'", variable.name(), "' is ", (*meaning)->to_text(), " in this call, which ", actual->to_text(),
              " does not fit");
}

bool TypeBinding::match(const TypePtr& formal, const TypePtr& actual, std::string* why) {
  if (!has_variables(*formal)) return true;
  if (formal->is(TypeKind::kVariable)) return match_variable(static_cast<const VariableType&>(*formal), actual, why);
  const auto each = [&](std::span<const TypePtr> parts) {
    for (size_t i = 0; i < parts.size(); ++i) {
      if (!match(formal->contained()[i], parts[i], why)) return false;
    }
    return true;
  };
  if (actual->is(TypeKind::kUnknown)) {
    return each(std::vector<TypePtr>(formal->contained().size(), actual));
  }
  if (formal->kind() == actual->kind() && formal->contained().size() == actual->contained().size()) {
    return each(actual->contained());
  }
  if (formal->is(TypeKind::kList) && actual->is(TypeKind::kTuple)) {
    if (const TypePtr common = unify_all(actual->contained())) return match(formal->element(), common, why);
  }
  if (formal->is(TypeKind::kOptional) && !actual->is(TypeKind::kNone)) return match(formal->element(), actual, why);
  return fail(why, actual->to_text(), " does not match ", formal->to_text());
}

TypePtr TypeBinding::substitute(const TypePtr& type) const {
  if (!has_variables(*type)) return type;
  if (type->is(TypeKind::kVariable)) {
    const TypePtr* meaning = find(static_cast<const VariableType&>(*type).name());
    return meaning ? *meaning : nullptr;
  }
  std::vector<TypePtr> parts;
  for (const TypePtr& part : type->contained()) {
    parts.push_back(substitute(part));
    if (!parts.back()) return nullptr;
  }
  switch (type->kind()) {
    // These flatten: t? of an optional t is that t.
    case TypeKind::kOptional:
      return types::optional(parts[0]);
    case TypeKind::kUnion:
      return types::make_union(std::move(parts));
    default:
      return make_ref<ContainerType>(type->kind(), std::move(parts));
  }
}

}  // namespace heddle::lang
