// boxed<&function>() makes a Kernel of an ordinary C++ function, so that kernels are written with typed arguments:
//   Result<Tensor> add(const Tensor& self, const Tensor& other, const Scalar& alpha);
// Argument types: const Tensor&, std::optional<Tensor>, const Scalar&, std::optional<Scalar>, int64_t, double, bool,
// std::complex<double>, std::string_view, DType, MemoryFormat, Device, Dims, std::vector<Tensor>,
// std::vector<std::optional<Tensor>>, std::vector<double>, std::vector<bool>, std::vector<Scalar>, std::optional of
// each, GeneratorValue*, const IValue& (as it is). Results: Tensor, int64_t, double, bool, Scalar, std::string, IValue,
// Dims, std::vector<Tensor>, std::tuple of these (several results), Status (none). Every one wrapped in Result, or
// plain where it cannot fail. A value of another kind than the schema promises is a kType error naming the operator and
// argument.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/boxes.h"
#include "core/generator.h"
#include "schema/call.h"

namespace heddle::schema {

// Converts one argument; false when the value is of another kind. Specialisations live in this header.
template <class T>
struct FromIValue;

// The kType error for argument i of the call: "aten::add: argument 'other' must be Tensor, but got int".
Status wrong_kind(const Call& call, size_t i);

namespace detail {

// Bodies shared by all kernels, so that each boxed function stays small.
bool read_dims(const IValue& v, Dims& out);
bool read_doubles(const IValue& v, std::vector<double>& out);
bool read_bools(const IValue& v, std::vector<bool>& out);
bool read_scalars(const IValue& v, std::vector<Scalar>& out);
bool read_tensors(const IValue& v, std::vector<Tensor>& out);
bool read_optional_tensors(const IValue& v, std::vector<std::optional<Tensor>>& out);
bool read_double(const IValue& v, double& out);
bool read_dtype(const IValue& v, DType& out);

}  // namespace detail

template <>
struct FromIValue<Tensor> {
  static bool read(const IValue& v, Tensor& out) {
    if (!v.is_tensor()) return false;
    out = v.as_tensor();
    return true;
  }
};
template <>
struct FromIValue<Scalar> {
  static bool read(const IValue& v, Scalar& out) {
    if (!v.is_number()) return false;
    out = v.as_scalar();
    return true;
  }
};
template <>
struct FromIValue<int64_t> {
  static bool read(const IValue& v, int64_t& out) {
    if (!v.is_int() && !v.is_bool()) return false;
    out = v.as_int();
    return true;
  }
};
template <>
struct FromIValue<bool> {
  static bool read(const IValue& v, bool& out) {
    if (!v.is_bool() && !v.is_int()) return false;
    out = v.as_int() != 0;
    return true;
  }
};
template <>
struct FromIValue<double> {
  static bool read(const IValue& v, double& out) { return detail::read_double(v, out); }
};
template <>
struct FromIValue<std::complex<double>> {
  static bool read(const IValue& v, std::complex<double>& out) {
    if (!v.is_number()) return false;
    out = v.as_scalar().to_complex();
    return true;
  }
};
template <>
struct FromIValue<std::string_view> {
  static bool read(const IValue& v, std::string_view& out) {
    if (!v.is_string()) return false;
    out = v.as_string();
    return true;
  }
};
template <>
struct FromIValue<DType> {
  static bool read(const IValue& v, DType& out) { return detail::read_dtype(v, out); }
};
template <>
struct FromIValue<MemoryFormat> {
  static bool read(const IValue& v, MemoryFormat& out) {
    if (!v.is_int() || v.as_int() < 0 || v.as_int() > 3) return false;
    out = static_cast<MemoryFormat>(v.as_int());
    return true;
  }
};
template <>
struct FromIValue<Device> {
  static bool read(const IValue& v, Device& out) {
    if (!v.is_device()) return false;
    out = v.as_device();
    return true;
  }
};
template <>
struct FromIValue<GeneratorValue*> {
  static bool read(const IValue& v, GeneratorValue*& out) {
    out = v.is_generator() ? &v.as_generator() : nullptr;
    return v.is_generator() || v.is_none();
  }
};
#define HEDDLE_READ_LIST(type, reader)                                              \
  template <>                                                                       \
  struct FromIValue<type> {                                                         \
    static bool read(const IValue& v, type& out) { return detail::reader(v, out); } \
  };
HEDDLE_READ_LIST(Dims, read_dims)
HEDDLE_READ_LIST(std::vector<double>, read_doubles)
HEDDLE_READ_LIST(std::vector<bool>, read_bools)
HEDDLE_READ_LIST(std::vector<Scalar>, read_scalars)
HEDDLE_READ_LIST(std::vector<Tensor>, read_tensors)
HEDDLE_READ_LIST(std::vector<std::optional<Tensor>>, read_optional_tensors)
#undef HEDDLE_READ_LIST
// Boxes by pointer, for kernels that change or share them: valid for the call.
#define HEDDLE_READ_BOX(type, is, as)               \
  template <>                                       \
  struct FromIValue<type*> {                        \
    static bool read(const IValue& v, type*& out) { \
      if (!v.is()) return false;                    \
      out = &v.as();                                \
      return true;                                  \
    }                                               \
  };
HEDDLE_READ_BOX(ListValue, is_list, as_list)
HEDDLE_READ_BOX(DictValue, is_dict, as_dict)
HEDDLE_READ_BOX(TupleValue, is_tuple, as_tuple)
HEDDLE_READ_BOX(EnumValue, is_enum, as_enum)
#undef HEDDLE_READ_BOX
template <class T>
struct FromIValue<std::optional<T>> {
  static bool read(const IValue& v, std::optional<T>& out) {
    if (v.is_none()) return true;
    out.emplace();
    return FromIValue<T>::read(v, *out);
  }
};

inline IValue to_ivalue(IValue v) { return v; }
inline IValue to_ivalue(Tensor v) { return IValue(std::move(v)); }
inline IValue to_ivalue(std::optional<Tensor> v) { return v ? IValue(std::move(*v)) : IValue(); }
inline IValue to_ivalue(int64_t v) { return v; }
inline IValue to_ivalue(double v) { return v; }
inline IValue to_ivalue(bool v) { return v; }
inline IValue to_ivalue(DType v) { return v; }
inline IValue to_ivalue(const Scalar& v) { return v; }
inline IValue to_ivalue(std::string v) { return v; }
inline IValue to_ivalue(Device v) { return v; }
inline IValue to_ivalue(std::complex<double> v) { return v; }
inline IValue to_ivalue(const Dims& v) { return make_int_list(v); }
inline IValue to_ivalue(std::vector<Tensor> v) { return make_tensor_list(std::move(v)); }

namespace detail {

template <class T>
struct IsTuple : std::false_type {};
template <class... T>
struct IsTuple<std::tuple<T...>> : std::true_type {};
template <class T>
struct IsResult : std::false_type {};
template <class T>
struct IsResult<Result<T>> : std::true_type {};

template <class T>
void store(const Call& call, T value) {
  if constexpr (IsTuple<T>::value) {
    std::apply(
        [&](auto&... parts) {
          size_t i = 0;
          (call.set_result(i++, to_ivalue(std::move(parts))), ...);
        },
        value);
  } else {
    call.set_result(0, to_ivalue(std::move(value)));
  }
}

// Tensors and IValues are read in place, everything else is converted into a local.
template <class T>
struct Slot {
  T value{};
  bool read(const IValue& v) { return FromIValue<T>::read(v, value); }
  T& get() { return value; }
};
template <>
struct Slot<Tensor> {
  const IValue* value = nullptr;
  bool read(const IValue& v) {
    value = &v;
    return v.is_tensor();
  }
  const Tensor& get() { return value->as_tensor(); }
};
template <>
struct Slot<IValue> {
  const IValue* value = nullptr;
  bool read(const IValue& v) {
    value = &v;
    return true;
  }
  const IValue& get() { return *value; }
};

template <auto function, class R, class... A, size_t... I>
Status call_boxed(const Call& call, R (*)(A...), std::index_sequence<I...>) {
  std::tuple<Slot<std::remove_cvref_t<A>>...> slots;
  size_t failed = sizeof...(A);
  (void)((std::get<I>(slots).read(call.argument(I)) || (failed = I, false)) && ...);
  if (failed != sizeof...(A)) [[unlikely]]
    return wrong_kind(call, failed);
  if constexpr (std::is_same_v<R, Status>) {
    return function(std::get<I>(slots).get()...);
  } else if constexpr (std::is_void_v<R>) {
    function(std::get<I>(slots).get()...);
    return ok_status();
  } else if constexpr (IsResult<R>::value) {
    auto result = function(std::get<I>(slots).get()...);
    if (!result.ok()) [[unlikely]]
      return std::move(result).status();
    store(call, std::move(result).value());
    return ok_status();
  } else {
    store(call, function(std::get<I>(slots).get()...));
    return ok_status();
  }
}

template <class R, class... A>
std::index_sequence_for<A...> indices_of(R (*)(A...));

// A captureless lambda as a plain function.
template <auto lambda, class Signature>
struct LambdaFunction;
template <auto lambda, class R, class C, class... A>
struct LambdaFunction<lambda, R (C::*)(A...) const> {
  static R call(A... arguments) { return lambda(static_cast<A&&>(arguments)...); }
};

}  // namespace detail

// `function` is a pointer to a function, or a lambda: boxed<[](int64_t a, int64_t b) { return a & b; }>().
template <auto function>
Kernel boxed() {
  if constexpr (std::is_pointer_v<decltype(function)>) {
    using Indices = decltype(detail::indices_of(function));
    constexpr auto invoke = [](const Call& call) -> Status {
      return detail::call_boxed<function>(call, function, Indices{});
    };
    return Kernel(invoke, static_cast<int>(Indices::size()));
  } else {
    return boxed<&detail::LambdaFunction<function, decltype(&decltype(function)::operator())>::call>();
  }
}

}  // namespace heddle::schema
