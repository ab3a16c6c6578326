#include "python/binding/convert.h"

#include <pybind11/stl.h>

#include <algorithm>

#include "base/text.h"
#include "heddle/error.h"
#include "program/arguments.h"
#include "python/binding/errors.h"
#include "python/binding/objects.h"
#include "python/binding/values.h"
#include "schema/lazy_calls.h"

namespace heddle::python {
namespace {

// The element of a tensor without dimensions.
IValue item_of(const Tensor& tensor) {
  static const schema::Operator& item = *schema::operators().find("aten::item", "");
  const IValue argument(tensor);
  return value_or_raise(schema::call_operator(item, {&argument, 1}))[0];
}

bool is_plain_int(PyObject* object) { return PyLong_Check(object) && !PyBool_Check(object); }

bool convert_int(PyObject* object, bool lax, IValue& out) {
  if (is_plain_int(object)) return read_number(object, out);
  if (is_tensor(object)) {
    const Tensor& tensor = tensor_of(object);
    if (!lax || tensor.dim() != 0 || !is_integral(tensor.dtype())) return false;
    out = item_of(tensor);
    return true;
  }
  return is_numpy_number(object) && read_number(object, out) && out.is_int();
}

bool convert_number(PyObject* object, bool lax, IValue& out) {
  if (!is_tensor(object)) return read_number(object, out);
  if (!lax || tensor_of(object).dim() != 0) return false;
  out = item_of(tensor_of(object));
  return true;
}

bool convert_float(PyObject* object, bool lax, IValue& out) {
  if (PyBool_Check(object) || !convert_number(object, lax, out) || out.is_complex() || out.is_bool()) return false;
  out = IValue(out.as_scalar().to_double());
  return true;
}

template <class F>
bool convert_sequence(PyObject* object, TypePtr element, F&& convert_item, IValue& out) {
  if (!PyTuple_Check(object) && !PyList_Check(object)) return false;
  const py::object fast = py::reinterpret_steal<py::object>(PySequence_Fast(object, ""));
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(fast.ptr());
  std::vector<IValue> items(static_cast<size_t>(count));
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (!convert_item(PySequence_Fast_GET_ITEM(fast.ptr(), i), items[static_cast<size_t>(i)])) return false;
  }
  out = make_list(std::move(element), std::move(items));
  return true;
}

// One number stands for `size` of them where the schema says int[2].
template <class F>
bool convert_numbers(PyObject* object, const Parameter& parameter, TypePtr element, F&& convert_item, IValue& out) {
  if (convert_sequence(object, element, convert_item, out)) return true;
  IValue item;
  if (!parameter.argument->list_size || !convert_item(object, item)) return false;
  out = make_list(std::move(element), std::vector<IValue>(static_cast<size_t>(*parameter.argument->list_size), item));
  return true;
}

bool convert_tensor(PyObject* object, IValue& out) {
  if (!is_tensor(object)) return false;
  out = tensor_of(object);
  return true;
}

bool convert_device(PyObject* object, IValue& out) {
  const std::optional<Device> device = as_device(object);
  if (!device) return false;
  if (!device->is_cpu()) {
    PyErr_SetString(PyExc_RuntimeError,
                    concat("Heddle computes on the CPU alone; there is no device '", to_text(*device), "'").c_str());
    throw py::error_already_set();
  }
  out = IValue(*device);
  return true;
}

bool convert_other(PyObject* object, const Parameter& parameter, IValue& out) {
  try {
    out = from_python(object);
  } catch (py::error_already_set&) {
    return false;
  } catch (const py::builtin_exception&) {
    return false;
  }
  return program::adapt_value(out, parameter.argument->type);
}

template <class T>
bool store(std::optional<T> value, IValue& out) {
  if (value) out = IValue(*value);
  return value.has_value();
}

}  // namespace

bool convert(PyObject* object, const Parameter& parameter, bool lax, IValue& out) {
  if (object == Py_None && (parameter.optional || parameter.kind == Kind::kGenerator)) {
    out = IValue();
    return true;
  }
  const auto one_int = [lax](PyObject* item, IValue& value) { return convert_int(item, lax, value); };
  const auto one_float = [lax](PyObject* item, IValue& value) { return convert_float(item, lax, value); };
  const auto one_number = [lax](PyObject* item, IValue& value) { return convert_number(item, lax, value); };
  const auto one_bool = [](PyObject* item, IValue& value) {
    value = IValue(item == Py_True);
    return static_cast<bool>(PyBool_Check(item));
  };
  switch (parameter.kind) {
    case Kind::kTensor:
      return convert_tensor(object, out);
    case Kind::kTensors:
      return convert_sequence(object, types::tensor(), convert_tensor, out);
    case Kind::kOptionalTensors:
      return convert_sequence(
          object, types::optional(types::tensor()),
          [](PyObject* item, IValue& value) { return item == Py_None || convert_tensor(item, value); }, out);
    case Kind::kInt:
      return convert_int(object, lax, out);
    case Kind::kInts:
      return convert_numbers(object, parameter, types::integer(), one_int, out);
    case Kind::kFloat:
      return convert_float(object, lax, out);
    case Kind::kFloats:
      return convert_numbers(object, parameter, types::floating(), one_float, out);
    case Kind::kBool:
      return one_bool(object, out);
    case Kind::kBools:
      return convert_numbers(object, parameter, types::boolean(), one_bool, out);
    case Kind::kNumber:
      return convert_number(object, lax, out);
    case Kind::kNumbers:
      return convert_sequence(object, types::number(), one_number, out);
    case Kind::kComplex:
      if (!convert_number(object, lax, out)) return false;
      out = IValue(out.as_scalar().to_complex());
      return true;
    case Kind::kString:
      if (!PyUnicode_Check(object)) return false;
      out = from_python(object);
      return true;
    case Kind::kDevice:
      return convert_device(object, out);
    case Kind::kDType:
      return store(as_dtype(object), out);
    case Kind::kLayout:
      return store(as_layout(object), out);
    case Kind::kMemoryFormat:
      return store(as_memory_format(object), out);
    case Kind::kGenerator:
      if (GeneratorValue* generator = as_generator(object)) {
        out = Ref<GeneratorValue>::share(generator);
        return true;
      }
      return false;
    case Kind::kOther:
      return convert_other(object, parameter, out);
  }
  return false;
}

namespace {

// The schema's text has these as int.
Kind int_kind(std::string_view name) {
  constexpr std::string_view kDTypes[] = {"dtype", "out_dtype", "output_dtype", "type1",
                                          "type2", "from_",     "cpu_dtype",    "cuda_dtype"};
  if (std::find(std::begin(kDTypes), std::end(kDTypes), name) != std::end(kDTypes)) return Kind::kDType;
  if (name == "layout") return Kind::kLayout;
  if (name == "memory_format") return Kind::kMemoryFormat;
  return Kind::kInt;
}

Kind list_kind(const Type& element) {
  switch (element.kind()) {
    case TypeKind::kTensor:
      return Kind::kTensors;
    case TypeKind::kOptional:
      return element.element()->is(TypeKind::kTensor) ? Kind::kOptionalTensors : Kind::kOther;
    case TypeKind::kInt:
      return Kind::kInts;
    case TypeKind::kFloat:
      return Kind::kFloats;
    case TypeKind::kBool:
      return Kind::kBools;
    case TypeKind::kNumber:
      return Kind::kNumbers;
    default:
      return Kind::kOther;
  }
}

}  // namespace

Kind kind_of(const schema::Argument& argument) {
  const TypePtr type = without_none(argument.type);
  switch (type->kind()) {
    case TypeKind::kTensor:
      return Kind::kTensor;
    case TypeKind::kInt:
      return int_kind(argument.name);
    case TypeKind::kFloat:
      return Kind::kFloat;
    case TypeKind::kBool:
      return Kind::kBool;
    case TypeKind::kNumber:
      return Kind::kNumber;
    case TypeKind::kComplex:
      return Kind::kComplex;
    case TypeKind::kString:
      return Kind::kString;
    case TypeKind::kDevice:
      return Kind::kDevice;
    case TypeKind::kGenerator:
      return Kind::kGenerator;
    case TypeKind::kList:
      return list_kind(*type->element());
    default:
      return Kind::kOther;
  }
}

std::string kind_text(const Parameter& parameter) {
  switch (parameter.kind) {
    case Kind::kTensor:
      return "Tensor";
    case Kind::kTensors:
    case Kind::kOptionalTensors:
      return "tuple of Tensors";
    case Kind::kInt:
      return "int";
    case Kind::kInts:
      return "tuple of ints";
    case Kind::kFloat:
      return "float";
    case Kind::kFloats:
      return "tuple of floats";
    case Kind::kBool:
      return "bool";
    case Kind::kBools:
      return "tuple of bools";
    case Kind::kNumber:
      return "Number";
    case Kind::kNumbers:
      return "tuple of Scalars";
    case Kind::kComplex:
      return "complex";
    case Kind::kString:
      return "str";
    case Kind::kDevice:
      return "torch.device";
    case Kind::kDType:
      return "torch.dtype";
    case Kind::kLayout:
      return "torch.layout";
    case Kind::kMemoryFormat:
      return "torch.memory_format";
    case Kind::kGenerator:
      return "torch.Generator";
    case Kind::kOther:
      return parameter.argument->type->to_text();
  }
  return "object";
}

}  // namespace heddle::python
