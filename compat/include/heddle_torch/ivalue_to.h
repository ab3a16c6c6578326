// IValue::to<T>(), and what List<T>, Dict<K, V> and operators of the program's own know of T: how it is boxed, how it
// is read (c10::Error for another kind) and its type in schemas.
#pragma once

#include <typeinfo>

#include "heddle_torch/ivalue_boxes.h"
#include "heddle_torch/ivalue_dict.h"
#include "heddle_torch/ivalue_list.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN

template <class T>
std::string schema_of() {
  return Convert<T>::schema();
}

#define HEDDLE_TORCH_CONVERT(T, text, get)                            \
  template <>                                                         \
  struct Convert<T> {                                                 \
    static std::string schema() { return text; }                      \
    static T from(const c10::IValue& v) { return get; }               \
    static c10::IValue box(T v) { return c10::IValue(std::move(v)); } \
  };
HEDDLE_TORCH_CONVERT(at::Tensor, "Tensor", v.toTensor())
HEDDLE_TORCH_CONVERT(bool, "bool", v.toBool())
HEDDLE_TORCH_CONVERT(int64_t, "int", v.toInt())
HEDDLE_TORCH_CONVERT(int32_t, "int", static_cast<int32_t>(v.toInt()))
HEDDLE_TORCH_CONVERT(double, "float", v.isInt() ? static_cast<double>(v.toInt()) : v.toDouble())
HEDDLE_TORCH_CONVERT(float, "float", static_cast<float>(Convert<double>::from(v)))
HEDDLE_TORCH_CONVERT(c10::complex<double>, "complex", v.toComplexDouble())
HEDDLE_TORCH_CONVERT(std::string, "str", v.toStringRef())
HEDDLE_TORCH_CONVERT(c10::string_view, "str", v.toStringView())
HEDDLE_TORCH_CONVERT(c10::Scalar, "Scalar", v.toScalar())
HEDDLE_TORCH_CONVERT(c10::Device, "Device", v.toDevice())
HEDDLE_TORCH_CONVERT(c10::ScalarType, "ScalarType", v.toScalarType())
HEDDLE_TORCH_CONVERT(c10::Layout, "Layout", v.toLayout())
HEDDLE_TORCH_CONVERT(c10::MemoryFormat, "MemoryFormat", v.toMemoryFormat())
HEDDLE_TORCH_CONVERT(at::Generator, "Generator", v.toGenerator())
HEDDLE_TORCH_CONVERT(c10::Storage, "Storage", v.toStorage())
HEDDLE_TORCH_CONVERT(c10::intrusive_ptr<c10::ivalue::Tuple>, "AnyTuple", v.toTuple())
HEDDLE_TORCH_CONVERT(c10::intrusive_ptr<c10::ivalue::Future>, "Any", v.toFuture())
HEDDLE_TORCH_CONVERT(c10::intrusive_ptr<c10::ivalue::Object>, "Any", v.toObject())
HEDDLE_TORCH_CONVERT(c10::intrusive_ptr<c10::ivalue::ConstantString>, "str", v.toString())
#undef HEDDLE_TORCH_CONVERT

template <>
struct Convert<c10::IValue> {
  static std::string schema() { return "Any"; }
  static const c10::IValue& from(const c10::IValue& v) { return v; }
  static c10::IValue box(c10::IValue v) { return v; }
};

template <class T>
struct Convert<c10::optional<T>> {
  static std::string schema() { return schema_of<T>() + "?"; }
  static c10::optional<T> from(const c10::IValue& v) {
    return v.isNone() ? c10::nullopt : c10::optional<T>(Convert<T>::from(v));
  }
  static c10::IValue box(c10::optional<T> v) { return v ? Convert<T>::box(std::move(*v)) : c10::IValue(); }
};

template <class T>
struct Convert<c10::List<T>> {
  static std::string schema() { return schema_of<T>() + "[]"; }
  static c10::List<T> from(const c10::IValue& v) { return c10::List<T>(v.toList().handle()); }
  static c10::IValue box(c10::List<T> v) { return v; }
};
template <class T>
struct Convert<std::vector<T>> {
  static std::string schema() { return schema_of<T>() + "[]"; }
  static std::vector<T> from(const c10::IValue& v) { return Convert<c10::List<T>>::from(v).vec(); }
  static c10::IValue box(const std::vector<T>& v) { return v; }
};
// As an argument; the vector lives while the operator is called.
template <class T>
struct Convert<c10::ArrayRef<T>> : Convert<std::vector<T>> {
  static c10::IValue box(c10::ArrayRef<T> v) { return v; }
};
template <class T, size_t N>
struct Convert<std::array<T, N>> {
  static std::string schema() { return schema_of<T>() + "[" + std::to_string(N) + "]"; }
  static std::array<T, N> from(const c10::IValue& v) {
    const std::vector<T> values = Convert<std::vector<T>>::from(v);
    TORCH_CHECK(values.size() == N, "Tried to convert a List with ", values.size(),
                " elements to a fixed-size array of size ", N);
    std::array<T, N> out;
    for (size_t i = 0; i < N; ++i) out[i] = values[i];
    return out;
  }
  static c10::IValue box(const std::array<T, N>& v) { return v; }
};

template <class K, class V>
struct Convert<c10::Dict<K, V>> {
  static std::string schema() { return "Dict(" + schema_of<K>() + ", " + schema_of<V>() + ")"; }
  static c10::Dict<K, V> from(const c10::IValue& v) { return c10::Dict<K, V>(v.toGenericDict().handle()); }
  static c10::IValue box(c10::Dict<K, V> v) { return v; }
};
template <class Map, class K, class V>
struct ConvertMap {
  static std::string schema() { return Convert<c10::Dict<K, V>>::schema(); }
  static Map from(const c10::IValue& v) {
    Map out;
    for (const auto& entry : Convert<c10::Dict<K, V>>::from(v)) out.emplace(entry.key(), entry.value());
    return out;
  }
  static c10::IValue box(const Map& v) { return v; }
};
template <class K, class V>
struct Convert<std::unordered_map<K, V>> : ConvertMap<std::unordered_map<K, V>, K, V> {};
template <class K, class V>
struct Convert<std::map<K, V>> : ConvertMap<std::map<K, V>, K, V> {};

template <class... A>
struct Convert<std::tuple<A...>> {
  static std::string schema() {
    std::string text;
    ((text += (text.empty() ? "" : ", ") + schema_of<std::decay_t<A>>()), ...);
    return "(" + text + ")";
  }
  static std::tuple<A...> from(const c10::IValue& v) { return read(v, std::index_sequence_for<A...>()); }
  static c10::IValue box(const std::tuple<A...>& v) { return v; }

 private:
  template <size_t... I>
  static std::tuple<A...> read(const c10::IValue& v, std::index_sequence<I...>) {
    const auto& items = v.toTupleRef().elements();
    TORCH_CHECK(items.size() == sizeof...(A), "expected a tuple of ", sizeof...(A), " elements but got ", items.size());
    return std::tuple<A...>(Convert<std::decay_t<A>>::from(items[I])...);
  }
};

// Objects of classes that torch::class_ registered. c10::Error where the class is not registered, or the value holds
// another's.
const std::string& class_name_of(const std::type_info& type);
c10::IValue box_object(const std::type_info& type, c10::intrusive_ptr<torch::CustomClassHolder> object);
torch::CustomClassHolder* object_in(const c10::IValue& value, const std::type_info& type);

template <class T>
struct Convert<c10::intrusive_ptr<T>, std::enable_if_t<std::is_base_of<torch::CustomClassHolder, T>::value>> {
  static std::string schema() { return class_name_of(typeid(T)); }
  static c10::intrusive_ptr<T> from(const c10::IValue& v) { return v.toCustomClass<T>(); }
  static c10::IValue box(c10::intrusive_ptr<T> v) { return v; }
};

HEDDLE_TORCH_END
}  // namespace heddle_torch

namespace c10 {
HEDDLE_TORCH_BEGIN
template <class T, class, class>
IValue::IValue(intrusive_ptr<T> v) : IValue(v ? heddle_torch::box_object(typeid(T), std::move(v)) : IValue()) {}
template <class T>
intrusive_ptr<T> IValue::toCustomClass() const {
  static_assert(std::is_base_of<torch::CustomClassHolder, T>::value,
                "toCustomClass requires that template parameter T must inherit from torch::CustomClassHolder");
  return intrusive_ptr<T>::reclaim_copy(static_cast<T*>(heddle_torch::object_in(*this, typeid(T))));
}
template <class T>
T IValue::to() const {
  return heddle_torch::Convert<T>::from(*this);
}
template <class T>
TypePtr getTypePtr() {
  static const TypePtr type = parseType(heddle_torch::schema_of<T>());
  return type;
}
HEDDLE_TORCH_END
}  // namespace c10
