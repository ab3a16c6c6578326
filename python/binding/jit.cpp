#include "python/binding/jit.h"

#include <pybind11/stl.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "heddle/jit.h"
#include "heddle/library.h"
#include "python/binding/errors.h"
#include "python/binding/objects.h"
#include "python/binding/script_objects.h"
#include "python/binding/values.h"

namespace heddle::python {
namespace {

// To what sys.stdout is now, as PyTorch's Python module prints.
void write_line(const std::string& line) {
  if (!interpreter_is_up()) return jit::print_to_stdout(line);
  const py::gil_scoped_acquire lock;
  try {
    const py::object out = py::module_::import("sys").attr("stdout");
    if (!out.is_none()) out.attr("write")(line);
  } catch (py::error_already_set& failure) {
    failure.discard_as_unraisable("print() of a TorchScript function");
  }
}

// A call's arguments as values, which need no lock any more.
struct Arguments {
  std::vector<IValue> positional;
  jit::KeywordArguments keywords;
};

Arguments read_arguments(const py::args& args, const py::kwargs& kwargs) {
  Arguments out;
  out.positional.reserve(args.size());
  for (const py::handle argument : args) out.positional.push_back(from_python(argument));
  for (const auto& [name, value] : kwargs) out.keywords.emplace_back(name.cast<std::string>(), from_python(value));
  return out;
}

jit::RunOptions python_options() {
  jit::RunOptions options;
  options.convert_arguments = true;
  return options;
}

py::object call(const jit::Method& method, const py::args& args, const py::kwargs& kwargs) {
  Arguments given = read_arguments(args, kwargs);
  const IValue result =
      without_lock([&] { return method(std::move(given.positional), given.keywords, python_options()); });
  return to_python(result);
}

// With limits: heddle.jit.call.
py::object call_limited(const jit::Method& method, const py::tuple& args, const py::dict& kwargs,
                        std::optional<double> timeout, uint64_t memory_limit, uint64_t recursion_limit,
                        uint64_t fork_limit) {
  Arguments given = read_arguments(py::reinterpret_borrow<py::args>(args), py::reinterpret_borrow<py::kwargs>(kwargs));
  jit::RunOptions options = python_options();
  if (timeout) {
    using Clock = std::chrono::steady_clock;
    options.deadline =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(*timeout));
  }
  options.memory_limit = memory_limit;
  options.recursion_limit = recursion_limit;
  options.fork_limit = fork_limit;
  const IValue result = without_lock([&] { return method(std::move(given.positional), given.keywords, options); });
  return to_python(result);
}

py::object call_async(const jit::Method& method, const py::args& args, const py::kwargs& kwargs) {
  Arguments given = read_arguments(args, kwargs);
  return wrap_future(
      without_lock([&] { return method.run_async(std::move(given.positional), given.keywords, python_options()); }));
}

std::vector<std::string> method_names(const jit::Module& module) {
  std::vector<std::string> names;
  for (const jit::Method& method : module.get_methods()) names.push_back(method.name());
  return names;
}

// A value a person asks a module for: the attribute, or the method bound to it.
py::object get(const jit::Module& module, const std::string& name) {
  if (module.hasattr(name)) return to_python(module.attr(name));
  if (std::optional<jit::Method> method = module.find_method(name)) return py::cast(*std::move(method));
  PyErr_SetString(PyExc_AttributeError,
                  concat("'", module.type_name(), "' object has no attribute '", name, "'").c_str());
  throw py::error_already_set();
}

template <class T>
py::list named_list(const jit::Module::Named<T>& named, py::object (*wrapped)(const T&)) {
  py::list out;
  for (const auto& [name, value] : named) out.append(py::make_tuple(name, wrapped(value)));
  return out;
}

py::object wrap_tensor(const Tensor& tensor) { return wrap(tensor); }
py::object wrap_value(const jit::Value& value) { return to_python(value); }

void add_methods(py::module_& module) {
  py::class_<jit::Method> type(module, "ScriptMethod", "A method of a model bound to its module, or a function.");
  type.def("__call__", &call);
  type.def("run_async", &call_async, "Runs it on the inter-op pool and returns a Future at once.");
  type.def_property_readonly("name", &jit::Method::name);
  type.def_property_readonly("schema", &jit::Method::schema);
  type.def_property_readonly("code", &jit::Method::source, "The TorchScript source.");
  type.def("_graph", &jit::Method::graph, py::arg("optimized") = false);
  type.def_property_readonly("_listing", &jit::Method::code_listing);
  type.def("__repr__",
           [](const jit::Method& method) { return concat("<heddle.jit.ScriptMethod ", method.schema(), ">"); });
}

void add_modules(py::module_& module) {
  py::class_<jit::Module> type(module, "ScriptModule", py::dynamic_attr());
  type.def(py::init([](const jit::Module& other) { return other; }));
  type.def("__call__", [](const jit::Module& m, const py::args& args, const py::kwargs& kwargs) {
    return call(m.get_method("forward"), args, kwargs);
  });
  type.def(
      "forward_async",
      [](const jit::Module& m, const py::args& args, const py::kwargs& kwargs) {
        return call_async(m.get_method("forward"), args, kwargs);
      },
      "Runs forward on the inter-op pool and returns a Future at once, which can be awaited.");
  type.def("_get", &get);
  type.def("_has", [](const jit::Module& m, const std::string& name) { return m.hasattr(name); });
  type.def("_set", [](const jit::Module& m, const std::string& name, const py::object& value) {
    m.setattr(name, from_python(value));
  });
  type.def("_method_names", &method_names);
  type.def("_named_parameters",
           [](const jit::Module& m, bool recurse) { return named_list(m.named_parameters(recurse), wrap_tensor); });
  type.def("_named_buffers",
           [](const jit::Module& m, bool recurse) { return named_list(m.named_buffers(recurse), wrap_tensor); });
  type.def("_named_attributes",
           [](const jit::Module& m, bool recurse) { return named_list(m.named_attributes(recurse), wrap_value); });
  type.def("_named_children", [](const jit::Module& m) { return named_list(m.named_children(), wrap_module); });
  type.def("_named_modules", [](const jit::Module& m) { return named_list(m.named_modules(), wrap_module); });
  type.def("_train", &jit::Module::train);
  type.def("_save", [](const jit::Module& m, const std::string& path, const std::map<std::string, py::bytes>& given) {
    const jit::ExtraFiles extra(given.begin(), given.end());
    without_lock([&] { m.save(path, extra); });
  });
  type.def("_save_to_bytes", [](const jit::Module& m, const std::map<std::string, py::bytes>& given) {
    const jit::ExtraFiles extra(given.begin(), given.end());
    std::ostringstream out;
    without_lock([&] { m.save(out, extra); });
    return py::bytes(out.str());
  });
  type.def("_copy", [](const jit::Module& m, bool deep) { return wrap_module(deep ? m.deepcopy() : m.copy()); });
  type.def("_freeze", [](const jit::Module& m) { return wrap_module(without_lock([&] { return jit::freeze(m); })); });
  type.def("set_thread_limit", &jit::Module::set_thread_limit, py::arg("count"),
           "At most so many intra-op threads for each operator in later calls; 0: as many as there are.");
  type.def_property_readonly("_type_name", &jit::Module::type_name);
  type.def("_is_same", [](const jit::Module& a, const jit::Module& b) { return a.object().is_same(b.object()); });
  type.def("_identity", [](const jit::Module& m) { return reinterpret_cast<uintptr_t>(m.object().box()); });
  type.def(
      "missing_operators",
      [](const jit::Module& m) {
        py::dict out;
        for (const jit::MissingOperator& missing : m.missing_operators()) out[py::str(missing.name)] = missing.places;
        return out;
      },
      "Operators the model names that Heddle lacks, each with the places that name it.");

  py::class_<ScriptObject> object(module, "ScriptObject");
  object.def(py::init([](const ScriptObject& other) { return other; }));
  object.def("__getattr__", [](const ScriptObject& o, const std::string& name) { return get(o.object, name); });
  object.def("_set", [](const ScriptObject& o, const std::string& name, const py::object& value) {
    o.object.setattr(name, from_python(value));
  });
  object.def("_has", [](const ScriptObject& o, const std::string& name) { return o.object.hasattr(name); });
  object.def("_method_names", [](const ScriptObject& o) { return method_names(o.object); });
  object.def_property_readonly("_type_name", [](const ScriptObject& o) { return o.object.type_name(); });
}

void set_limits(LoadLimits& limits, const py::dict& given) {
  const std::map<std::string, uint64_t LoadLimits::*> names = {
      {"archive_bytes", &LoadLimits::archive_bytes},   {"record_bytes", &LoadLimits::record_bytes},
      {"expanded_bytes", &LoadLimits::expanded_bytes}, {"memory_bytes", &LoadLimits::memory_bytes},
      {"pickle_opcodes", &LoadLimits::pickle_opcodes}, {"pickle_depth", &LoadLimits::pickle_depth},
      {"source_bytes", &LoadLimits::source_bytes},     {"graph_nodes", &LoadLimits::graph_nodes}};
  for (const auto& [name, value] : given) {
    const auto found = names.find(name.cast<std::string>());
    if (found == names.end()) throw py::key_error(concat("there is no limit '", name.cast<std::string>(), "'"));
    limits.*found->second = value.cast<uint64_t>();
  }
}

jit::SetState setstate_of(const std::string& text) {
  if (text == "pure") return jit::SetState::kPure;
  if (text == "refuse") return jit::SetState::kRefuse;
  if (text == "run") return jit::SetState::kRun;
  throw py::value_error(concat("setstate is '", text, "', expected 'pure', 'refuse' or 'run'"));
}

py::object load(const py::object& source, py::object extra_files, bool silent, bool strict, bool optimize,
                const std::vector<std::string>& without_passes, const std::optional<std::string>& policy,
                const std::string& setstate, const py::dict& limits) {
  jit::ExtraFiles files;
  jit::LoadOptions options;
  if (!extra_files.is_none()) {
    for (const auto& item : extra_files.cast<py::dict>()) files[item.first.cast<std::string>()];
    options.extra_files = &files;
  }
  options.strict = strict;
  options.optimize = optimize;
  options.without_passes = without_passes;
  if (policy) options.policy = jit::OperatorPolicy::parse(*policy);
  options.setstate = setstate_of(setstate);
  set_limits(options.limits, limits);
  if (silent) options.map_location = Device{};
  std::vector<std::string> warnings;
  options.warn = [&warnings](const std::string& message) { warnings.push_back(message); };
  jit::Module loaded;
  if (PyBytes_Check(source.ptr())) {
    // The object is held by the caller and its bytes do not move.
    const char* data = PyBytes_AS_STRING(source.ptr());
    const auto size = static_cast<size_t>(PyBytes_GET_SIZE(source.ptr()));
    loaded = without_lock([&] { return jit::load(data, size, options); });
  } else {
    const auto path = source.cast<std::string>();
    loaded = without_lock([&] { return jit::load(path, options); });
  }
  for (const std::string& message : warnings) {
    if (PyErr_WarnEx(PyExc_UserWarning, message.c_str(), 2) < 0) throw py::error_already_set();
  }
  for (const auto& [name, bytes] : files) extra_files[py::str(name)] = py::bytes(bytes);
  return wrap_module(loaded);
}

}  // namespace

void add_jit(py::module_& module) {
  jit::set_print_handler(&write_line);
  add_methods(module);
  add_modules(module);
  add_script_objects(module);
  py::class_<jit::CompilationUnit> unit(module, "CompilationUnit",
                                        "TorchScript source: its functions are attributes.\n\n"
                                        "heddle.jit.CompilationUnit('def f(x):\\n    return x + 1').f(x)");
  unit.def(
      py::init([](const std::string& source) { return without_lock([&] { return jit::CompilationUnit(source); }); }),
      py::arg("lang"));
  unit.def("find_function", &jit::CompilationUnit::get_function, py::arg("name"));
  unit.def("__dir__", &jit::CompilationUnit::function_names);
  unit.def("__getattr__", [](const jit::CompilationUnit& u, const std::string& name) {
    for (const std::string& known : u.function_names()) {
      if (known == name) return u.get_function(name);
    }
    PyErr_SetString(PyExc_AttributeError, concat("'CompilationUnit' has no attribute '", name, "'").c_str());
    throw py::error_already_set();
  });
  module.def("jit_load", &load, py::arg("source"), py::arg("extra_files"), py::arg("silent"), py::arg("strict"),
             py::arg("optimize"), py::arg("without_passes"), py::arg("policy"), py::arg("setstate"), py::arg("limits"));
  module.def("jit_call", &call_limited);
  module.def("load_library", [](const std::string& path) { without_lock([&] { load_library(path); }); });
}

}  // namespace heddle::python
