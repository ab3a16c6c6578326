// Operators of your own, for archives that call them, as PyTorch's TORCH_LIBRARY has them:
//
//   heddle::Tensor gain(const heddle::Tensor& x, double by) { ... }
//
//   HEDDLE_LIBRARY(audio, library) {
//     library.def("gain(Tensor x, float by=2.) -> Tensor", &gain);
//   }
//
// From then on torch.ops.audio.gain(x) of an archive, of a CompilationUnit or of torch.jit.script means this function.
// An operator must be there when the archive that calls it is loaded: load() names those that are not, and reaching one
// is an error. Operators stay to the end of the process, may be registered on any thread at any time, and are called on
// the threads that run models, several at once. An exception that the function throws becomes the operator's error, in
// the model's call stack. A call is never left out or moved past another one, even where its result is not used.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "heddle/operator_values.h"

namespace heddle {

// An operator with its complete arguments in, in the schema's order, and its results out.
using OperatorFunction = std::function<std::vector<IValue>(std::span<const IValue> arguments)>;

// `schema` in full: "audio::gain(Tensor x, float by=2.) -> Tensor"; "(a!)" marks an argument the function writes.
// Throws Error when it cannot be read (kSyntax), or when the operator is there already or bears a name of Heddle's own.
void register_operator(const std::string& schema, OperatorFunction function);

// torch.ops.load_library: loads a shared library whose HEDDLE_LIBRARY blocks register operators. Throws Error when it
// cannot be loaded (kNotFound), or what a block of it threw.
void load_library(const std::string& path);

namespace detail {

// f as an OperatorFunction, and its schema's "(Tensor _0, float _1) -> Tensor".
struct TypedOperator {
  std::string signature;
  OperatorFunction function;
};

template <class R, class... A, class F, size_t... I>
TypedOperator typed_operator(F f, std::index_sequence<I...>) {
  TypedOperator out;
  ((out.signature += (I ? ", " : "(") + OperatorType<std::decay_t<A>>::schema() + " _" + std::to_string(I)), ...);
  out.signature += (sizeof...(A) ? ") -> " : "() -> ") + OperatorResults<std::decay_t<R>>::schema();
  out.function = [f = std::move(f)]([[maybe_unused]] std::span<const IValue> arguments) {
    return OperatorResults<std::decay_t<R>>::of(
        [&]() -> R { return f(OperatorType<std::decay_t<A>>::read(arguments[I])...); });
  };
  return out;
}

template <class R, class... A>
TypedOperator typed_operator(R (*f)(A...)) {
  return typed_operator<R, A...>(f, std::index_sequence_for<A...>());
}
template <class F, class R, class... A>
TypedOperator typed_operator(F f, R (F::*)(A...) const) {
  return typed_operator<R, A...>(std::move(f), std::index_sequence_for<A...>());
}
// A lambda, or anything with one operator() const.
template <class F>
requires std::is_class_v<F> TypedOperator typed_operator(F f) { return typed_operator(std::move(f), &F::operator()); }

}  // namespace detail

// The operators of one namespace. def() and impl() throw as register_operator does.
class Library {
 public:
  explicit Library(std::string name) : name_(std::move(name)) {}

  // "gain(Tensor x, float by) -> Tensor", or "gain" alone: then the schema is that of the function. A schema and a
  // function of different numbers or types of arguments or results are an error (kType).
  template <class F>
  Library& def(const std::string& schema, F&& function) {
    add(schema, detail::typed_operator(std::decay_t<F>(std::forward<F>(function))));
    return *this;
  }
  // Declares an operator; reaching it before impl() was called for it is an error.
  Library& def(const std::string& schema);
  // What a declared operator computes; may come before def().
  template <class F>
  Library& impl(const std::string& name, F&& function) {
    implement(name, detail::typed_operator(std::decay_t<F>(std::forward<F>(function))));
    return *this;
  }

 private:
  void add(const std::string& schema, detail::TypedOperator function);
  void implement(const std::string& name, detail::TypedOperator function);

  std::string name_;
};

// What a HEDDLE_LIBRARY block becomes: run now where Heddle is up, and otherwise before the first model is loaded.
class LibraryBlock {
 public:
  LibraryBlock(const char* name, void (*fill)(Library&));
};

}  // namespace heddle

#define HEDDLE_LIBRARY(name, variable) HEDDLE_LIBRARY_BLOCK(name, variable, __COUNTER__)
// For operators that another block of the same name declares; the key ("CPU") is for likeness to PyTorch's.
#define HEDDLE_LIBRARY_IMPL(name, key, variable) HEDDLE_LIBRARY_BLOCK(name, variable, __COUNTER__)
#define HEDDLE_LIBRARY_BLOCK(name, variable, id) HEDDLE_LIBRARY_BLOCK_(name, variable, id)
#define HEDDLE_LIBRARY_BLOCK_(name, variable, id)                                                       \
  static void heddle_library_##name##_##id(::heddle::Library&);                                         \
  static const ::heddle::LibraryBlock heddle_block_##name##_##id(#name, &heddle_library_##name##_##id); \
  static void heddle_library_##name##_##id([[maybe_unused]] ::heddle::Library& variable)
