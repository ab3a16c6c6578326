#include "python/binding/return_types.h"

#include <map>
#include <string>

#include "base/text.h"

namespace heddle::python {
namespace {

std::string short_name(const std::string& name) { return name.substr(name.rfind(':') + 1); }

// "torch.return_types.max(\nvalues=tensor(3),\nindices=tensor(0))"
PyObject* repr_of(PyObject* self) {
  try {
    const auto values = py::reinterpret_borrow<py::tuple>(self);
    const py::tuple names = py::type::of(values).attr("__match_args__");
    std::string text = concat("torch.return_types.", py::type::of(values).attr("__name__").cast<std::string>(), "(");
    for (size_t i = 0; i < values.size(); ++i) {
      text += concat(i ? ",\n" : "\n", names[i].cast<std::string>(), "=", py::repr(values[i]).cast<std::string>());
    }
    return py::str(text + ")").release().ptr();
  } catch (py::error_already_set& raised) {
    raised.restore();
    return nullptr;
  }
}

// Types live as long as the process, so what their descriptions point to does too.
PyTypeObject* make_type(const schema::FunctionSchema& schema) {
  auto* fields = new PyStructSequence_Field[schema.returns.size() + 1]();
  for (size_t i = 0; i < schema.returns.size(); ++i) fields[i].name = schema.returns[i].name.c_str();
  auto* name = new std::string(concat("heddle.return_types.", short_name(schema.name)));
  PyStructSequence_Desc description{name->c_str(), nullptr, fields, static_cast<int>(schema.returns.size())};
  PyTypeObject* type = PyStructSequence_NewType(&description);
  if (!type) throw py::error_already_set();
  type->tp_repr = repr_of;
  return type;
}

bool has_names(const schema::FunctionSchema& schema) {
  for (const schema::Argument& result : schema.returns) {
    if (result.name.empty()) return false;
  }
  return true;
}

}  // namespace

py::object make_return_type(const schema::FunctionSchema& schema, py::tuple values) {
  if (!has_names(schema)) return values;
  static auto& types = *new std::map<std::string, PyTypeObject*>();
  std::string key = short_name(schema.name);
  for (const schema::Argument& result : schema.returns) key += " " + result.name;
  PyTypeObject*& type = types[key];
  if (!type) type = make_type(schema);
  py::object out = py::reinterpret_steal<py::object>(PyStructSequence_New(type));
  if (!out) throw py::error_already_set();
  for (size_t i = 0; i < values.size(); ++i) {
    PyStructSequence_SetItem(out.ptr(), static_cast<Py_ssize_t>(i), py::object(values[i]).release().ptr());
  }
  return out;
}

}  // namespace heddle::python
