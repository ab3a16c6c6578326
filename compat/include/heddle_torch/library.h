// Operators of the program's own: TORCH_LIBRARY, torch::RegisterOperators. An operator is
// known to archives that are loaded after its registration.
#pragma once

#include "heddle_torch/jit.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN

using OperatorFunction = std::function<std::vector<c10::IValue>(c10::ArrayRef<c10::IValue>)>;

// A C++ function as one of IValues, with its signature in the words of schemas: "(Tensor _0, int _1) -> Tensor".
struct TypedOperator {
  std::string signature;
  OperatorFunction function;
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
  ((result.signature += (I ? ", " : "") + Convert<std::decay_t<A>>::schema() + " _" + std::to_string(I)), ...);
  result.signature = "(" + result.signature + ") -> " + ResultsOf<std::decay_t<R>>::schema();
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

namespace c10 {
HEDDLE_TORCH_BEGIN
enum class DispatchKey : uint8_t {
  Undefined,
  CPU,
  CUDA,
  CatchAll,
  CompositeImplicitAutograd,
  CompositeExplicitAutograd,
  Autograd,
  AutogradCPU,
  Meta,
  QuantizedCPU
};
HEDDLE_TORCH_END
}  // namespace c10

namespace torch {
HEDDLE_TORCH_BEGIN

// The operators of one namespace.
class Library final {
 public:
  enum Kind { DEF, IMPL, FRAGMENT };
  Library(Kind kind, std::string name, const char* key = "") : kind_(kind), name_(std::move(name)), key_(key) {}
  explicit Library(std::string name) : Library(DEF, std::move(name)) {}

  // "gain(Tensor x, float by) -> Tensor", or "gain" alone: then the schema is the function's.
  template <class F>
  Library& def(const std::string& schema, F&& function) & {
    add(schema, heddle_torch::typed_operator(std::decay_t<F>(std::forward<F>(function))));
    return *this;
  }
  Library& def(const std::string& schema) &;
  // What a declared operator computes. Functions for other devices than the CPU, and for autograd, are not taken.
  template <class F>
  Library& impl(const std::string& name, F&& function) & {
    implement(name, heddle_torch::typed_operator(std::decay_t<F>(std::forward<F>(function))));
    return *this;
  }

 private:
  void add(const std::string& schema, heddle_torch::TypedOperator function);
  void implement(const std::string& name, heddle_torch::TypedOperator function);
  Kind kind_;
  std::string name_;
  std::string key_;
};

namespace detail {
struct TorchLibraryInit {
  TorchLibraryInit(Library::Kind kind, void (*fill)(Library&), const char* name, const char* key);
};
}  // namespace detail

// The older way: torch::RegisterOperators("mine::gain", &gain), or .op(...) of one.
class RegisterOperators final {
 public:
  RegisterOperators() = default;
  template <class F>
  explicit RegisterOperators(const std::string& schema, F&& function) {
    op(schema, std::forward<F>(function));
  }
  class Options {
   public:
    Options& schema(const std::string& text) {
      schema_ = text;
      return *this;
    }
    template <class F>
    Options& kernel(c10::DispatchKey, F&& function) {
      return catchAllKernel(std::forward<F>(function));
    }
    template <class F>
    Options& catchAllKernel(F&& function) {
      typed_ = heddle_torch::typed_operator(std::decay_t<F>(std::forward<F>(function)));
      return *this;
    }

   private:
    friend class RegisterOperators;
    std::string schema_;
    heddle_torch::TypedOperator typed_;
  };
  static Options options() { return {}; }
  template <class F>
  RegisterOperators& op(const std::string& schema, F&& function) {
    if constexpr (std::is_same<std::decay_t<F>, Options>::value) {
      add(schema, function.typed_);
    } else {
      add(schema, heddle_torch::typed_operator(std::decay_t<F>(std::forward<F>(function))));
    }
    return *this;
  }
  RegisterOperators& op(Options options) {
    add(options.schema_, options.typed_);
    return *this;
  }

 private:
  void add(const std::string& schema, heddle_torch::TypedOperator function);
};

template <class T>
class class_ {
 public:
  class_(const std::string&, const std::string&, const std::string& = "") {
    static_assert(heddle_torch::never<T>, "Heddle has no custom classes of C++ programs: torch::class_");
  }
};

HEDDLE_TORCH_END
namespace jit {
using torch::RegisterOperators;
}
}  // namespace torch

namespace c10 {
using torch::RegisterOperators;
}

#define HEDDLE_TORCH_LIBRARY_BLOCK(kind, ns, key, m, id)                                         \
  static void C10_CONCATENATE(heddle_torch_fill_##ns##_, id)(::torch::Library&);                 \
  static const ::torch::detail::TorchLibraryInit C10_CONCATENATE(heddle_torch_init_##ns##_, id)( \
      ::torch::Library::kind, &C10_CONCATENATE(heddle_torch_fill_##ns##_, id), #ns, key);        \
  static void C10_CONCATENATE(heddle_torch_fill_##ns##_, id)([[maybe_unused]] ::torch::Library & m)
#define TORCH_LIBRARY(ns, m) HEDDLE_TORCH_LIBRARY_BLOCK(DEF, ns, "", m, def)
#define TORCH_LIBRARY_FRAGMENT(ns, m) HEDDLE_TORCH_LIBRARY_BLOCK(FRAGMENT, ns, "", m, __LINE__)
#define TORCH_LIBRARY_IMPL(ns, k, m) HEDDLE_TORCH_LIBRARY_BLOCK(IMPL, ns, #k, m, k)
#define TORCH_FN(function) &function
#define TORCH_SELECTIVE_NAME(name) name
#define TORCH_SELECTIVE_SCHEMA(schema) schema
