// How the arguments and results of an operator of one's own pass between values of a model and C++ types:
//   Tensor, int64_t, double, bool, std::string, Scalar, DType, Device, std::complex<double>, IValue or jit::Value (as
//   it is), and of these std::vector (a list), std::optional, std::tuple, std::unordered_map or std::map (a dict).
// void gives no result, a std::tuple several. Used by heddle/library.h.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/boxes.h"
#include "heddle/error.h"
#include "heddle/jit.h"

namespace heddle {

// `schema`: the type as a schema writes it. `read`: of a value that has this type; throws Error (kType) otherwise.
template <class T>
struct OperatorType;

[[noreturn]] inline void throw_wrong_type(const IValue& value, const std::string& wanted) {
  throw Error(error(ErrorCode::kType, "expected ", wanted, ", not a value of type ", value.type_text()));
}

#define HEDDLE_OPERATOR_TYPE(type, text, test, get)              \
  template <>                                                    \
  struct OperatorType<type> {                                    \
    static std::string schema() { return text; }                 \
    static type read(const IValue& v) {                          \
      if (!(test)) throw_wrong_type(v, text);                    \
      return get;                                                \
    }                                                            \
    static IValue write(type v) { return IValue(std::move(v)); } \
  };
HEDDLE_OPERATOR_TYPE(Tensor, "Tensor", v.is_tensor(), v.as_tensor())
HEDDLE_OPERATOR_TYPE(int64_t, "int", v.is_int() || v.is_bool(), v.as_int())
HEDDLE_OPERATOR_TYPE(double, "float", v.is_number(), v.as_scalar().to_double())
HEDDLE_OPERATOR_TYPE(bool, "bool", v.is_bool(), v.as_bool())
HEDDLE_OPERATOR_TYPE(std::string, "str", v.is_string(), std::string(v.as_string()))
HEDDLE_OPERATOR_TYPE(Scalar, "Scalar", v.is_number(), v.as_scalar())
HEDDLE_OPERATOR_TYPE(Device, "Device", v.is_device(), v.as_device())
HEDDLE_OPERATOR_TYPE(std::complex<double>, "complex", v.is_number(), v.as_scalar().to_complex())
HEDDLE_OPERATOR_TYPE(DType, "ScalarType", v.is_int() && dtype_from_number(v.as_int()), *dtype_from_number(v.as_int()))
HEDDLE_OPERATOR_TYPE(IValue, "Any", true, v)
#undef HEDDLE_OPERATOR_TYPE

template <>
struct OperatorType<jit::Value> : OperatorType<IValue> {};

template <class T>
struct OperatorType<std::optional<T>> {
  static std::string schema() { return OperatorType<T>::schema() + "?"; }
  static std::optional<T> read(const IValue& v) {
    return v.is_none() ? std::nullopt : std::optional<T>(OperatorType<T>::read(v));
  }
  static IValue write(std::optional<T> v) { return v ? OperatorType<T>::write(std::move(*v)) : IValue(); }
};

// The type of a list's elements, for a list made of C++ values.
TypePtr operator_type(const std::string& schema);

template <class T>
struct OperatorType<std::vector<T>> {
  static std::string schema() { return OperatorType<T>::schema() + "[]"; }
  static std::vector<T> read(const IValue& v) {
    if (!v.is_list()) throw_wrong_type(v, schema());
    std::vector<T> out;
    out.reserve(v.as_list().items.size());
    for (const IValue& item : v.as_list().items) out.push_back(OperatorType<T>::read(item));
    return out;
  }
  static IValue write(std::vector<T> values) {
    std::vector<IValue> items;
    items.reserve(values.size());
    for (auto&& value : values) items.push_back(OperatorType<T>::write(std::move(value)));
    return make_list(operator_type(OperatorType<T>::schema()), std::move(items));
  }
};

template <class K, class V, class Map>
struct OperatorDict {
  static std::string schema() { return "Dict(" + OperatorType<K>::schema() + ", " + OperatorType<V>::schema() + ")"; }
  static Map read(const IValue& v) {
    if (!v.is_dict()) throw_wrong_type(v, schema());
    Map out;
    for (const DictValue::Entry& entry : v.as_dict().entries()) {
      out.emplace(OperatorType<K>::read(entry.key), OperatorType<V>::read(entry.value));
    }
    return out;
  }
  static IValue write(const Map& values) {
    auto dict = make_ref<DictValue>(operator_type(OperatorType<K>::schema()), operator_type(OperatorType<V>::schema()));
    for (const auto& [key, value] : values) dict->set(OperatorType<K>::write(key), OperatorType<V>::write(value));
    return IValue(std::move(dict));
  }
};
template <class K, class V>
struct OperatorType<std::map<K, V>> : OperatorDict<K, V, std::map<K, V>> {};
template <class K, class V>
struct OperatorType<std::unordered_map<K, V>> : OperatorDict<K, V, std::unordered_map<K, V>> {};

template <class... T>
struct OperatorType<std::tuple<T...>> {
  static std::string schema() {
    std::string text;
    ((text += (text.empty() ? "" : ", ") + OperatorType<T>::schema()), ...);
    return "(" + text + ")";
  }
  static std::tuple<T...> read(const IValue& v) {
    if (!v.is_tuple() || v.as_tuple().items.size() != sizeof...(T)) throw_wrong_type(v, schema());
    return read_parts(v.as_tuple().items, std::index_sequence_for<T...>());
  }
  static IValue write(std::tuple<T...> values) { return make_tuple(write_parts(std::move(values))); }
  static std::vector<IValue> write_parts(std::tuple<T...> values) {
    std::vector<IValue> out;
    std::apply([&](T&... part) { (out.push_back(OperatorType<T>::write(std::move(part))), ...); }, values);
    return out;
  }

 private:
  template <size_t... I>
  static std::tuple<T...> read_parts(const std::vector<IValue>& items, std::index_sequence<I...>) {
    return {OperatorType<T>::read(items[I])...};
  }
};

template <class T>
struct OperatorResults {
  static std::string schema() { return OperatorType<T>::schema(); }
  template <class F>
  static std::vector<IValue> of(F&& f) {
    std::vector<IValue> out;
    out.push_back(OperatorType<T>::write(f()));
    return out;
  }
};
template <>
struct OperatorResults<void> {
  static std::string schema() { return "()"; }
  template <class F>
  static std::vector<IValue> of(F&& f) {
    f();
    return {};
  }
};
template <class... T>
struct OperatorResults<std::tuple<T...>> {
  static std::string schema() { return OperatorType<std::tuple<T...>>::schema(); }
  template <class F>
  static std::vector<IValue> of(F&& f) {
    return OperatorType<std::tuple<T...>>::write_parts(f());
  }
};

}  // namespace heddle
