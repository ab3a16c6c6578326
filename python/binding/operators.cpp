#include "python/binding/operators.h"

#include <pybind11/stl.h>

#include <structmember.h>

#include <set>
#include <string>

#include "base/text.h"
#include "heddle/error.h"
#include "python/binding/errors.h"
#include "python/binding/objects.h"
#include "python/binding/operator_texts.h"
#include "python/binding/overloads.h"
#include "python/binding/return_types.h"
#include "python/binding/values.h"
#include "schema/custom_operators.h"

namespace heddle::python {
namespace {

// A tensor that the call was given is handed back as the very object: x.add_(1) is x.
PyObject* given_object(const Tensor& tensor, const PythonCall& call) {
  const size_t names = call.names ? static_cast<size_t>(PyTuple_GET_SIZE(call.names)) : 0;
  const auto is_it = [&](PyObject* object) { return is_tensor(object) && tensor_of(object).is_same(tensor); };
  if (call.self && is_it(call.self)) return Py_NewRef(call.self);
  for (size_t i = 0; i < call.positional_count + names; ++i) {
    PyObject* object = call.positional[i];
    if (is_it(object)) return Py_NewRef(object);
    if (!PyTuple_Check(object) && !PyList_Check(object)) continue;
    for (Py_ssize_t k = 0; k < PySequence_Fast_GET_SIZE(object); ++k) {
      PyObject* item = PySequence_Fast_GET_ITEM(object, k);
      if (is_it(item)) return Py_NewRef(item);
    }
  }
  return nullptr;
}

py::object to_result(const IValue& value, const PythonCall& call) {
  if (value.is_tensor()) {
    if (PyObject* given = given_object(value.as_tensor(), call)) return py::reinterpret_steal<py::object>(given);
    return wrap(value.as_tensor());
  }
  // Lists of tensors are tuples, as in PyTorch; of integers, sizes.
  if (value.is_list()) {
    const std::vector<IValue>& items = value.as_list().items;
    py::tuple out(items.size());
    for (size_t i = 0; i < items.size(); ++i) out[i] = to_result(items[i], call);
    return out;
  }
  return to_python(value);
}

py::object to_results(const schema::Operator& op, std::vector<IValue> values, const PythonCall& call) {
  if (values.empty()) return py::none();
  if (values.size() == 1) return to_result(values[0], call);
  py::tuple out(values.size());
  for (size_t i = 0; i < values.size(); ++i) out[i] = to_result(values[i], call);
  return make_return_type(op.schema, std::move(out));
}

py::object run(const OverloadSet& set, const PythonCall& call) {
  MatchedOverload matched;
  if (!set.match(call, matched)) throw py::error_already_set();
  const schema::Operator& op = *matched.overload->op;
  Result<std::vector<IValue>> results = without_lock([&] { return schema::call_operator(op, matched.arguments); });
  std::vector<IValue> values = value_or_raise(std::move(results));
  if (matched.requires_grad && !values.empty() && values[0].is_tensor()) {
    values[0].as_tensor().impl()->requires_grad = true;
  }
  return to_results(op, std::move(values), call);
}

PyObject* run_guarded(const OverloadSet& set, const PythonCall& call) {
  py::object out;
  return guarded([&] { out = run(set, call); }) ? out.release().ptr() : nullptr;
}

// A function, or a method that the interpreter calls with the tensor first.
struct OperatorObject {
  PyObject ob_base;
  vectorcallfunc vectorcall;
  const OverloadSet* set;
  PyObject* module;  // the name of the module it is in
  PyObject* name;    // in that module: "norm" of linalg_norm
  bool is_operator;  // of arithmetic: says NotImplemented to operands it does not know
};

const OperatorObject& operator_of(PyObject* object) { return *reinterpret_cast<OperatorObject*>(object); }

PyTypeObject* function_type = nullptr;
PyTypeObject* method_type = nullptr;

PyObject* call_function(PyObject* callable, PyObject* const* arguments, size_t flags, PyObject* names) {
  return run_guarded(*operator_of(callable).set,
                     {nullptr, arguments, static_cast<size_t>(PyVectorcall_NARGS(flags)), names});
}

PyObject* call_method(PyObject* callable, PyObject* const* arguments, size_t flags, PyObject* names) {
  const OperatorObject& method = operator_of(callable);
  const auto count = static_cast<size_t>(PyVectorcall_NARGS(flags));
  if (count == 0 || !is_tensor(arguments[0])) {
    PyErr_Format(PyExc_TypeError, "%s() is a method of heddle.Tensor", method.set->name().c_str());
    return nullptr;
  }
  PyObject* result = run_guarded(*method.set, {arguments[0], arguments + 1, count - 1, names});
  if (!result && method.is_operator && PyErr_ExceptionMatches(PyExc_TypeError)) {
    PyErr_Clear();
    return Py_NewRef(Py_NotImplemented);
  }
  return result;
}

// Functions do not bind: a class may hold heddle.relu as it may a built-in function.
PyObject* bind_nothing(PyObject* self, PyObject*, PyObject*) { return Py_NewRef(self); }
PyObject* bind_method(PyObject* self, PyObject* object, PyObject*) {
  return object && object != Py_None ? PyMethod_New(self, object) : Py_NewRef(self);
}

PyObject* get_name(PyObject* self, void*) { return Py_NewRef(operator_of(self).name); }
PyObject* get_qualname(PyObject* self, void*) {
  const OperatorObject& op = operator_of(self);
  return op.set->is_method() ? PyUnicode_FromFormat("Tensor.%U", op.name) : Py_NewRef(op.name);
}
PyObject* get_doc(PyObject* self, void*) { return PyUnicode_FromString(documentation(*operator_of(self).set).c_str()); }
PyObject* get_signature(PyObject* self, void*) {
  return PyUnicode_FromString(text_signature(*operator_of(self).set).c_str());
}
PyObject* get_module(PyObject* self, void*) { return Py_NewRef(operator_of(self).module); }
PyObject* operator_repr(PyObject* self) {
  const OperatorObject& op = operator_of(self);
  return op.set->is_method() ? PyUnicode_FromFormat("<method '%s' of 'heddle.Tensor' objects>", op.set->name().c_str())
                             : PyUnicode_FromFormat("<built-in function %U.%U>", op.module, op.name);
}
PyObject* reduce(PyObject* self, PyObject*) {
  const OperatorObject& op = operator_of(self);
  if (!op.set->is_method()) return Py_NewRef(op.name);
  const py::object tensor = py::module_::import("heddle").attr("Tensor");
  return py::make_tuple(py::module_::import("builtins").attr("getattr"), py::make_tuple(tensor, op.set->name()))
      .release()
      .ptr();
}
void operator_dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  Py_DECREF(operator_of(self).module);
  Py_DECREF(operator_of(self).name);
  type->tp_free(self);
  Py_DECREF(type);
}

PyGetSetDef getters[] = {{"__name__", get_name, nullptr, nullptr, nullptr},
                         {"__qualname__", get_qualname, nullptr, nullptr, nullptr},
                         {"__doc__", get_doc, nullptr, nullptr, nullptr},
                         {"__module__", get_module, nullptr, nullptr, nullptr},
                         {"__text_signature__", get_signature, nullptr, nullptr, nullptr},
                         {nullptr, nullptr, nullptr, nullptr, nullptr}};
PyMethodDef methods[] = {{"__reduce__", reduce, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
PyMemberDef members[] = {{"__vectorcalloffset__", T_PYSSIZET, offsetof(OperatorObject, vectorcall), READONLY, nullptr},
                         {nullptr, 0, 0, 0, nullptr}};

PyTypeObject* make_type(const char* name, descrgetfunc bind, unsigned flags) {
  PyType_Slot slots[] = {{Py_tp_dealloc, reinterpret_cast<void*>(operator_dealloc)},
                         {Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
                         {Py_tp_descr_get, reinterpret_cast<void*>(bind)},
                         {Py_tp_repr, reinterpret_cast<void*>(operator_repr)},
                         {Py_tp_getset, getters},
                         {Py_tp_methods, methods},
                         {Py_tp_members, members},
                         {0, nullptr}};
  PyType_Spec spec = {
      name, sizeof(OperatorObject), 0,
      static_cast<unsigned>(Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_DISALLOW_INSTANTIATION) |
          flags,
      slots};
  auto* type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  if (!type) throw py::error_already_set();
  return type;
}

py::object make_operator(const std::string& name, bool is_method, const std::string& module,
                         const std::string& short_name, bool is_operator) {
  std::unique_ptr<OverloadSet> set = OverloadSet::make(name, is_method);
  if (!set) return py::none();
  PyTypeObject* type = is_method ? method_type : function_type;
  PyObject* object = type->tp_alloc(type, 0);
  if (!object) throw py::error_already_set();
  auto* made = reinterpret_cast<OperatorObject*>(object);
  made->vectorcall = is_method ? call_method : call_function;
  made->set = set.release();  // lives as long as the process, as nearly all of these objects do
  made->module = py::str(module).release().ptr();
  made->name = py::str(short_name.empty() ? made->set->name() : short_name).release().ptr();
  made->is_operator = is_operator;
  return py::reinterpret_steal<py::object>(object);
}

bool is_identifier(std::string_view name) {
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
                              std::string_view::npos;
}

// The names of the table's operators in a namespace: "aten".
std::vector<std::string> operator_names(const std::string& space) {
  std::set<std::string> names;
  const auto add = [&](const schema::Operator* op) {
    const std::string& name = op->schema.name;
    if (!name.starts_with(space + "::")) return;
    const std::string rest = name.substr(space.size() + 2);
    if (is_identifier(rest)) names.insert(rest);
  };
  for (const schema::Operator* op : schema::operators().all()) add(op);
  for (const schema::Operator* op : schema::custom_operators()) add(op);
  return {names.begin(), names.end()};
}

py::list signatures(const std::string& name, bool is_method) {
  py::list out;
  const std::unique_ptr<OverloadSet> set = OverloadSet::make(name, is_method);
  if (!set) return out;
  for (const Overload& overload : set->overloads()) {
    if (!overload.declaration.empty()) out.append(describe_overload(overload));
  }
  return out;
}

}  // namespace

IValue call_table(std::string_view name, std::string_view overload, std::initializer_list<IValue> arguments) {
  const schema::Operator* op = schema::operators().find(name, overload);
  if (!op) throw Error(error(ErrorCode::kUnsupported, "Heddle has no operator ", name));
  const std::vector<IValue> given = arguments;
  Result<std::vector<IValue>> results = without_lock([&] { return schema::call_operator(*op, given); });
  std::vector<IValue> values = value_or_raise(std::move(results));
  return values.empty() ? IValue() : std::move(values[0]);
}

void add_operators(py::module_& module) {
  function_type = make_type("heddle._C.operator_function", bind_nothing, 0);
  method_type = make_type("heddle._C.operator_method", bind_method, Py_TPFLAGS_METHOD_DESCRIPTOR);
  module.def("operator_names", &operator_names, py::arg("namespace"));
  module.def(
      "make_function",
      [](const std::string& name, const std::string& home, const std::string& short_name) {
        return make_operator(name, false, home, short_name, false);
      },
      py::arg("name"), py::arg("module"), py::arg("short_name") = "");
  module.def(
      "make_method",
      [](const std::string& name, bool is_operator) { return make_operator(name, true, "heddle", "", is_operator); },
      py::arg("name"), py::arg("is_operator") = false);
  module.def("signatures", &signatures, py::arg("name"), py::arg("is_method"),
             "The overloads of an operator, for what writes the type stubs.");
}

}  // namespace heddle::python
