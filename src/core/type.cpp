#include "core/type.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace heddle {
namespace {

constexpr size_t kKindCount = static_cast<size_t>(TypeKind::kVariable) + 1;

// The name of a kind in source; kinds with parts add theirs in brackets.
std::string_view kind_name(TypeKind kind) {
  switch (kind) {
    case TypeKind::kAny:
      return "Any";
    case TypeKind::kUnknown:
      return "Unknown";
    case TypeKind::kNone:
      return "NoneType";
    case TypeKind::kTensor:
      return "Tensor";
    case TypeKind::kBool:
      return "bool";
    case TypeKind::kInt:
      return "int";
    case TypeKind::kFloat:
      return "float";
    case TypeKind::kComplex:
      return "complex";
    case TypeKind::kNumber:
      return "number";
    case TypeKind::kString:
      return "str";
    case TypeKind::kDevice:
      return "Device";
    case TypeKind::kGenerator:
      return "Generator";
    case TypeKind::kStorage:
      return "Storage";
    case TypeKind::kStream:
      return "Stream";
    case TypeKind::kCapsule:
      return "Capsule";
    case TypeKind::kList:
      return "List";
    case TypeKind::kDict:
      return "Dict";
    case TypeKind::kTuple:
      return "Tuple";
    case TypeKind::kOptional:
      return "Optional";
    case TypeKind::kUnion:
      return "Union";
    case TypeKind::kFuture:
      return "Future";
    case TypeKind::kAwait:
      return "Await";
    case TypeKind::kClass:
      return "Class";
    case TypeKind::kInterface:
      return "Interface";
    case TypeKind::kEnum:
      return "Enum";
    case TypeKind::kFunction:
      return "Function";
    case TypeKind::kAnyList:
      return "list";
    case TypeKind::kAnyTuple:
      return "tuple";
    case TypeKind::kAnyEnum:
      return "AnyEnumType";
    case TypeKind::kVariable:
      return "Variable";
  }
  return "?";
}

// PyTorch prints the members of a Union sorted by its own numbering of kinds, and archives carry that text.
int union_rank(TypeKind kind) {
  static constexpr TypeKind kOrder[] = {
      TypeKind::kAny,       TypeKind::kEnum,     TypeKind::kTensor,   TypeKind::kStorage,  TypeKind::kTuple,
      TypeKind::kList,      TypeKind::kDict,     TypeKind::kNumber,   TypeKind::kFloat,    TypeKind::kComplex,
      TypeKind::kFuture,    TypeKind::kAwait,    TypeKind::kInt,      TypeKind::kNone,     TypeKind::kString,
      TypeKind::kGenerator, TypeKind::kBool,     TypeKind::kOptional, TypeKind::kVariable, TypeKind::kDevice,
      TypeKind::kStream,    TypeKind::kFunction, TypeKind::kClass,    TypeKind::kCapsule,  TypeKind::kInterface,
  };
  const auto* at = std::find(std::begin(kOrder), std::end(kOrder), kind);
  return static_cast<int>(at - std::begin(kOrder));
}

void flatten_into(std::vector<TypePtr>& out, const TypePtr& type) {
  if (type->is(TypeKind::kUnion)) {
    for (const TypePtr& member : type->contained()) flatten_into(out, member);
  } else if (type->is(TypeKind::kOptional)) {
    flatten_into(out, type->element());
    out.push_back(types::none());
  } else {
    out.push_back(type);
  }
}

// Without members that another member already covers; of equal members the first stays.
std::vector<TypePtr> without_covered(const std::vector<TypePtr>& members) {
  std::vector<TypePtr> kept;
  for (size_t i = 0; i < members.size(); ++i) {
    bool covered = false;
    for (size_t j = 0; j < members.size() && !covered; ++j) {
      if (i == j || !is_subtype(*members[i], *members[j])) continue;
      covered = j < i || !is_subtype(*members[j], *members[i]);
    }
    if (!covered) kept.push_back(members[i]);
  }
  return kept;
}

}  // namespace

std::string Type::to_text() const { return std::string(kind_name(kind_)); }

std::string ContainerType::to_text() const {
  if (is(TypeKind::kTuple) && contained_.empty()) return "Tuple[()]";
  std::vector<std::string> parts;
  for (const TypePtr& part : contained_) parts.push_back(part->to_text());
  return concat(kind_name(kind()), "[", join(parts, ", "), "]");
}

const TypePtr& simple_type(TypeKind kind) {
  static const std::array<TypePtr, kKindCount> kTypes = [] {
    std::array<TypePtr, kKindCount> all;
    for (size_t i = 0; i < kKindCount; ++i) all[i] = make_ref<Type>(static_cast<TypeKind>(i));
    return all;
  }();
  return kTypes[static_cast<size_t>(kind)];
}

namespace types {

TypePtr list(TypePtr element) {
  return make_ref<ContainerType>(TypeKind::kList, std::vector<TypePtr>{std::move(element)});
}

TypePtr dict(TypePtr key, TypePtr value) {
  return make_ref<ContainerType>(TypeKind::kDict, std::vector<TypePtr>{std::move(key), std::move(value)});
}

TypePtr tuple(std::vector<TypePtr> elements) { return make_ref<ContainerType>(TypeKind::kTuple, std::move(elements)); }

TypePtr optional(TypePtr element) {
  if (element->is(TypeKind::kUnion)) {
    // Kept flat inside, so that Optional[Union[int, None]] is Optional[int].
    return make_union({element, none()});
  }
  if (admits_none(*element)) return element;
  return make_ref<ContainerType>(TypeKind::kOptional, std::vector<TypePtr>{std::move(element)});
}

TypePtr make_union(std::vector<TypePtr> members) {
  std::vector<TypePtr> flat;
  for (const TypePtr& member : members) flatten_into(flat, member);
  flat = without_covered(flat);
  if (flat.size() == 1) return flat[0];
  std::stable_sort(flat.begin(), flat.end(),
                   [](const TypePtr& a, const TypePtr& b) { return union_rank(a->kind()) < union_rank(b->kind()); });
  if (flat.size() == 2 && (flat[0]->is(TypeKind::kNone) || flat[1]->is(TypeKind::kNone))) {
    return optional(flat[0]->is(TypeKind::kNone) ? flat[1] : flat[0]);
  }
  return make_ref<ContainerType>(TypeKind::kUnion, std::move(flat));
}

TypePtr future(TypePtr element) {
  return make_ref<ContainerType>(TypeKind::kFuture, std::vector<TypePtr>{std::move(element)});
}

TypePtr await(TypePtr element) {
  return make_ref<ContainerType>(TypeKind::kAwait, std::vector<TypePtr>{std::move(element)});
}

TypePtr variable(std::string name) { return make_ref<VariableType>(std::move(name)); }

}  // namespace types

bool admits_none(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kNone:
    case TypeKind::kAny:
    case TypeKind::kUnknown:
    case TypeKind::kOptional:
      return true;
    case TypeKind::kUnion:
      return std::any_of(type.contained().begin(), type.contained().end(),
                         [](const TypePtr& member) { return member->is(TypeKind::kNone); });
    default:
      return false;
  }
}

TypePtr without_none(const TypePtr& type) {
  if (type->is(TypeKind::kOptional)) return type->element();
  if (!type->is(TypeKind::kUnion)) return type;
  std::vector<TypePtr> rest;
  for (const TypePtr& member : type->contained()) {
    if (!member->is(TypeKind::kNone)) rest.push_back(member);
  }
  return types::make_union(std::move(rest));
}

}  // namespace heddle
