// torch::jit::Module, Method, Function, CompilationUnit.
#pragma once

#include "heddle_torch/graph.h"

namespace torch {
namespace jit {
HEDDLE_TORCH_BEGIN

using Kwargs = std::unordered_map<std::string, c10::IValue>;
using ExtraFilesMap = std::unordered_map<std::string, std::string>;
struct Module;
struct Object;

// An attribute that is not there.
class ObjectAttributeError : public std::runtime_error {
 public:
  explicit ObjectAttributeError(const std::string& what);
  ObjectAttributeError(const ObjectAttributeError&) = default;
  ~ObjectAttributeError() override;
};

// A function with its code; lives as long as what it belongs to.
struct Function {
  const std::string& name() const { return name_; }
  c10::QualifiedName qualname() const { return c10::QualifiedName(qualified_name_); }
  const c10::FunctionSchema& getSchema() const;
  size_t num_inputs() const { return getSchema().arguments().size(); }
  std::shared_ptr<Graph> graph() const;
  c10::IValue operator()(std::vector<c10::IValue> arguments, const Kwargs& kwargs = Kwargs()) const;
  std::string doc_string() const { return {}; }
  bool isGraphFunction() const { return true; }

 private:
  friend struct FunctionAccess;
  struct State;
  std::shared_ptr<State> state_;
  std::string name_;
  std::string qualified_name_;
};

struct Method {
  const std::string& name() const { return function_.name(); }
  c10::IValue operator()(std::vector<c10::IValue> arguments, const Kwargs& kwargs = Kwargs()) const {
    return function_(std::move(arguments), kwargs);
  }
  void run(Stack& stack);
  c10::intrusive_ptr<c10::ivalue::Future> run_async(std::vector<c10::IValue> arguments,
                                                    const Kwargs& kwargs = Kwargs());
  std::shared_ptr<Graph> graph() const { return function_.graph(); }
  size_t num_inputs() const { return function_.num_inputs(); }
  Function& function() const { return function_; }
  const c10::FunctionSchema& schema() const { return function_.getSchema(); }
  Module owner() const;

 private:
  friend struct FunctionAccess;
  mutable Function function_;
  c10::IValue owner_;
};

template <class T>
struct Named {
  std::string name;
  T value;
};
using NameTensor = Named<at::Tensor>;
using NameValue = Named<c10::IValue>;
using NameModule = Named<Module>;

// Parameters, attributes or modules, as a vector with PyTorch's names.
template <class T>
struct slot_list_impl : std::vector<T> {
  using std::vector<T>::vector;
};
template <class T>
struct named_slot_list : std::vector<Named<T>> {
  using std::vector<Named<T>>::vector;
};
using parameter_list = slot_list_impl<at::Tensor>;
using buffer_list = slot_list_impl<at::Tensor>;
using attribute_list = slot_list_impl<c10::IValue>;
using module_list = slot_list_impl<Module>;
using named_parameter_list = named_slot_list<at::Tensor>;
using named_buffer_list = named_slot_list<at::Tensor>;
using named_attribute_list = named_slot_list<c10::IValue>;
using named_module_list = named_slot_list<Module>;

struct Object {
  Object() = default;
  Object(c10::intrusive_ptr<c10::ivalue::Object> value) : value_(std::move(value)) {}
  c10::intrusive_ptr<c10::ivalue::Object> _ivalue() const;
  c10::TypePtr type() const { return _ivalue()->type(); }
  void setattr(const std::string& name, c10::IValue value);
  c10::IValue attr(const std::string& name) const;
  c10::IValue attr(const std::string& name, c10::IValue otherwise) const;
  bool hasattr(const std::string& name) const;
  Method get_method(const std::string& name) const;
  c10::optional<Method> find_method(const std::string& name) const;
  std::vector<Method> get_methods() const;
  bool has_method(const std::string& name) const { return find_method(name).has_value(); }
  template <class... A>
  c10::IValue run_method(const std::string& name, A&&... arguments) {
    return get_method(name)({c10::IValue(std::forward<A>(arguments))...});
  }
  size_t num_slots() const { return type()->numAttributes(); }
  friend bool operator==(const Object& a, const Object& b) { return a.value_ == b.value_; }

 protected:
  c10::intrusive_ptr<c10::ivalue::Object> value_;
};

struct Module : public Object {
  Module() = default;
  Module(c10::intrusive_ptr<c10::ivalue::Object> value) : Object(std::move(value)) {}

  c10::IValue forward(std::vector<c10::IValue> inputs, const Kwargs& kwargs = Kwargs()) const;
  c10::IValue operator()(std::vector<c10::IValue> inputs) const { return forward(std::move(inputs)); }
  template <class... A>
  c10::IValue operator()(A&&... arguments) const;

  named_parameter_list named_parameters(bool recurse = true) const;
  parameter_list parameters(bool recurse = true) const;
  named_buffer_list named_buffers(bool recurse = true) const;
  buffer_list buffers(bool recurse = true) const;
  named_attribute_list named_attributes(bool recurse = true) const;
  attribute_list attributes(bool recurse = true) const;
  named_module_list named_children() const;
  module_list children() const;
  named_module_list named_modules() const;
  module_list modules() const;

  void to(at::Device device, at::ScalarType dtype, bool non_blocking = false);
  void to(at::ScalarType dtype, bool non_blocking = false);
  void to(at::Device device, bool non_blocking = false);
  void train(bool on = true);
  void eval() { train(false); }
  bool is_training() const;
  bool is_optimized() const { return true; }
  void set_optimized(bool) {}

  Module copy() const;
  Module deepcopy(c10::optional<at::Device> device = c10::nullopt) const;
  Module clone(bool inplace = false) const;
  // An archive that PyTorch loads too: the code as it was loaded, attributes as they are now. c10::Error for a module
  // that no archive was loaded for, for what archives do not hold, and where the file cannot be written.
  void save(const std::string& filename, const ExtraFilesMap& extra_files = ExtraFilesMap()) const;
  void save(std::ostream& out, const ExtraFilesMap& extra_files = ExtraFilesMap()) const;
  void dump(bool print_method_bodies, bool print_attr_values, bool print_param_values) const;
  std::string dump_to_str(bool print_method_bodies, bool print_attr_values, bool print_param_values) const;
  void register_parameter(const std::string& name, at::Tensor v, bool is_buffer);
  void register_attribute(const std::string& name, const c10::TypePtr& type, c10::IValue v);
};

template <class... A>
c10::IValue Module::operator()(A&&... arguments) const {
  if constexpr (sizeof...(A) == 1 && (std::is_convertible<A&&, std::vector<c10::IValue>>::value && ...)) {
    return forward(std::vector<c10::IValue>(std::forward<A>(arguments)...));
  } else {
    return forward({c10::IValue(std::forward<A>(arguments))...});
  }
}

namespace script {
using jit::ExtraFilesMap;
using jit::Method;
using jit::Module;
using jit::Object;
}  // namespace script

// Functions (and classes) of TorchScript source.
struct CompilationUnit {
  CompilationUnit() = default;
  explicit CompilationUnit(const std::string& source);
  void define(const c10::optional<c10::QualifiedName>& prefix, const std::string& source);
  template <class... A>
  c10::IValue run_method(const c10::QualifiedName& name, A&&... arguments) {
    return get_function(name)({c10::IValue(std::forward<A>(arguments))...});
  }
  Function& get_function(const c10::QualifiedName& name) const;
  Function* find_function(const c10::QualifiedName& name) const;
  std::vector<Function*> get_functions() const;

 private:
  mutable std::vector<std::shared_ptr<Function>> functions_;
};
std::shared_ptr<CompilationUnit> compile(const std::string& source);

HEDDLE_TORCH_END
}  // namespace jit
}  // namespace torch
