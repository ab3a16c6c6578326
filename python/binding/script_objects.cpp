#include "python/binding/script_objects.h"

#include <pybind11/stl.h>

#include <map>
#include <string>

#include "base/text.h"
#include "python/binding/values.h"

namespace heddle::python {
namespace {

// Python's classes; live as long as the process.
PyObject* module_class = nullptr;
PyObject* object_class = nullptr;
PyObject* future_class = nullptr;

// Python's class for each enumeration met, and back.
struct EnumClass {
  Ref<const EnumType> type;
  py::object python;
};
std::map<const EnumType*, EnumClass>& enum_classes() {
  static auto& classes = *new std::map<const EnumType*, EnumClass>();
  return classes;
}

std::string last_part(const std::string& name) { return name.substr(name.rfind('.') + 1); }

py::object make_enum_class(const EnumType& type) {
  py::list members;
  for (const EnumType::Member& member : type.members()) {
    members.append(py::make_tuple(member.name, to_python(member.value)));
  }
  return py::module_::import("enum").attr("Enum")(last_part(type.qualified_name()), members);
}

py::object wrap_enum(const EnumValue& value) {
  EnumClass& entry = enum_classes()[value.enum_type.get()];
  if (!entry.type) entry = {value.enum_type, make_enum_class(*value.enum_type)};
  return entry.python.attr("__getitem__")(value.name());
}

// Members of enumerations that came out of a model.
std::optional<IValue> unwrap_enum(py::handle object) {
  for (const auto& [type, entry] : enum_classes()) {
    if (!py::isinstance(object, entry.python)) continue;
    const std::string name = object.attr("name").cast<std::string>();
    for (size_t i = 0; i < type->members().size(); ++i) {
      if (type->members()[i].name == name) return IValue(make_ref<EnumValue>(entry.type, i));
    }
  }
  return std::nullopt;
}

}  // namespace

py::object make_named_tuple(const NamedTupleType& type, py::tuple values) {
  static auto& classes = *new std::map<std::string, py::object>();
  std::string key = type.qualified_name();
  py::list names;
  for (const NamedTupleType::Field& field : type.fields()) {
    key += " " + field.name;
    names.append(field.name);
  }
  py::object& made = classes[key];
  if (!made) {
    made = py::module_::import("collections").attr("namedtuple")(last_part(type.qualified_name()), names);
  }
  return made.attr("_make")(values);
}

py::object wrap_module(const jit::Module& module) { return py::handle(module_class)(py::cast(module)); }

py::object wrap_future(const jit::Future& future) { return py::handle(future_class)(py::cast(future)); }

py::object wrap_script_value(const IValue& value) {
  switch (value.tag()) {
    case IValue::Tag::kObject:
      if (value.as_object().class_type->is_module()) return wrap_module(jit::Module(value));
      return py::handle(object_class)(py::cast(ScriptObject{jit::Module(value)}));
    case IValue::Tag::kFuture:
      return wrap_future(jit::Future(Ref<FutureValue>::share(&value.as_future())));
    case IValue::Tag::kEnum:
      return wrap_enum(value.as_enum());
    default:
      throw py::type_error(concat("a value of type ", value.type_text(), " has no counterpart in Python"));
  }
}

std::optional<IValue> unwrap_script_value(py::handle object) {
  if (py::isinstance<jit::Module>(object)) return object.cast<const jit::Module&>().object();
  if (py::isinstance<ScriptObject>(object)) return object.cast<const ScriptObject&>().object.object();
  if (py::isinstance<jit::Future>(object)) return IValue(object.cast<const jit::Future&>().ref());
  return unwrap_enum(object);
}

void add_script_objects(py::module_& module) {
  module.def(
      "set_script_types",
      [](py::object of_module, py::object of_object, py::object of_future) {
        module_class = of_module.release().ptr();
        object_class = of_object.release().ptr();
        future_class = of_future.release().ptr();
      },
      py::arg("module"), py::arg("object"), py::arg("future"));
}

}  // namespace heddle::python
