// The boxes behind an IValue. Thread rules are those of ivalue.h; FutureValue has its own lock (core/future.h).
// Boxes of boxes may nest as deep as memory goes: those that hold values let them go by core/release.h.
#pragma once

#include <complex>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/callable.h"
#include "core/class_type.h"
#include "core/ivalue.h"
#include "core/release.h"

namespace heddle {

class StringValue final : public RefCounted {
 public:
  explicit StringValue(std::string v) : text(std::move(v)) {}
  const std::string text;
};

class ComplexValue final : public RefCounted {
 public:
  explicit ComplexValue(std::complex<double> v) : value(v) {}
  const std::complex<double> value;
};

class ListValue final : public RefCounted {
 public:
  explicit ListValue(TypePtr element, std::vector<IValue> values = {})
      : element_type(std::move(element)), items(std::move(values)) {}
  ~ListValue() override { release_values(items); }
  TypePtr element_type;
  std::vector<IValue> items;
};

// Keeps insertion order, as Python does. Keys: int, float, bool, str, complex, device, Tensor (by identity), enum,
// tuple of these.
class DictValue final : public RefCounted {
 public:
  struct Entry {
    IValue key;
    IValue value;
  };
  DictValue(TypePtr key, TypePtr value) : key_type(std::move(key)), value_type(std::move(value)) {}
  ~DictValue() override;
  TypePtr key_type;
  TypePtr value_type;

  size_t size() const { return entries_.size(); }
  const std::vector<Entry>& entries() const { return entries_; }
  // Null when there is no such key. The pointer lives until the next change of the dict.
  IValue* find(const IValue& key);
  void set(IValue key, IValue value);
  // False when there was no such key.
  bool erase(const IValue& key);
  void clear();

 private:
  std::vector<Entry> entries_;
  std::unordered_multimap<size_t, size_t> index_;  // hash of the key -> position in entries_
};

class TupleValue final : public RefCounted {
 public:
  // `named` is a NamedTupleType or null.
  explicit TupleValue(std::vector<IValue> values, TypePtr named = nullptr)
      : items(std::move(values)), named_type(std::move(named)) {}
  ~TupleValue() override { release_values(items); }
  std::vector<IValue> items;
  TypePtr named_type;
};

// An instance of a class or a module. `owner` keeps the program that compiled the class alive.
class ObjectValue final : public RefCounted {
 public:
  ObjectValue(Ref<ClassType> type, Ref<RefCounted> program)
      : slots(type->attributes.size()), class_type(std::move(type)), owner(std::move(program)) {}
  ~ObjectValue() override { release_values(slots); }
  std::vector<IValue> slots;  // in the order of class_type->attributes
  Ref<ClassType> class_type;
  Ref<RefCounted> owner;
  // Code that program has made for this very object, if any. Set before the object is shared between threads.
  Ref<RefCounted> specialised;
  // Null when the class has no such attribute.
  const IValue* find(std::string_view attribute) const;
};

class EnumValue final : public RefCounted {
 public:
  EnumValue(Ref<const EnumType> type, size_t member) : enum_type(std::move(type)), member_index(member) {}
  const std::string& name() const { return enum_type->members()[member_index].name; }
  const IValue& value() const { return enum_type->members()[member_index].value; }
  Ref<const EnumType> enum_type;
  size_t member_index;
};

// A function as a value: a plain function, or a closure with what it captured.
class FunctionValue final : public RefCounted {
 public:
  explicit FunctionValue(Ref<Callable> f, std::vector<IValue> values = {})
      : function(std::move(f)), captured(std::move(values)) {}
  ~FunctionValue() override { release_values(captured); }
  Ref<Callable> function;
  std::vector<IValue> captured;  // passed as the first arguments
};

// An object of a custom class (a packed parameter, say): its class name and whatever it holds.
class CapsuleValue : public RefCounted {
 public:
  explicit CapsuleValue(std::string name) : class_name(std::move(name)) {}
  std::string class_name;  // "__torch__.torch.classes.quantized.Conv2dPackedParamsBase"
};

class StorageValue final : public RefCounted {
 public:
  StorageValue(Ref<Storage> bytes, DType type) : storage(std::move(bytes)), dtype(type) {}
  Ref<Storage> storage;
  DType dtype;
};

inline ListValue& IValue::as_list() const { return static_cast<ListValue&>(*payload_.reference); }
inline DictValue& IValue::as_dict() const { return static_cast<DictValue&>(*payload_.reference); }
inline TupleValue& IValue::as_tuple() const { return static_cast<TupleValue&>(*payload_.reference); }
inline ObjectValue& IValue::as_object() const { return static_cast<ObjectValue&>(*payload_.reference); }
inline EnumValue& IValue::as_enum() const { return static_cast<EnumValue&>(*payload_.reference); }

// Convenience constructors.
IValue make_list(TypePtr element, std::vector<IValue> values);
IValue make_int_list(std::span<const int64_t> values);
IValue make_tensor_list(std::vector<Tensor> values);
IValue make_tuple(std::vector<IValue> values);

}  // namespace heddle
