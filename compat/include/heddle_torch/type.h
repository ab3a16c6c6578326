// c10::Type: TorchScript's static types, read-only. A TypePtr is a counted handle.
#pragma once

#include <memory>

#include "heddle_torch/box.h"
#include "heddle_torch/scalar_type.h"

namespace c10 {
HEDDLE_TORCH_BEGIN

enum class TypeKind : uint8_t {
  AnyType,
  EnumType,
  AnyEnumType,
  TensorType,
  StorageType,
  TupleType,
  ListType,
  DictType,
  NumberType,
  FloatType,
  ComplexType,
  FutureType,
  AwaitType,
  RRefType,
  IntType,
  NoneType,
  StringType,
  GeneratorType,
  QuantizerType,
  BoolType,
  OptionalType,
  VarType,
  DeviceObjType,
  StreamObjType,
  FunctionType,
  ClassType,
  PyObjectType,
  CapsuleType,
  InterfaceType,
  QSchemeType,
  ScalarTypeType,
  LayoutType,
  MemoryFormatType,
  AnyListType,
  AnyTupleType,
  AnyClassType,
  SymIntType,
  UnionType,
  DynamicType
};
const char* typeKindToString(TypeKind kind);

class Type;

class TypePtr {
 public:
  using element_type = const Type;
  TypePtr() = default;
  TypePtr(std::nullptr_t) {}
  explicit TypePtr(heddle_torch::Handle handle) : handle_(std::move(handle)) {}
  const Type* get() const { return reinterpret_cast<const Type*>(handle_.get()); }
  const Type* operator->() const { return get(); }
  const Type& operator*() const { return *get(); }
  explicit operator bool() const { return static_cast<bool>(handle_); }
  const heddle_torch::Handle& handle() const { return handle_; }
  template <class T>
  TypePtr cast() const;

 private:
  heddle_torch::Handle handle_;
};
using ConstTypePtr = TypePtr;

class Type : public heddle_torch::Box {
 public:
  TypeKind kind() const;
  // "Tensor", "int[]"; and as TorchScript writes it: "Tensor", "List[int]".
  std::string str() const;
  std::string annotation_str() const;
  std::string repr_str() const { return annotation_str(); }
  bool isSubtypeOf(const Type& o) const;
  bool isSubtypeOf(const TypePtr& o) const { return isSubtypeOf(*o); }
  bool is_module() const;
  std::vector<TypePtr> containedTypes() const;
  TypePtr containedType(size_t i) const { return containedTypes().at(i); }
  size_t containedTypeSize() const { return containedTypes().size(); }
  // Of a class, named tuple or enum: its qualified name.
  optional<std::string> name() const;
  // The handle itself where it is of kind T::Kind, else null; expect() throws instead.
  template <class T>
  TypePtr cast() const {
    return kind() == T::Kind ? TypePtr(heddle_torch::Handle::share(const_cast<Type*>(this))) : TypePtr();
  }
  template <class T>
  TypePtr expect() const {
    TypePtr type = cast<T>();
    TORCH_CHECK(type, "expected ", typeKindToString(T::Kind), " but got ", typeKindToString(kind()));
    return type;
  }
  // Of a List, Optional, Future; and of a Dict.
  TypePtr getElementType() const { return containedType(0); }
  TypePtr getKeyType() const { return containedType(0); }
  TypePtr getValueType() const { return containedType(1); }
  std::vector<TypePtr> elements() const { return containedTypes(); }
  // Of a class.
  size_t numAttributes() const;
  const std::string& getAttributeName(size_t slot) const;
  TypePtr getAttribute(size_t slot) const;
  bool hasAttribute(const std::string& name) const;
};

bool operator==(const Type& a, const Type& b);
inline bool operator!=(const Type& a, const Type& b) { return !(a == b); }
inline bool operator==(const TypePtr& a, const TypePtr& b) { return a.get() == b.get() || (a && b && *a == *b); }
inline bool operator!=(const TypePtr& a, const TypePtr& b) { return !(a == b); }
std::ostream& operator<<(std::ostream& out, const Type& type);

// "int", "Dict(str, Tensor)", as schemas write types.
TypePtr parseType(const std::string& text);

template <class T>
TypePtr TypePtr::cast() const {
  return get()->template cast<T>();
}

TypePtr heddle_simple_type(TypeKind kind);
TypePtr heddle_container_type(TypeKind kind, const std::vector<TypePtr>& contained);

#define HEDDLE_TORCH_SIMPLE_TYPE(name)                                  \
  struct name : Type {                                                  \
    static constexpr TypeKind Kind = TypeKind::name;                    \
    static TypePtr get() { return heddle_simple_type(TypeKind::name); } \
  };                                                                    \
  using name##Ptr = TypePtr;
HEDDLE_TORCH_SIMPLE_TYPE(AnyType)
HEDDLE_TORCH_SIMPLE_TYPE(TensorType)
HEDDLE_TORCH_SIMPLE_TYPE(NumberType)
HEDDLE_TORCH_SIMPLE_TYPE(FloatType)
HEDDLE_TORCH_SIMPLE_TYPE(ComplexType)
HEDDLE_TORCH_SIMPLE_TYPE(IntType)
HEDDLE_TORCH_SIMPLE_TYPE(NoneType)
HEDDLE_TORCH_SIMPLE_TYPE(StringType)
HEDDLE_TORCH_SIMPLE_TYPE(GeneratorType)
HEDDLE_TORCH_SIMPLE_TYPE(BoolType)
HEDDLE_TORCH_SIMPLE_TYPE(DeviceObjType)
HEDDLE_TORCH_SIMPLE_TYPE(StorageType)
HEDDLE_TORCH_SIMPLE_TYPE(CapsuleType)
HEDDLE_TORCH_SIMPLE_TYPE(AnyListType)
HEDDLE_TORCH_SIMPLE_TYPE(AnyTupleType)
#undef HEDDLE_TORCH_SIMPLE_TYPE
#define HEDDLE_TORCH_CONTAINER_TYPE(name)                                                                      \
  struct name : Type {                                                                                         \
    static constexpr TypeKind Kind = TypeKind::name;                                                           \
    static TypePtr create(const TypePtr& element) { return heddle_container_type(TypeKind::name, {element}); } \
  };                                                                                                           \
  using name##Ptr = TypePtr;
HEDDLE_TORCH_CONTAINER_TYPE(ListType)
HEDDLE_TORCH_CONTAINER_TYPE(OptionalType)
HEDDLE_TORCH_CONTAINER_TYPE(FutureType)
#undef HEDDLE_TORCH_CONTAINER_TYPE
struct DictType : Type {
  static constexpr TypeKind Kind = TypeKind::DictType;
  static TypePtr create(const TypePtr& key, const TypePtr& value) {
    return heddle_container_type(TypeKind::DictType, {key, value});
  }
};
struct TupleType : Type {
  static constexpr TypeKind Kind = TypeKind::TupleType;
  static TypePtr create(const std::vector<TypePtr>& elements) {
    return heddle_container_type(TypeKind::TupleType, elements);
  }
};
struct ClassType : Type {
  static constexpr TypeKind Kind = TypeKind::ClassType;
};
struct EnumType : Type {
  static constexpr TypeKind Kind = TypeKind::EnumType;
};
struct InterfaceType : Type {
  static constexpr TypeKind Kind = TypeKind::InterfaceType;
};
using DictTypePtr = TypePtr;
using TupleTypePtr = TypePtr;
using ClassTypePtr = TypePtr;

// The type of T's values: getTypePtr<std::vector<at::Tensor>>() is List[Tensor].
template <class T>
TypePtr getTypePtr();

HEDDLE_TORCH_END
}  // namespace c10

namespace at {
using c10::TypePtr;
}
namespace torch {
namespace jit {
using c10::Type;
using c10::TypeKind;
using c10::TypePtr;
}  // namespace jit
}  // namespace torch
