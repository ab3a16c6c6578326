// The extension heddle._C. What people call is in the Python package around it.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <sstream>
#include <string>

#include "archive/torch_save.h"
#include "heddle/jit.h"
#include "heddle/parallel.h"
#include "heddle/thread_config.h"
#include "program/runtime.h"
#include "python/binding/creation.h"
#include "python/binding/errors.h"
#include "python/binding/exchange.h"
#include "python/binding/jit.h"
#include "python/binding/objects.h"
#include "python/binding/operators.h"
#include "python/binding/tensor_object.h"
#include "python/binding/tracing.h"
#include "python/binding/values.h"

namespace heddle::python {
namespace {

py::object load_values(const py::object& source, const std::string& name) {
  IValue value;
  if (PyBytes_Check(source.ptr())) {
    // Tensors look into the bytes, so these live as long as they do.
    const auto held = make_ref<PythonValue>(source);
    auto bytes =
        Storage::wrap(PyBytes_AS_STRING(source.ptr()), static_cast<size_t>(PyBytes_GET_SIZE(source.ptr())), [held] {});
    value = value_or_throw(without_lock([&] { return archive::read_torch_save(bytes, name); }));
  } else {
    const auto path = source.cast<std::string>();
    value = value_or_throw(without_lock([&] { return archive::read_torch_save(path); }));
  }
  return to_python(value);
}

void save_values(const py::object& object, const std::string& path) {
  const IValue value = from_python(object);
  ok_or_throw(without_lock([&] { return archive::write_torch_save(value, path); }));
}

py::bytes save_to_bytes(const py::object& object) {
  const IValue value = from_python(object);
  std::ostringstream out;
  ok_or_throw(without_lock([&] { return archive::write_torch_save(value, out); }));
  return py::bytes(out.str());
}

void add_files(py::module_& module) {
  module.def("load_values", &load_values, py::arg("source"), py::arg("name"));
  module.def("save_values", &save_values, py::arg("object"), py::arg("path"));
  module.def("save_to_bytes", &save_to_bytes, py::arg("object"));
}

// The members that the file has.
py::dict to_dict(const ThreadConfig& config) {
  py::dict out;
  const auto add = [&](const char* name, const std::optional<int>& value) {
    if (value) out[name] = *value;
  };
  add("threads", config.threads);
  add("interop_threads", config.interop_threads);
  add("inference_threads", config.inference_threads);
  add("batch", config.batch);
  return out;
}

void add_threads(py::module_& module) {
  module.def("set_num_threads", &set_num_threads, py::arg("count"),
             "set_num_threads(int)\n\nHow many threads may work inside operators, for the whole process.");
  module.def("get_num_threads", &get_num_threads, "get_num_threads() -> int");
  module.def("set_num_interop_threads", &set_num_interop_threads, py::arg("count"),
             "set_num_interop_threads(int)\n\nThe size of the pool that runs what models fork.");
  module.def("get_num_interop_threads", &get_num_interop_threads, "get_num_interop_threads() -> int");
  module.def("set_spin_microseconds", &set_spin_microseconds, py::arg("microseconds"),
             "How long an idle thread looks for work before it sleeps.");
  module.def("get_spin_microseconds", &get_spin_microseconds);
  module.def(
      "read_thread_config", [](const std::string& path) { return to_dict(read_thread_config(path)); }, py::arg("path"),
      "The thread settings in a file of heddle tune, as a dict; sets nothing.");
  module.def(
      "apply_thread_config", [](const std::string& path) { return to_dict(apply_thread_config(path)); },
      py::arg("path"), "Sets the intra-op and inter-op threads that a file of heddle tune has; returns its settings.");
  module.def("parallel_info", &get_parallel_info, "The thread settings, and where each comes from, as a text.");
}

}  // namespace
}  // namespace heddle::python

PYBIND11_MODULE(_C, module) {
  using namespace heddle::python;
  heddle::program::ensure_runtime();
  register_errors(module);
  add_object_types(module);
  add_tensor_type(module);
  add_operators(module);
  add_creation(module);
  add_exchange(module);
  add_futures(module);
  add_jit(module);
  add_files(module);
  add_threads(module);
  add_tracing(module);
}
