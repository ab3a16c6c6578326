// TorchScript's static types. A Type is immutable and shared freely between threads, except that a ClassType,
// EnumType or InterfaceType is filled in while its program is compiled and read-only afterwards.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ref.h"

namespace heddle {

enum class TypeKind : uint8_t {
  kAny,
  kUnknown,  // result of an operator nobody has a schema for: a subtype and a supertype of everything
  kNone,
  kTensor,
  kBool,
  kInt,
  kFloat,
  kComplex,
  kNumber,  // Scalar: int, float, complex or bool
  kString,
  kDevice,
  kGenerator,
  kStorage,
  kStream,
  kCapsule,  // any object of a custom class
  kList,
  kDict,
  kTuple,  // and NamedTuple
  kOptional,
  kUnion,
  kFuture,
  kAwait,
  kClass,  // and modules
  kInterface,
  kEnum,
  kFunction,
  kAnyList,
  kAnyTuple,
  kAnyEnum,
  kVariable,  // "t" in a schema: bound by the arguments of a call
};

class Type;
using TypePtr = Ref<const Type>;

class Type : public RefCounted {
 public:
  explicit Type(TypeKind kind) : kind_(kind) {}
  TypeKind kind() const { return kind_; }
  bool is(TypeKind kind) const { return kind_ == kind; }
  // The types inside: element of List, Optional, Future; key and value of Dict; elements of Tuple; members of Union.
  virtual std::span<const TypePtr> contained() const { return {}; }
  const TypePtr& element() const { return contained()[0]; }
  // As PyTorch prints it in source: "List[Tensor]", "Dict[str, int]", "__torch__.M".
  virtual std::string to_text() const;

 private:
  TypeKind kind_;
};

// One object a kind; for the kinds without parts. any(), none(), tensor() ... are the same for the whole process.
const TypePtr& simple_type(TypeKind kind);
#define HEDDLE_SIMPLE_TYPE(name, kind) \
  inline const TypePtr& name() { return simple_type(TypeKind::kind); }
namespace types {
HEDDLE_SIMPLE_TYPE(any, kAny)
HEDDLE_SIMPLE_TYPE(unknown, kUnknown)
HEDDLE_SIMPLE_TYPE(none, kNone)
HEDDLE_SIMPLE_TYPE(tensor, kTensor)
HEDDLE_SIMPLE_TYPE(boolean, kBool)
HEDDLE_SIMPLE_TYPE(integer, kInt)
HEDDLE_SIMPLE_TYPE(floating, kFloat)
HEDDLE_SIMPLE_TYPE(complex, kComplex)
HEDDLE_SIMPLE_TYPE(number, kNumber)
HEDDLE_SIMPLE_TYPE(string, kString)
HEDDLE_SIMPLE_TYPE(device, kDevice)
HEDDLE_SIMPLE_TYPE(generator, kGenerator)
HEDDLE_SIMPLE_TYPE(storage, kStorage)
HEDDLE_SIMPLE_TYPE(stream, kStream)
HEDDLE_SIMPLE_TYPE(capsule, kCapsule)
HEDDLE_SIMPLE_TYPE(any_list, kAnyList)
HEDDLE_SIMPLE_TYPE(any_tuple, kAnyTuple)
HEDDLE_SIMPLE_TYPE(any_enum, kAnyEnum)
}  // namespace types
#undef HEDDLE_SIMPLE_TYPE

// List, Dict, Tuple (unnamed), Optional, Union, Future, Await.
class ContainerType final : public Type {
 public:
  ContainerType(TypeKind kind, std::vector<TypePtr> contained) : Type(kind), contained_(std::move(contained)) {}
  std::span<const TypePtr> contained() const override { return contained_; }
  std::string to_text() const override;

 private:
  std::vector<TypePtr> contained_;
};

namespace types {
TypePtr list(TypePtr element);
TypePtr dict(TypePtr key, TypePtr value);
TypePtr tuple(std::vector<TypePtr> elements);
// Optional[Optional[T]] is Optional[T]; Optional[None] is None; Optional[Any] is Any.
TypePtr optional(TypePtr element);
// Flattened, without duplicates and subtypes of other members; one member gives itself, T and None give Optional[T].
TypePtr make_union(std::vector<TypePtr> members);
TypePtr future(TypePtr element);
TypePtr await(TypePtr element);
TypePtr variable(std::string name);
}  // namespace types

class VariableType final : public Type {
 public:
  explicit VariableType(std::string name) : Type(TypeKind::kVariable), name_(std::move(name)) {}
  const std::string& name() const { return name_; }
  std::string to_text() const override { return name_; }

 private:
  std::string name_;
};

bool same_type(const Type& a, const Type& b);
// Whether a value of type `a` may stand where `b` is asked for, without conversion.
bool is_subtype(const Type& a, const Type& b);
// The least common type of two branches or list elements; null when there is none.
TypePtr unify(const TypePtr& a, const TypePtr& b);
// Whether it is kOptional, kNone, kAny or a Union with None.
bool admits_none(const Type& type);
// Optional[T] without the None; the type itself otherwise.
TypePtr without_none(const TypePtr& type);

}  // namespace heddle
