#include "heddle_torch/module.h"

#include <iostream>

#include "compat/src/function_state.h"
#include "compat/src/schema.h"

namespace torch::jit {
HEDDLE_TORCH_BEGIN
using heddle_torch::guarded;
using heddle_torch::in;
using heddle_torch::out;

ObjectAttributeError::ObjectAttributeError(const std::string& what) : std::runtime_error(what) {}
ObjectAttributeError::~ObjectAttributeError() = default;

Function FunctionAccess::function(heddle::jit::Method method) {
  Function result;
  result.name_ = method.name();
  result.qualified_name_ = method.function()->qualified_name();
  result.state_ = std::make_shared<Function::State>(std::move(method));
  return result;
}
Method FunctionAccess::bind(heddle::jit::Method method, c10::IValue owner) {
  Method result;
  result.function_ = function(std::move(method));
  result.owner_ = std::move(owner);
  return result;
}

const c10::FunctionSchema& Function::getSchema() const {
  std::call_once(state_->schema_once, [&] {
    state_->schema.emplace(heddle_torch::schema_of(heddle::ir::as_function(state_->method.function()).schema));
  });
  return *state_->schema;
}
c10::IValue Function::operator()(std::vector<c10::IValue> arguments, const Kwargs& kwargs) const {
  return guarded([&] { return out(state_->method(in(std::move(arguments)), keywords(kwargs))); });
}
std::shared_ptr<Graph> Function::graph() const {
  return guarded([&] {
    const std::string text = state_->method.graph();
    return read_graph(*heddle::ir::as_function(state_->method.function()).graph, text);
  });
}

void Method::run(Stack& stack) {
  c10::IValue result = (*this)(std::move(stack));
  stack.clear();
  stack.push_back(std::move(result));
}
c10::intrusive_ptr<c10::ivalue::Future> Method::run_async(std::vector<c10::IValue> arguments, const Kwargs& kwargs) {
  return guarded([&] {
    heddle::jit::Future future = FunctionAccess::of(function_).run_async(in(std::move(arguments)), keywords(kwargs));
    return out(heddle::IValue(future.ref())).toFuture();
  });
}
Module Method::owner() const { return owner_.toModule(); }

namespace {

heddle::jit::Module of(const c10::intrusive_ptr<c10::ivalue::Object>& value) {
  TORCH_CHECK(value, "the module is empty: it was never loaded");
  return heddle::jit::Module(heddle::IValue(heddle_torch::share_as<heddle::ObjectValue>(value.get())));
}

template <class T, class F>
named_slot_list<T> named(const std::vector<std::pair<std::string, F>>& values) {
  named_slot_list<T> list;
  for (const auto& [name, value] : values) {
    if constexpr (std::is_same_v<F, heddle::jit::Module>) {
      list.push_back({name, Module(object_of(value))});
    } else {
      list.push_back({name, out(value)});
    }
  }
  return list;
}
template <class T>
slot_list_impl<T> values_of(const named_slot_list<T>& named) {
  slot_list_impl<T> list;
  for (const auto& entry : named) list.push_back(entry.value);
  return list;
}

}  // namespace

c10::intrusive_ptr<c10::ivalue::Object> Object::_ivalue() const {
  TORCH_CHECK(value_, "the module is empty: it was never loaded");
  return value_;
}
void Object::setattr(const std::string& name, c10::IValue value) {
  guarded([&] { of(value_).setattr(name, in(std::move(value))); });
}
c10::IValue Object::attr(const std::string& name) const {
  if (!hasattr(name))
    throw ObjectAttributeError(c10::str(_ivalue()->name(), " does not have a field with name '", name, "'"));
  return guarded([&] { return out(of(value_).attr(name)); });
}
c10::IValue Object::attr(const std::string& name, c10::IValue otherwise) const {
  return hasattr(name) ? attr(name) : otherwise;
}
bool Object::hasattr(const std::string& name) const { return of(value_).hasattr(name); }
c10::optional<Method> Object::find_method(const std::string& name) const {
  return guarded([&]() -> c10::optional<Method> {
    std::optional<heddle::jit::Method> found = of(value_).find_method(name);
    if (!found) return c10::nullopt;
    return FunctionAccess::bind(*std::move(found), _ivalue());
  });
}
Method Object::get_method(const std::string& name) const {
  if (c10::optional<Method> method = find_method(name)) return *method;
  std::string all;
  for (const Method& method : get_methods()) all += (all.empty() ? "" : ", ") + method.name();
  TORCH_CHECK(false, "Method '", name, "' is not defined. ", _ivalue()->name(), " has: ", all);
  std::abort();
}
std::vector<Method> Object::get_methods() const {
  return guarded([&] {
    std::vector<Method> methods;
    for (heddle::jit::Method& method : of(value_).get_methods())
      methods.push_back(FunctionAccess::bind(std::move(method), _ivalue()));
    return methods;
  });
}

c10::IValue Module::forward(std::vector<c10::IValue> inputs, const Kwargs& kwargs) const {
  const heddle::jit::Module module = of(value_);
  if (!module.find_method("forward")) get_method("forward");  // throws as a missing method does
  return guarded([&] { return out(module.forward(in(std::move(inputs)), keywords(kwargs))); });
}
named_parameter_list Module::named_parameters(bool recurse) const {
  return guarded([&] { return named<at::Tensor>(of(value_).named_parameters(recurse)); });
}
parameter_list Module::parameters(bool recurse) const { return values_of(named_parameters(recurse)); }
named_buffer_list Module::named_buffers(bool recurse) const {
  return guarded([&] { return named<at::Tensor>(of(value_).named_buffers(recurse)); });
}
buffer_list Module::buffers(bool recurse) const { return values_of(named_buffers(recurse)); }
named_attribute_list Module::named_attributes(bool recurse) const {
  return guarded([&] { return named<c10::IValue>(of(value_).named_attributes(recurse)); });
}
attribute_list Module::attributes(bool recurse) const { return values_of(named_attributes(recurse)); }
named_module_list Module::named_children() const {
  return guarded([&] { return named<Module>(of(value_).named_children()); });
}
module_list Module::children() const { return values_of(named_children()); }
named_module_list Module::named_modules() const {
  return guarded([&] { return named<Module>(of(value_).named_modules()); });
}
module_list Module::modules() const { return values_of(named_modules()); }

void Module::to(at::Device device, at::ScalarType dtype, bool non_blocking) {
  heddle_torch::check_device(device);
  to(dtype, non_blocking);
}
void Module::to(at::ScalarType dtype, bool) {
  for (const at::Tensor& t : parameters()) t.set_data(t.to(dtype));
  for (const at::Tensor& t : buffers()) t.set_data(t.to(dtype));
}
void Module::to(at::Device device, bool) { heddle_torch::check_device(device); }
void Module::train(bool on) {
  guarded([&] { of(value_).train(on); });
}
bool Module::is_training() const {
  return guarded([&] { return of(value_).is_training(); });
}
Module Module::copy() const {
  return guarded([&] { return Module(object_of(of(value_).copy())); });
}
Module Module::deepcopy(c10::optional<at::Device> device) const {
  if (device) heddle_torch::check_device(*device);
  return guarded([&] { return Module(object_of(of(value_).deepcopy())); });
}
Module Module::clone(bool) const { return copy(); }

void Module::save(const std::string& filename, const ExtraFilesMap& extra_files) const {
  guarded([&] { of(value_).save(filename, heddle::jit::ExtraFiles(extra_files.begin(), extra_files.end())); });
}
void Module::save(std::ostream& out, const ExtraFilesMap& extra_files) const {
  guarded([&] { of(value_).save(out, heddle::jit::ExtraFiles(extra_files.begin(), extra_files.end())); });
}

void Module::register_parameter(const std::string& name, at::Tensor v, bool) { setattr(name, std::move(v)); }
void Module::register_attribute(const std::string& name, const c10::TypePtr&, c10::IValue v) {
  setattr(name, std::move(v));
}

std::string Module::dump_to_str(bool print_method_bodies, bool print_attr_values, bool print_param_values) const {
  std::ostringstream text;
  text << "module " << _ivalue()->name() << " {\n  parameters {\n";
  for (const auto& p : named_parameters(false)) {
    text << "    " << p.name;
    if (print_param_values) text << " = " << p.value;
    text << "\n";
  }
  text << "  }\n  attributes {\n";
  for (const auto& a : named_attributes(false)) {
    text << "    " << a.name;
    if (print_attr_values && !a.value.isModule()) text << " = " << a.value;
    text << "\n";
  }
  text << "  }\n  methods {\n";
  for (const Method& m : get_methods())
    text << "    " << m.schema() << "\n" << (print_method_bodies ? m.graph()->toString() : "");
  text << "  }\n}\n";
  return text.str();
}
void Module::dump(bool methods, bool attributes, bool parameters) const {
  std::cout << dump_to_str(methods, attributes, parameters) << std::endl;
}

CompilationUnit::CompilationUnit(const std::string& source) { define(c10::nullopt, source); }
void CompilationUnit::define(const c10::optional<c10::QualifiedName>&, const std::string& source) {
  guarded([&] {
    const heddle::jit::CompilationUnit unit(source);
    for (const std::string& name : unit.function_names())
      functions_.push_back(std::make_shared<Function>(FunctionAccess::function(unit.get_function(name))));
  });
}
Function* CompilationUnit::find_function(const c10::QualifiedName& name) const {
  for (const auto& function : functions_)
    if (function->name() == name.name()) return function.get();
  return nullptr;
}
Function& CompilationUnit::get_function(const c10::QualifiedName& name) const {
  Function* function = find_function(name);
  TORCH_CHECK(function, "attempted to get undefined function ", name.qualifiedName());
  return *function;
}
std::vector<Function*> CompilationUnit::get_functions() const {
  std::vector<Function*> all;
  for (const auto& function : functions_) all.push_back(function.get());
  return all;
}
std::shared_ptr<CompilationUnit> compile(const std::string& source) {
  return std::make_shared<CompilationUnit>(source);
}

HEDDLE_TORCH_END
}  // namespace torch::jit
