// c10::IValue: any value that TorchScript has. Numbers, booleans and devices lie inside, the rest is a counted
// reference. isX() tells, toX() gives it, or throws c10::Error naming both kinds.
#pragma once

#include <functional>
#include <map>
#include <unordered_map>

#include "heddle_torch/intrusive_ptr.h"
#include "heddle_torch/tensor.h"
#include "heddle_torch/type.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN
// T to and from IValue, and its type; specialisations in ivalue_to.h.
template <class T, class Enable = void>
struct Convert;
HEDDLE_TORCH_END
}  // namespace heddle_torch

namespace torch {
HEDDLE_TORCH_BEGIN
// Base of the program's own classes whose objects TorchScript holds.
struct CustomClassHolder : c10::intrusive_ptr_target {};
HEDDLE_TORCH_END
namespace jit {
HEDDLE_TORCH_BEGIN
struct Module;
HEDDLE_TORCH_END
}  // namespace jit
}  // namespace torch

namespace c10 {
HEDDLE_TORCH_BEGIN

class IValue;
template <class K, class V>
class Dict;
namespace ivalue {
struct Tuple;
struct Future;
struct ConstantString;
struct Object;
struct EnumHolder;
}  // namespace ivalue
namespace impl {
using GenericList = List<IValue>;
using GenericDict = Dict<IValue, IValue>;
}  // namespace impl

class IValue final {
 public:
  // The same numbers as in the library.
  enum class Tag : uint8_t {
    None,
    Bool,
    Int,
    Double,
    Device,
    Tensor,
    ComplexDouble,
    String,
    GenericList,
    GenericDict,
    Tuple,
    Object,
    Enum,
    Future,
    Function,
    Generator,
    Storage,
    Capsule,
  };

  IValue() noexcept { payload_.integer = 0; }
  IValue(nullopt_t) noexcept : IValue() {}
  IValue(std::nullptr_t) = delete;
  IValue(const IValue& o) noexcept : payload_(o.payload_), tag_(o.tag_) {
    if (is_reference()) heddle_torch::retain(payload_.reference);
  }
  IValue(IValue&& o) noexcept : payload_(o.payload_), tag_(std::exchange(o.tag_, Tag::None)) {}
  IValue& operator=(const IValue& o) noexcept {
    IValue copy(o);
    swap(copy);
    return *this;
  }
  IValue& operator=(IValue&& o) noexcept {
    IValue moved(std::move(o));
    swap(moved);
    return *this;
  }
  ~IValue() {
    if (is_reference()) heddle_torch::release(payload_.reference);
  }
  void swap(IValue& o) noexcept {
    std::swap(payload_, o.payload_);
    std::swap(tag_, o.tag_);
  }

  IValue(bool v) noexcept : tag_(Tag::Bool) { payload_.integer = v; }
  IValue(int64_t v) noexcept : tag_(Tag::Int) { payload_.integer = v; }
  IValue(int32_t v) noexcept : IValue(static_cast<int64_t>(v)) {}
  IValue(double v) noexcept : tag_(Tag::Double) { payload_.real = v; }
  IValue(complex<double> v);
  IValue(c10::Device v) noexcept : tag_(Tag::Device) {
    payload_.integer = 0;
    payload_.device = v;
  }
  IValue(ScalarType v) noexcept : IValue(static_cast<int64_t>(v)) {}
  IValue(Layout v) noexcept : IValue(static_cast<int64_t>(v)) {}
  IValue(MemoryFormat v) noexcept : IValue(static_cast<int64_t>(v)) {}
  IValue(const Scalar& v);
  IValue(at::Tensor v) noexcept : IValue(Tag::Tensor, heddle_torch::Handle(v.handle())) {}
  IValue(at::Generator v) noexcept;
  IValue(c10::Storage v) noexcept;
  IValue(std::string v);
  IValue(const char* v) : IValue(std::string(v)) {}
  IValue(string_view v) : IValue(std::string(v)) {}
  IValue(intrusive_ptr<ivalue::Tuple> v);
  IValue(intrusive_ptr<ivalue::ConstantString> v);
  IValue(intrusive_ptr<ivalue::Future> v);
  IValue(intrusive_ptr<ivalue::Object> v);
  IValue(intrusive_ptr<ivalue::EnumHolder> v);
  template <class T>
  IValue(List<T> v);
  template <class K, class V>
  IValue(Dict<K, V> v);
  template <class T,
            class = std::enable_if_t<std::is_constructible<IValue, T>::value && !std::is_same<T, IValue>::value>>
  IValue(ArrayRef<T> v);
  template <class T, class = std::enable_if_t<std::is_constructible<IValue, T>::value>>
  IValue(const std::vector<T>& v);
  template <class T, size_t N>
  IValue(std::array<T, N> v);
  template <class K, class V>
  IValue(std::unordered_map<K, V> v);
  template <class K, class V>
  IValue(std::map<K, V> v);
  template <class T, class = std::enable_if_t<std::is_constructible<IValue, T>::value>>
  IValue(optional<T> v) : IValue() {
    if (v) *this = IValue(std::move(*v));
  }
  template <class... A, class = std::enable_if_t<(std::is_constructible<IValue, A>::value && ...)>>
  IValue(const std::tuple<A...>& v);
  // An object of a class that torch::class_ registered.
  template <class T, class = std::enable_if_t<std::is_base_of<torch::CustomClassHolder, T>::value>, class = void>
  IValue(intrusive_ptr<T> v);
  // From a reference to the library's box of this tag.
  IValue(Tag tag, heddle_torch::Handle box) noexcept : tag_(tag) { payload_.reference = box.leak(); }

  Tag tag() const noexcept { return tag_; }
  std::string tagKind() const;
  TypePtr type() const;
  bool isNone() const { return tag_ == Tag::None; }
  std::string toNone() const;
  bool isTensor() const { return tag_ == Tag::Tensor; }
  at::Tensor toTensor() const& {
    check(Tag::Tensor);
    return at::Tensor(heddle_torch::Handle::share(payload_.reference));
  }
  at::Tensor toTensor() && {
    check(Tag::Tensor);
    tag_ = Tag::None;
    return at::Tensor(heddle_torch::Handle::adopt(payload_.reference));
  }
  bool isBool() const { return tag_ == Tag::Bool; }
  bool toBool() const {
    check(Tag::Bool);
    return payload_.integer != 0;
  }
  bool isInt() const { return tag_ == Tag::Int; }
  int64_t toInt() const {
    check(Tag::Int);
    return payload_.integer;
  }
  bool isSymInt() const { return false; }
  int64_t toSymInt() const { return toInt(); }
  bool isDouble() const { return tag_ == Tag::Double; }
  double toDouble() const {
    check(Tag::Double);
    return payload_.real;
  }
  bool isComplexDouble() const { return tag_ == Tag::ComplexDouble; }
  complex<double> toComplexDouble() const;
  bool isScalar() const { return isDouble() || isInt() || isComplexDouble() || isBool(); }
  Scalar toScalar() const;
  ScalarType toScalarType() const { return static_cast<ScalarType>(toInt()); }
  Layout toLayout() const { return static_cast<Layout>(toInt()); }
  MemoryFormat toMemoryFormat() const { return static_cast<MemoryFormat>(toInt()); }
  QScheme toQScheme() const { return static_cast<QScheme>(toInt()); }
  bool isDevice() const { return tag_ == Tag::Device; }
  c10::Device toDevice() const {
    check(Tag::Device);
    return payload_.device;
  }
  bool isString() const { return tag_ == Tag::String; }
  intrusive_ptr<ivalue::ConstantString> toString() const;
  const std::string& toStringRef() const;
  string_view toStringView() const { return toStringRef(); }
  optional<std::reference_wrapper<const std::string>> toOptionalStringRef() const;
  bool isTuple() const { return tag_ == Tag::Tuple; }
  intrusive_ptr<ivalue::Tuple> toTuple() const;
  const ivalue::Tuple& toTupleRef() const;
  bool isFuture() const { return tag_ == Tag::Future; }
  intrusive_ptr<ivalue::Future> toFuture() const;
  bool isGenerator() const { return tag_ == Tag::Generator; }
  at::Generator toGenerator() const;
  bool isStorage() const { return tag_ == Tag::Storage; }
  c10::Storage toStorage() const;
  bool isEnum() const { return tag_ == Tag::Enum; }
  intrusive_ptr<ivalue::EnumHolder> toEnumHolder() const;
  bool isCapsule() const { return tag_ == Tag::Capsule; }
  bool isCustomClass() const;
  bool isObject() const { return tag_ == Tag::Object; }
  intrusive_ptr<ivalue::Object> toObject() const;
  const ivalue::Object& toObjectRef() const;
  bool isModule() const;
  torch::jit::Module toModule() const;
  template <class T>
  intrusive_ptr<T> toCustomClass() const;
  bool isBlob() const { return false; }
  bool isPyObject() const { return false; }
  bool isRRef() const { return false; }
  bool isQuantizer() const { return false; }
  bool isStream() const { return false; }

  bool isList() const { return tag_ == Tag::GenericList; }
  List<IValue> toList() const;
  ArrayRef<IValue> toListRef() const;
  bool isIntList() const { return is_list_of(TypeKind::IntType); }
  List<int64_t> toIntList() const;
  std::vector<int64_t> toIntVector() const;
  bool isDoubleList() const { return is_list_of(TypeKind::FloatType); }
  List<double> toDoubleList() const;
  std::vector<double> toDoubleVector() const;
  bool isBoolList() const { return is_list_of(TypeKind::BoolType); }
  List<bool> toBoolList() const;
  bool isComplexDoubleList() const { return is_list_of(TypeKind::ComplexType); }
  bool isTensorList() const { return is_list_of(TypeKind::TensorType); }
  List<at::Tensor> toTensorList() const;
  std::vector<at::Tensor> toTensorVector() const;
  bool isOptionalTensorList() const;
  List<optional<at::Tensor>> toOptionalTensorList() const;
  bool isGenericDict() const { return tag_ == Tag::GenericDict; }
  Dict<IValue, IValue> toGenericDict() const;

  // Any C++ type an IValue can be made of: to<int64_t>(), to<std::vector<at::Tensor>>(), ...
  template <class T>
  T to() const;
  template <class T>
  optional<T> toOptional() const {
    if (isNone()) return nullopt;
    return to<T>();
  }

  bool is(const IValue& o) const;
  IValue equals(const IValue& o) const;
  friend bool operator==(const IValue& a, const IValue& b) { return a.equals(b).toBool(); }
  friend bool operator!=(const IValue& a, const IValue& b) { return !(a == b); }
  bool isIdenticalTo(const IValue& o) const { return is(o); }
  bool isAliasOf(const IValue& o) const;
  size_t use_count() const noexcept { return is_reference() ? heddle_torch::use_count(payload_.reference) : 1; }
  // Containers and tensors of its own.
  IValue deepcopy() const;
  IValue copy() const;
  static size_t hash(const IValue& v);
  bool isPtrType() const { return is_reference(); }
  const void* internalToPointer() const;
  std::ostream& repr(std::ostream& out, std::function<bool(std::ostream&, const IValue& v)> customFormatter) const;

  // The library's box; null where the value lies inside.
  void* box() const noexcept { return is_reference() ? payload_.reference : nullptr; }

 private:
  void check(Tag wanted) const {
    if (C10_UNLIKELY(tag_ != wanted)) fail(wanted);
  }
  [[noreturn]] void fail(Tag wanted) const;
  bool is_reference() const noexcept { return tag_ >= Tag::Tensor; }
  bool is_list_of(TypeKind kind) const;

  union Payload {
    Payload() : integer(0) {}
    int64_t integer;
    double real;
    c10::Device device;
    void* reference;
  };
  Payload payload_;
  Tag tag_ = Tag::None;
};

std::ostream& operator<<(std::ostream& out, const IValue& value);

HEDDLE_TORCH_END
}  // namespace c10

namespace torch {
namespace jit {
using c10::IValue;
using Stack = std::vector<c10::IValue>;
}  // namespace jit
}  // namespace torch

#include "heddle_torch/ivalue_boxes.h"
#include "heddle_torch/ivalue_dict.h"
#include "heddle_torch/ivalue_list.h"
#include "heddle_torch/ivalue_to.h"
