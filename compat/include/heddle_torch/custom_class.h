// torch::class_: classes of the program whose objects TorchScript holds, made by code, read from archives, taken apart
// by IValue::toCustomClass<T>(). Registered once, before anything that names the class is loaded.
#pragma once

#include "heddle_torch/library.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN

// A method's argument after the object: its name and default, each may be missing.
struct MethodArgument {
  std::string name;
  bool has_default = false;
  c10::IValue default_value;
};

// All throw c10::Error. The name is in full: "__torch__.torch.classes.ns.Name".
void register_class(const std::string& name, const std::type_info& type);
// Methods take the object first; `arguments` are those behind it, or empty.
void register_method(const std::string& class_name, const std::string& method, TypedOperator typed,
                     const std::vector<MethodArgument>& arguments);
void register_static_method(const std::string& class_name, const std::string& method, TypedOperator typed);
// `get_state` takes the object, `set_state` the state and gives an object, in a box.
void register_pickle(const std::string& class_name, TypedOperator get_state, TypedOperator set_state);
// Gives an object that __new__ made what it holds.
void fill_object(const c10::IValue& object, c10::intrusive_ptr<torch::CustomClassHolder> content);

template <class T, class F, class R, class... A>
TypedOperator typed_initializer(F f, R (F::*)(A...) const) {
  return typed_operator([f](const c10::IValue& self, std::decay_t<A>... a) { fill_object(self, f(std::move(a)...)); });
}

HEDDLE_TORCH_END
}  // namespace heddle_torch

namespace torch {
HEDDLE_TORCH_BEGIN
namespace detail {
template <class... A>
struct InitTypes {};
template <class F>
struct InitFunction {
  F f;
};
}  // namespace detail

// What def() makes the constructor of: init<int64_t, std::string>(), or a function that gives an intrusive_ptr.
template <class... A>
detail::InitTypes<A...> init() {
  return {};
}
template <class F>
detail::InitFunction<std::decay_t<F>> init(F&& f) {
  return {std::forward<F>(f)};
}

// A parameter's name, and default: torch::arg("by") = 2.
struct arg {
  explicit arg(std::string name) { argument.name = std::move(name); }
  arg& operator=(const c10::IValue& value) {
    argument.has_default = true;
    argument.default_value = value;
    return *this;
  }
  static c10::IValue none() { return {}; }
  heddle_torch::MethodArgument argument;
};

template <class T>
class class_ final {
  static_assert(std::is_base_of<CustomClassHolder, T>::value,
                "torch::class_<T> requires T to inherit from CustomClassHolder");
  using Self = c10::intrusive_ptr<T>;

 public:
  explicit class_(const std::string& space, const std::string& name, const std::string& = "")
      : name_("__torch__.torch.classes." + space + "." + name) {
    heddle_torch::register_class(name_, typeid(T));
  }

  template <class... A>
  class_& def(detail::InitTypes<A...>, const std::string& = "", std::initializer_list<arg> defaults = {}) {
    return method("__init__", heddle_torch::typed_operator([](const c10::IValue& self, std::decay_t<A>... a) {
                    heddle_torch::fill_object(self, c10::make_intrusive<T>(std::move(a)...));
                  }),
                  defaults);
  }
  template <class F>
  class_& def(detail::InitFunction<F> init, const std::string& = "", std::initializer_list<arg> defaults = {}) {
    return method("__init__", heddle_torch::typed_initializer<T>(init.f, &F::operator()), defaults);
  }
  // A member function, or a function of const c10::intrusive_ptr<T>& and more.
  template <class F>
  class_& def(const std::string& name, F f, const std::string& = "", std::initializer_list<arg> defaults = {}) {
    return method(name, bind(std::move(f)), defaults);
  }
  template <class F>
  class_& def_static(const std::string& name, F f, const std::string& = "") {
    heddle_torch::register_static_method(name_, name, heddle_torch::typed_operator(std::move(f)));
    return *this;
  }
  template <class G, class S, class = std::enable_if_t<!std::is_convertible<S, std::string>::value>>
  class_& def_property(const std::string& name, G get, S set, const std::string& = "") {
    method(name + "_setter", bind(std::move(set)), {});
    return def_property(name, std::move(get));
  }
  template <class G>
  class_& def_property(const std::string& name, G get, const std::string& = "") {
    return method(name + "_getter", bind(std::move(get)), {});
  }
  template <class V>
  class_& def_readwrite(const std::string& name, V T::*field) {
    return def_property(
        name, [field](const Self& self) -> V { return self.get()->*field; },
        [field](const Self& self, V value) { self.get()->*field = std::move(value); });
  }
  template <class V>
  class_& def_readonly(const std::string& name, V T::*field) {
    return def_property(name, [field](const Self& self) -> V { return self.get()->*field; });
  }
  template <class G, class S>
  class_& def_pickle(G&& get_state, S&& set_state) {
    heddle_torch::register_pickle(name_, heddle_torch::typed_operator(std::decay_t<G>(get_state)),
                                  heddle_torch::typed_operator(std::decay_t<S>(set_state)));
    return *this;
  }

 private:
  class_& method(const std::string& name, heddle_torch::TypedOperator typed, std::initializer_list<arg> defaults) {
    std::vector<heddle_torch::MethodArgument> arguments;
    for (const arg& one : defaults) arguments.push_back(one.argument);
    heddle_torch::register_method(name_, name, std::move(typed), arguments);
    return *this;
  }
  template <class C, class R, class... A>
  static heddle_torch::TypedOperator bind(R (C::*f)(A...)) {
    return heddle_torch::typed_operator(
        [f](const Self& self, std::decay_t<A>... a) -> R { return (self.get()->*f)(std::forward<A>(a)...); });
  }
  template <class C, class R, class... A>
  static heddle_torch::TypedOperator bind(R (C::*f)(A...) const) {
    return heddle_torch::typed_operator(
        [f](const Self& self, std::decay_t<A>... a) -> R { return (self.get()->*f)(std::forward<A>(a)...); });
  }
  template <class F>
  static heddle_torch::TypedOperator bind(F f) {
    return heddle_torch::typed_operator(std::move(f));
  }
  std::string name_;
};

template <class T>
class_<T> Library::class_(const std::string& name) {
  return torch::class_<T>(space(), name);
}

// A new object in a box.
template <class T, class... A>
c10::IValue make_custom_class(A&&... a) {
  return c10::IValue(c10::make_intrusive<T>(std::forward<A>(a)...));
}
template <class T>
c10::TypePtr getCustomClassType() {
  return c10::getTypePtr<T>();
}

HEDDLE_TORCH_END
namespace jit {
using torch::class_;
}
}  // namespace torch
