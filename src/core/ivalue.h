// IValue: the run-time value of TorchScript, 16 bytes with its tag. Numbers, booleans and devices sit inside; the rest
// are counted references to the boxes of core/boxes.h. An IValue may be copied on any thread; a list, dict or object it
// refers to is shared, and mutating one from two threads at once is the program's error, as in PyTorch.
#pragma once

#include <complex>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ref.h"
#include "core/device.h"
#include "core/scalar.h"
#include "core/tensor.h"
#include "core/type.h"

namespace heddle {

class StringValue;
class ComplexValue;
class ListValue;
class DictValue;
class TupleValue;
class ObjectValue;
class EnumValue;
class FutureValue;
class FunctionValue;
class GeneratorValue;
class StorageValue;
class CapsuleValue;

class IValue {
 public:
  enum class Tag : uint8_t {
    kNone,
    kBool,
    kInt,
    kDouble,
    kDevice,
    // Tags from here on hold a counted reference.
    kTensor,
    kComplex,
    kString,
    kList,
    kDict,
    kTuple,
    kObject,
    kEnum,
    kFuture,
    kFunction,
    kGenerator,
    kStorage,
    kCapsule,
  };

  IValue() { payload_.integer = 0; }
  IValue(bool v) : tag_(Tag::kBool) { payload_.integer = v; }
  IValue(int64_t v) : tag_(Tag::kInt) { payload_.integer = v; }
  IValue(int v) : IValue(static_cast<int64_t>(v)) {}
  IValue(double v) : tag_(Tag::kDouble) { payload_.real = v; }
  IValue(Device v) : tag_(Tag::kDevice) {
    payload_.integer = 0;
    payload_.device = v;
  }
  IValue(DType v) : IValue(static_cast<int64_t>(v)) {}
  IValue(std::complex<double> v);
  // An undefined tensor becomes None.
  IValue(Tensor v) : tag_(v.defined() ? Tag::kTensor : Tag::kNone) { new (&payload_.tensor) Tensor(std::move(v)); }
  IValue(std::string v);
  IValue(const char* v) : IValue(std::string(v)) {}
  IValue(const Scalar& v);
  IValue(Ref<StringValue> v);
  IValue(Ref<ListValue> v);
  IValue(Ref<DictValue> v);
  IValue(Ref<TupleValue> v);
  IValue(Ref<ObjectValue> v);
  IValue(Ref<EnumValue> v);
  IValue(Ref<FutureValue> v);
  IValue(Ref<FunctionValue> v);
  IValue(Ref<GeneratorValue> v);
  IValue(Ref<StorageValue> v);
  IValue(Ref<CapsuleValue> v);
  template <class T>
  IValue(T*) = delete;

  IValue(const IValue& o) : payload_(o.payload_), tag_(o.tag_) {
    if (is_reference()) retain();
  }
  IValue(IValue&& o) noexcept : payload_(o.payload_), tag_(std::exchange(o.tag_, Tag::kNone)) {}
  IValue& operator=(const IValue& o) {
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
    if (is_reference()) release();
  }
  void swap(IValue& o) noexcept {
    std::swap(payload_.bits, o.payload_.bits);
    std::swap(tag_, o.tag_);
  }

  Tag tag() const { return tag_; }
  bool is_none() const { return tag_ == Tag::kNone; }
  bool is_bool() const { return tag_ == Tag::kBool; }
  bool is_int() const { return tag_ == Tag::kInt; }
  bool is_double() const { return tag_ == Tag::kDouble; }
  bool is_complex() const { return tag_ == Tag::kComplex; }
  bool is_number() const { return is_int() || is_double() || is_bool() || is_complex(); }
  bool is_device() const { return tag_ == Tag::kDevice; }
  bool is_tensor() const { return tag_ == Tag::kTensor; }
  bool is_string() const { return tag_ == Tag::kString; }
  bool is_list() const { return tag_ == Tag::kList; }
  bool is_dict() const { return tag_ == Tag::kDict; }
  bool is_tuple() const { return tag_ == Tag::kTuple; }
  bool is_object() const { return tag_ == Tag::kObject; }
  bool is_enum() const { return tag_ == Tag::kEnum; }
  bool is_future() const { return tag_ == Tag::kFuture; }
  bool is_function() const { return tag_ == Tag::kFunction; }
  bool is_generator() const { return tag_ == Tag::kGenerator; }
  bool is_storage() const { return tag_ == Tag::kStorage; }
  bool is_capsule() const { return tag_ == Tag::kCapsule; }

  // Unchecked: the caller (type checker, adapter, public face) has made sure of the tag.
  bool as_bool() const { return payload_.integer != 0; }
  int64_t as_int() const { return payload_.integer; }
  double as_double() const { return payload_.real; }
  Device as_device() const { return payload_.device; }
  const Tensor& as_tensor() const { return payload_.tensor; }
  std::complex<double> as_complex() const;
  const std::string& as_string() const;
  ListValue& as_list() const;
  DictValue& as_dict() const;
  TupleValue& as_tuple() const;
  ObjectValue& as_object() const;
  EnumValue& as_enum() const;
  FutureValue& as_future() const;
  FunctionValue& as_function() const;
  GeneratorValue& as_generator() const;
  StorageValue& as_storage() const;
  CapsuleValue& as_capsule() const;
  // int, double, bool or complex.
  Scalar as_scalar() const;

  // Same box, or equal unboxed value: Python's `is`.
  bool is_same(const IValue& o) const { return tag_ == o.tag_ && (is_none() || payload_.bits == o.payload_.bits); }
  // The dynamic type, as isinstance sees it.
  TypePtr type() const;
  // "Tensor", "int", "List[int]": for messages.
  std::string type_text() const { return type()->to_text(); }
  // The boxed object, or null.
  RefCounted* box() const { return is_reference() ? payload_.boxed() : nullptr; }

 private:
  union Payload {
    Payload() {}
    Payload(const Payload& o) : bits(o.bits) {}
    Payload& operator=(const Payload& o) {
      bits = o.bits;
      return *this;
    }
    ~Payload() {}
    RefCounted* boxed() const { return reference; }
    uint64_t bits;
    int64_t integer;
    double real;
    Device device;
    RefCounted* reference;
    Tensor tensor;  // one pointer wide; sharing the slot lets as_tensor() hand out a reference without counting
  };
  static_assert(sizeof(Tensor) == sizeof(void*));

  IValue(Tag tag, RefCounted* taken) : tag_(tag) { payload_.reference = taken; }
  template <class T>
  static IValue boxed(Tag tag, Ref<T> v);
  bool is_reference() const { return tag_ >= Tag::kTensor; }
  void retain() const { payload_.reference->retain(); }
  void release() const { payload_.reference->release(); }

  Payload payload_;
  Tag tag_ = Tag::kNone;
};

// Python's ==, deep over containers. Comparing tensors inside containers is an error, as it is in PyTorch when they
// have many elements.
Result<bool> values_equal(const IValue& a, const IValue& b);
// Whether a value is of a static type (deep over containers with their declared element types).
bool value_is(const IValue& value, const Type& type);
// As TorchScript's print(), str() and format() print it: floats as "1.", strings bare also inside containers, tensors
// as C++ does.
std::string to_text(const IValue& value);
// Python's repr: floats as "1.0", strings quoted, tensors as tensor([...]).
std::string repr_text(const IValue& value);

}  // namespace heddle
