// Equality, subtyping and unification of static types.
#include <algorithm>

#include "core/class_type.h"
#include "core/type.h"

namespace heddle {
namespace {

using Types = std::span<const TypePtr>;

bool same_types(Types a, Types b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const TypePtr& x, const TypePtr& y) { return same_type(*x, *y); });
}

bool subtypes(Types a, Types b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const TypePtr& x, const TypePtr& y) { return is_subtype(*x, *y); });
}

// Every member of `members` is contained in `of`, as a set.
bool all_members_in(Types members, Types of) {
  return std::all_of(members.begin(), members.end(), [&](const TypePtr& m) {
    return std::any_of(of.begin(), of.end(), [&](const TypePtr& o) { return same_type(*m, *o); });
  });
}

bool same_fields(const NamedTupleType& a, const NamedTupleType& b) {
  return std::equal(a.fields().begin(), a.fields().end(), b.fields().begin(), b.fields().end(),
                    [](const NamedTupleType::Field& x, const NamedTupleType::Field& y) { return x.name == y.name; });
}

bool tuple_is_subtype(const Type& a, const Type& b) {
  const NamedTupleType* wanted = as_named_tuple(b);
  if (wanted) {
    const NamedTupleType* given = as_named_tuple(a);
    if (!given || !same_fields(*given, *wanted)) return false;
  }
  return subtypes(a.contained(), b.contained());
}

// Names only: whether the methods' schemas agree is the type checker's business.
template <class Given>
bool has_methods_of(const Given& given, const InterfaceType& wanted) {
  return std::all_of(wanted.methods.begin(), wanted.methods.end(), [&](const Ref<Callable>& method) {
    const std::string& name = method->qualified_name();
    return static_cast<bool>(given.find_method(std::string_view(name).substr(name.rfind('.') + 1)));
  });
}

bool implements(const Type& a, const InterfaceType& wanted) {
  if (const ClassType* type = as_class(a))
    return (type->is_module() || !wanted.is_module()) && has_methods_of(*type, wanted);
  if (const InterfaceType* type = as_interface(a)) {
    return (type->is_module() || !wanted.is_module()) && has_methods_of(*type, wanted);
  }
  return false;
}

bool is_number_kind(const Type& type) {
  return type.is(TypeKind::kInt) || type.is(TypeKind::kFloat) || type.is(TypeKind::kComplex);
}

TypePtr unify_elements(const TypePtr& a, const TypePtr& b) {
  std::vector<TypePtr> elements;
  for (size_t i = 0; i < a->contained().size(); ++i) {
    TypePtr element = unify(a->contained()[i], b->contained()[i]);
    if (!element) return nullptr;
    elements.push_back(std::move(element));
  }
  return make_ref<ContainerType>(a->kind(), std::move(elements));
}

}  // namespace

bool same_type(const Type& a, const Type& b) {
  if (&a == &b) return true;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case TypeKind::kList:
    case TypeKind::kDict:
    case TypeKind::kOptional:
    case TypeKind::kFuture:
    case TypeKind::kAwait:
      return same_types(a.contained(), b.contained());
    case TypeKind::kTuple: {
      const NamedTupleType* x = as_named_tuple(a);
      const NamedTupleType* y = as_named_tuple(b);
      if (!x != !y) return false;
      if (x && (x->qualified_name() != y->qualified_name() || !same_fields(*x, *y))) return false;
      return same_types(a.contained(), b.contained());
    }
    case TypeKind::kUnion:
      return all_members_in(a.contained(), b.contained()) && all_members_in(b.contained(), a.contained());
    case TypeKind::kClass: {
      // Custom classes belong to the process. Two other classes of one name come from two programs and may differ in
      // their slots.
      const std::string& name = as_class(a)->qualified_name();
      return name.starts_with("__torch__.torch.classes.") && name == as_class(b)->qualified_name();
    }
    case TypeKind::kInterface:
    case TypeKind::kEnum:
      return false;
    case TypeKind::kFunction:
      return static_cast<const FunctionType&>(a).function() == static_cast<const FunctionType&>(b).function();
    case TypeKind::kVariable:
      return static_cast<const VariableType&>(a).name() == static_cast<const VariableType&>(b).name();
    default:
      return true;
  }
}

bool is_subtype(const Type& a, const Type& b) {
  if (a.is(TypeKind::kUnknown) || b.is(TypeKind::kUnknown) || b.is(TypeKind::kAny)) return true;
  if (same_type(a, b)) return true;
  if (a.is(TypeKind::kUnion)) {
    return std::all_of(a.contained().begin(), a.contained().end(),
                       [&](const TypePtr& member) { return is_subtype(*member, b); });
  }
  if (a.is(TypeKind::kOptional)) return admits_none(b) && is_subtype(*a.element(), b);
  switch (b.kind()) {
    case TypeKind::kOptional:
      return a.is(TypeKind::kNone) || is_subtype(a, *b.element());
    case TypeKind::kUnion:
      return std::any_of(b.contained().begin(), b.contained().end(),
                         [&](const TypePtr& member) { return is_subtype(a, *member); });
    case TypeKind::kNumber:
      return is_number_kind(a);
    // Invariant, because the other side may write into it; both directions rather than same_type so that an Unknown
    // inside fits.
    case TypeKind::kList:
    case TypeKind::kDict:
      return a.kind() == b.kind() && subtypes(a.contained(), b.contained()) && subtypes(b.contained(), a.contained());
    case TypeKind::kAnyList:
      return a.is(TypeKind::kList);
    case TypeKind::kAnyTuple:
      return a.is(TypeKind::kTuple);
    case TypeKind::kAnyEnum:
      return a.is(TypeKind::kEnum);
    case TypeKind::kTuple:
      return a.is(TypeKind::kTuple) && tuple_is_subtype(a, b);
    case TypeKind::kFuture:
    case TypeKind::kAwait:
      return a.kind() == b.kind() && subtypes(a.contained(), b.contained());
    case TypeKind::kInterface:
      return implements(a, *as_interface(b));
    default:
      return false;
  }
}

TypePtr unify(const TypePtr& a, const TypePtr& b) {
  if (a->is(TypeKind::kUnknown)) return b;
  if (b->is(TypeKind::kUnknown)) return a;
  if (is_subtype(*a, *b)) return b;
  if (is_subtype(*b, *a)) return a;
  if (admits_none(*a) || admits_none(*b)) {
    if (a->is(TypeKind::kNone)) return types::optional(b);
    if (b->is(TypeKind::kNone)) return types::optional(a);
    TypePtr inner = unify(without_none(a), without_none(b));
    return inner ? types::optional(std::move(inner)) : nullptr;
  }
  const bool by_element = a->is(TypeKind::kTuple) || a->is(TypeKind::kFuture) || a->is(TypeKind::kAwait);
  if (by_element && a->kind() == b->kind() && a->contained().size() == b->contained().size()) {
    return unify_elements(a, b);
  }
  return nullptr;
}

}  // namespace heddle
