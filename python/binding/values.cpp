#include "python/binding/values.h"

#include <pybind11/complex.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "heddle/error.h"
#include "python/binding/errors.h"
#include "python/binding/exchange.h"
#include "python/binding/objects.h"
#include "python/binding/script_objects.h"

namespace heddle::python {
namespace {

// Python's own limit on recursion, as an exception instead of a crash.
struct Depth {
  Depth() {
    if (Py_EnterRecursiveCall(" while a value is converted")) throw py::error_already_set();
  }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;
  ~Depth() { Py_LeaveRecursiveCall(); }
};

py::object to_tuple(const TupleValue& tuple) {
  py::tuple out(tuple.items.size());
  for (size_t i = 0; i < tuple.items.size(); ++i) out[i] = to_python(tuple.items[i]);
  return tuple.named_type ? make_named_tuple(*as_named_tuple(*tuple.named_type), std::move(out)) : out;
}

py::object to_list(const ListValue& list) {
  py::list out(list.items.size());
  for (size_t i = 0; i < list.items.size(); ++i) out[i] = to_python(list.items[i]);
  return out;
}

py::object to_dict(const DictValue& dict) {
  py::dict out;
  for (const DictValue::Entry& entry : dict.entries()) out[to_python(entry.key)] = to_python(entry.value);
  return out;
}

py::object to_text_object(const std::string& text) {
  // Models may hold bytes in strings.
  return py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogateescape"));
}

TypePtr common_type(const std::vector<IValue>& values) {
  TypePtr type;
  for (const IValue& value : values) {
    type = type ? unify(type, value.type()) : value.type();
    if (!type) return types::any();
  }
  return type ? type : types::tensor();
}

std::vector<IValue> read_items(const py::handle& sequence) {
  std::vector<IValue> items;
  for (const py::handle item : py::reinterpret_borrow<py::sequence>(sequence)) items.push_back(from_python(item));
  return items;
}

IValue read_dict(const py::handle& object) {
  std::vector<IValue> keys;
  std::vector<IValue> values;
  for (const auto& [key, value] : py::reinterpret_borrow<py::dict>(object)) {
    keys.push_back(from_python(key));
    values.push_back(from_python(value));
  }
  auto dict = make_ref<DictValue>(keys.empty() ? types::string() : common_type(keys), common_type(values));
  for (size_t i = 0; i < keys.size(); ++i) dict->set(std::move(keys[i]), std::move(values[i]));
  return IValue(std::move(dict));
}

}  // namespace

PythonValue::~PythonValue() {
  if (!interpreter_is_up()) {
    object.release();  // the interpreter is gone, and its objects with it
    return;
  }
  const py::gil_scoped_acquire lock;
  object = py::object();
}

bool interpreter_is_up() {
#if PY_VERSION_HEX >= 0x030D0000
  return Py_IsInitialized() && !Py_IsFinalizing();
#else
  return Py_IsInitialized() && !_Py_IsFinalizing();
#endif
}

bool is_numpy_number(PyObject* object) {
  static PyObject* generic = nullptr;
  if (!generic) {
    PyObject* numpy = PyImport_GetModule(py::str("numpy").ptr());
    if (!numpy) {
      PyErr_Clear();
      return false;
    }
    generic = PyObject_GetAttrString(numpy, "generic");
    Py_DECREF(numpy);
  }
  return generic && PyObject_TypeCheck(object, reinterpret_cast<PyTypeObject*>(generic));
}

bool read_number(PyObject* object, IValue& out) {
  if (PyFloat_Check(object)) {
    out = IValue(PyFloat_AS_DOUBLE(object));
  } else if (PyBool_Check(object)) {
    out = IValue(object == Py_True);
  } else if (PyLong_Check(object)) {
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow) {
      PyErr_SetString(PyExc_RuntimeError, "Overflow when unpacking long");
      throw py::error_already_set();
    }
    out = IValue(static_cast<int64_t>(value));
  } else if (PyComplex_Check(object)) {
    const Py_complex value = PyComplex_AsCComplex(object);
    out = IValue(std::complex<double>(value.real, value.imag));
  } else if (is_numpy_number(object)) {
    const py::object item = py::handle(object).attr("item")();
    return !is_numpy_number(item.ptr()) && read_number(item.ptr(), out);
  } else {
    return false;
  }
  return true;
}

py::object to_python(const IValue& value) {
  const Depth depth;
  switch (value.tag()) {
    case IValue::Tag::kNone:
      return py::none();
    case IValue::Tag::kBool:
      return py::bool_(value.as_bool());
    case IValue::Tag::kInt:
      return py::int_(value.as_int());
    case IValue::Tag::kDouble:
      return py::float_(value.as_double());
    case IValue::Tag::kComplex:
      return py::cast(value.as_complex());
    case IValue::Tag::kDevice:
      return py::cast(value.as_device());
    case IValue::Tag::kTensor:
      return wrap(value.as_tensor());
    case IValue::Tag::kString:
      return to_text_object(value.as_string());
    case IValue::Tag::kList:
      return to_list(value.as_list());
    case IValue::Tag::kDict:
      return to_dict(value.as_dict());
    case IValue::Tag::kTuple:
      return to_tuple(value.as_tuple());
    case IValue::Tag::kCapsule:
      if (const auto* held = dynamic_cast<const PythonValue*>(&value.as_capsule())) return held->object;
      [[fallthrough]];
    default:
      return wrap_script_value(value);
  }
}

IValue from_python(py::handle object) {
  const Depth depth;
  PyObject* o = object.ptr();
  IValue out;
  if (o == Py_None) return out;
  if (is_tensor(o)) return tensor_of(o);
  if (read_number(o, out)) return out;
  if (PyUnicode_Check(o)) return py::cast<std::string>(object.attr("encode")("utf-8", "surrogateescape"));
  if (PyBytes_Check(o)) return py::cast<std::string>(py::reinterpret_borrow<py::bytes>(object));
  if (PyTuple_Check(o)) return make_tuple(read_items(object));
  if (PyList_Check(o) || PyRange_Check(o)) {
    std::vector<IValue> items = read_items(object);
    TypePtr type = common_type(items);
    return make_list(std::move(type), std::move(items));
  }
  if (PyDict_Check(o)) return read_dict(object);
  if (const std::optional<DType> dtype = as_dtype(o)) return *dtype;
  if (py::isinstance<Device>(object)) return object.cast<Device>();
  if (const std::optional<int64_t> number = as_layout(o)) return *number;
  if (const std::optional<int64_t> number = as_memory_format(o)) return *number;
  if (GeneratorValue* generator = as_generator(o)) return Ref<GeneratorValue>::share(generator);
  if (std::optional<IValue> script = unwrap_script_value(object)) return *std::move(script);
  if (is_numpy_array(object)) return tensor_from_numpy(object);
  throw py::type_error(
      concat("a value of type ", std::string(Py_TYPE(o)->tp_name),
             " cannot be given to a model: expected tensors, NumPy arrays, numbers, bool, str, None, or "
             "lists, tuples and dicts of these"));
}

}  // namespace heddle::python
