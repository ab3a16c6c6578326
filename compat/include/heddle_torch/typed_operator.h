// C++ functions as operators: their arguments read from IValues, their results boxed.
#pragma once

#include "heddle_torch/jit.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN

using OperatorFunction = std::function<std::vector<c10::IValue>(c10::ArrayRef<c10::IValue>)>;

// A C++ function as one of IValues, with its types in the words of schemas: "Tensor", "int".
struct TypedOperator {
  std::vector<std::string> arguments;
  std::string results;
  OperatorFunction function;
  // "(Tensor _0, int _1) -> Tensor"
  std::string signature() const;
};

// Throws c10::Error for a schema that cannot be read, or whose operator is there already.
void register_operator(const std::string& schema, OperatorFunction function);

template <class R>
struct ResultsOf {
  static std::string schema() { return Convert<R>::schema(); }
  template <class F>
  static std::vector<c10::IValue> of(F&& f) {
    std::vector<c10::IValue> all;
    all.push_back(Convert<R>::box(f()));
    return all;
  }
};
template <>
struct ResultsOf<void> {
  static std::string schema() { return "()"; }
  template <class F>
  static std::vector<c10::IValue> of(F&& f) {
    f();
    return {};
  }
};
template <class... A>
struct ResultsOf<std::tuple<A...>> {
  static std::string schema() { return Convert<std::tuple<A...>>::schema(); }
  template <class F>
  static std::vector<c10::IValue> of(F&& f) {
    std::tuple<A...> results = f();
    return std::apply([](A&... a) { return std::vector<c10::IValue>{Convert<A>::box(a)...}; }, results);
  }
};

// An argument while the function runs: an ArrayRef looks into a vector of its own.
template <class T>
struct HeldArgument {
  T value;
  explicit HeldArgument(const c10::IValue& v) : value(Convert<T>::from(v)) {}
  T& get() { return value; }
};
template <class T>
struct HeldArgument<c10::ArrayRef<T>> {
  std::vector<T> values;
  explicit HeldArgument(const c10::IValue& v) : values(Convert<std::vector<T>>::from(v)) {}
  c10::ArrayRef<T> get() { return values; }
};

template <class R, class... A, class F, size_t... I>
TypedOperator typed_operator(F f, std::index_sequence<I...>) {
  TypedOperator result;
  result.arguments = {Convert<std::decay_t<A>>::schema()...};
  result.results = ResultsOf<std::decay_t<R>>::schema();
  result.function = [f](c10::ArrayRef<c10::IValue> arguments) {
    (void)arguments;
    std::tuple<HeldArgument<std::decay_t<A>>...> held{HeldArgument<std::decay_t<A>>(arguments[I])...};
    return ResultsOf<std::decay_t<R>>::of([&]() -> R { return f(std::get<I>(held).get()...); });
  };
  return result;
}

template <class R, class... A>
TypedOperator typed_operator(R (*f)(A...)) {
  return typed_operator<R, A...>(f, std::index_sequence_for<A...>());
}
template <class F, class R, class... A>
TypedOperator typed_call(F f, R (F::*)(A...) const) {
  return typed_operator<R, A...>(std::move(f), std::index_sequence_for<A...>());
}
// A lambda, or anything with one operator() const.
template <class F, class = decltype(&F::operator())>
TypedOperator typed_operator(F f) {
  return typed_call(std::move(f), &F::operator());
}

HEDDLE_TORCH_END
}  // namespace heddle_torch
