#include "python/binding/objects.h"

#include <pybind11/stl.h>

#include <array>
#include <string>

#include "base/text.h"
#include "heddle/error.h"
#include "python/binding/errors.h"

namespace heddle::python {
namespace {

struct DTypeObject {
  DType dtype;
};
// A value of one of PyTorch's enumerations that TorchScript has as a number.
struct LayoutObject {
  int64_t number;
  std::string name;
};
struct MemoryFormatObject {
  int64_t number;
  std::string name;
};
struct GeneratorObject {
  Ref<GeneratorValue> generator;
};

constexpr size_t kDTypes = 16;
std::array<PyObject*, kDTypes> dtype_objects;  // live as long as the module
PyTypeObject* dtype_type = nullptr;
PyObject* size_type = nullptr;

template <class T>
T* instance_of(PyObject* object) {
  return py::isinstance<T>(object) ? py::cast<T*>(py::handle(object)) : nullptr;
}

void add_dtypes(py::module_& module) {
  py::class_<DTypeObject> type(module, "dtype", "The type of a tensor's elements: heddle.float32, heddle.int64, ...");
  type.def("__repr__", [](const DTypeObject& d) { return concat("torch.", python_name(d.dtype)); });
  type.def("__reduce__", [](const DTypeObject& d) { return std::string(python_name(d.dtype)); });
  type.def("__hash__", [](const DTypeObject& d) { return static_cast<int>(d.dtype); });
  type.def_property_readonly("is_floating_point", [](const DTypeObject& d) { return is_floating(d.dtype); });
  type.def_property_readonly("is_complex", [](const DTypeObject& d) { return is_complex(d.dtype); });
  type.def_property_readonly("is_signed",
                             [](const DTypeObject& d) { return d.dtype != DType::kUInt8 && d.dtype != DType::kBool; });
  type.def_property_readonly("itemsize", [](const DTypeObject& d) { return element_size(d.dtype); });
  type.attr("__module__") = "heddle";
  dtype_type = reinterpret_cast<PyTypeObject*>(type.ptr());
  for (size_t i = 0; i < kDTypes; ++i) {
    const DType dtype = static_cast<DType>(i);
    py::object object = py::cast(DTypeObject{dtype});
    module.attr(std::string(python_name(dtype)).c_str()) = object;
    dtype_objects[i] = object.release().ptr();
  }
}

template <class T>
void add_numbered(py::module_& module, const char* type_name, const char* doc,
                  std::initializer_list<std::pair<int64_t, const char*>> values) {
  py::class_<T> type(module, type_name, doc);
  type.def("__repr__", [](const T& value) { return "torch." + value.name; });
  type.def("__reduce__", [](const T& value) { return value.name; });
  type.attr("__module__") = "heddle";
  for (const auto& [number, name] : values) module.attr(name) = T{number, name};
}

Device make_device(const std::string& text, std::optional<int> index) {
  Device device = value_or_throw(parse_device(text));
  if (index) device.index = static_cast<int16_t>(*index);
  return device;
}

std::string device_type(Device device) {
  device.index = -1;
  return to_text(device);
}

void add_device(py::module_& module) {
  py::class_<Device> type(module, "device", "A device by its name; Heddle computes on heddle.device('cpu').");
  type.def(py::init([](const Device& other) { return other; }), py::arg("device"));
  type.def(py::init(&make_device), py::arg("type"), py::arg("index") = py::none());
  type.def_property_readonly("type", &device_type);
  type.def_property_readonly("index",
                             [](Device d) { return d.index < 0 ? std::nullopt : std::optional<int>(d.index); });
  type.def("__repr__", [](Device d) {
    return d.index < 0 ? concat("device(type='", device_type(d), "')")
                       : concat("device(type='", device_type(d), "', index=", d.index, ")");
  });
  type.def("__str__", [](Device d) { return to_text(d); });
  type.def("__eq__", [](Device a, const py::object& b) {
    const Device* other = instance_of<Device>(b.ptr());
    return other && a == *other;
  });
  type.def("__hash__", [](Device d) { return static_cast<int>(d.type) * 256 + d.index; });
  type.def("__reduce__",
           [](const py::object& d) { return py::make_tuple(py::type::of(d), py::make_tuple(py::str(d))); });
  type.attr("__module__") = "heddle";
}

void add_generator(py::module_& module) {
  py::class_<GeneratorObject> type(module, "Generator", "A stream of random numbers of its own.");
  type.def(py::init([](const py::object&) { return GeneratorObject{make_ref<GeneratorValue>(67280421310721)}; }),
           py::arg("device") = "cpu");
  type.def(
      "manual_seed",
      [](py::object self, const py::int_& seed) {
        self.cast<GeneratorObject&>().generator->manual_seed(PyLong_AsUnsignedLongLongMask(seed.ptr()));
        if (PyErr_Occurred()) throw py::error_already_set();
        return self;
      },
      py::arg("seed"));
  type.def("initial_seed", [](const GeneratorObject& g) { return g.generator->seed(); });
  type.def_property_readonly("device", [](const GeneratorObject&) { return Device{}; });
  type.attr("__module__") = "heddle";
  module.def("manual_seed", [](const py::int_& seed) {
    default_generator().manual_seed(PyLong_AsUnsignedLongLongMask(seed.ptr()));
    if (PyErr_Occurred()) throw py::error_already_set();
  });
  module.def("initial_seed", [] { return default_generator().seed(); });
}

}  // namespace

void add_object_types(py::module_& module) {
  add_dtypes(module);
  add_numbered<LayoutObject>(module, "layout", "How a tensor lies in memory: heddle.strided.",
                             {{0, "strided"}, {1, "sparse_coo"}});
  add_numbered<MemoryFormatObject>(
      module, "memory_format", "The order of dimensions in memory.",
      {{0, "contiguous_format"}, {1, "preserve_format"}, {2, "channels_last"}, {3, "channels_last_3d"}});
  add_device(module);
  add_generator(module);
  module.def("set_size_type", [](py::type type) { size_type = type.release().ptr(); });
}

PyObject* dtype_object(DType dtype) { return dtype_objects[static_cast<size_t>(dtype)]; }

std::optional<DType> as_dtype(PyObject* object) {
  if (Py_TYPE(object) == dtype_type) return py::cast<DTypeObject&>(py::handle(object)).dtype;
  if (object == reinterpret_cast<PyObject*>(&PyFloat_Type)) return DType::kFloat64;
  if (object == reinterpret_cast<PyObject*>(&PyLong_Type)) return DType::kInt64;
  if (object == reinterpret_cast<PyObject*>(&PyBool_Type)) return DType::kBool;
  if (object == reinterpret_cast<PyObject*>(&PyComplex_Type)) return DType::kComplex128;
  return std::nullopt;
}

std::optional<int64_t> as_layout(PyObject* object) {
  const LayoutObject* layout = instance_of<LayoutObject>(object);
  return layout ? std::optional(layout->number) : std::nullopt;
}

std::optional<int64_t> as_memory_format(PyObject* object) {
  const MemoryFormatObject* format = instance_of<MemoryFormatObject>(object);
  return format ? std::optional(format->number) : std::nullopt;
}

std::optional<Device> as_device(PyObject* object) {
  if (const Device* device = instance_of<Device>(object)) return *device;
  if (PyUnicode_Check(object)) return value_or_raise(parse_device(py::cast<std::string>(py::handle(object))));
  return std::nullopt;
}

GeneratorValue* as_generator(PyObject* object) {
  const GeneratorObject* generator = instance_of<GeneratorObject>(object);
  return generator ? generator->generator.get() : nullptr;
}

PyObject* new_size(std::span<const int64_t> sizes) {
  py::object tuple = py::reinterpret_steal<py::object>(PyTuple_New(static_cast<Py_ssize_t>(sizes.size())));
  if (!tuple) return nullptr;
  for (size_t i = 0; i < sizes.size(); ++i) {
    PyTuple_SET_ITEM(tuple.ptr(), static_cast<Py_ssize_t>(i), PyLong_FromLongLong(sizes[i]));
  }
  return size_type ? PyObject_CallOneArg(size_type, tuple.ptr()) : tuple.release().ptr();
}

}  // namespace heddle::python
