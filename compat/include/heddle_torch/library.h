// Operators of the program's own: TORCH_LIBRARY, torch::RegisterOperators. An operator is
// known to archives that are loaded after its registration.
#pragma once

#include "heddle_torch/typed_operator.h"

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

template <class T>
class class_;

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
  // A class of the namespace; defined in custom_class.h.
  template <class T>
  torch::class_<T> class_(const std::string& name);

 private:
  const std::string& space() const { return name_; }
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
