#include "python/binding/tensor_object.h"

#include <new>

#include "core/tensor_text.h"
#include "python/binding/errors.h"
#include "python/binding/indexing.h"
#include "python/binding/objects.h"
#include "python/binding/operators.h"
#include "schema/lazy_calls.h"

namespace heddle::python {

PyTypeObject* tensor_base_type = nullptr;

namespace {

// heddle.Tensor once the package has set it, else TensorBase.
PyTypeObject* tensor_type = nullptr;

PyObject* allocate(PyTypeObject* type, Tensor tensor) {
  PyObject* object = type->tp_alloc(type, 0);
  if (object) new (&reinterpret_cast<TensorObject*>(object)->tensor) Tensor(std::move(tensor));
  return object;
}

// TensorBase._make_subclass in PyTorch: another object of any subclass for the same tensor.
PyObject* tensor_new(PyTypeObject* type, PyObject* arguments, PyObject*) {
  PyObject* other = nullptr;
  if (!PyArg_ParseTuple(arguments, "|O", &other)) return nullptr;
  if (!other || !is_tensor(other)) {
    PyErr_SetString(PyExc_TypeError, "a tensor object is made of a tensor");
    return nullptr;
  }
  return allocate(type, tensor_of(other));
}

void tensor_dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  reinterpret_cast<TensorObject*>(self)->tensor.~Tensor();
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* tensor_repr_object(PyObject* self) {
  Result<Tensor> plain = schema::resolved(tensor_of(self));
  if (!plain.ok()) {
    set_operator_error(plain.status().info());
    return nullptr;
  }
  const std::string text = tensor_repr(plain.value());
  return PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
}

using Getter = PyObject* (*)(PyObject*, void*);

PyObject* get_shape(PyObject* self, void*) { return new_size(tensor_of(self).sizes().span()); }
PyObject* get_dtype(PyObject* self, void*) { return Py_NewRef(dtype_object(tensor_of(self).dtype())); }
PyObject* get_device(PyObject*, void*) { return py::cast(Device{}).release().ptr(); }
PyObject* get_ndim(PyObject* self, void*) { return PyLong_FromLongLong(tensor_of(self).dim()); }
PyObject* get_requires_grad(PyObject* self, void*) { return PyBool_FromLong(tensor_of(self).impl()->requires_grad); }
PyObject* get_is_quantized(PyObject* self, void*) { return PyBool_FromLong(is_quantized(tensor_of(self).dtype())); }
PyObject* get_conj(PyObject* self, void*) { return PyBool_FromLong(tensor_of(self).impl()->conj); }
PyObject* get_neg(PyObject* self, void*) { return PyBool_FromLong(tensor_of(self).impl()->neg); }
PyObject* get_nbytes(PyObject* self, void*) {
  return PyLong_FromLongLong(tensor_of(self).numel() * element_size(tensor_of(self).dtype()));
}
PyObject* get_itemsize(PyObject* self, void*) { return PyLong_FromLongLong(element_size(tensor_of(self).dtype())); }

int set_requires_grad(PyObject* self, PyObject* value, void*) {
  const int on = value ? PyObject_IsTrue(value) : 0;
  if (on < 0) return -1;
  tensor_of(self).impl()->requires_grad = on != 0;
  return 0;
}

// x.data = y: the same object names other elements from then on.
PyObject* get_data(PyObject* self, void*) {
  const Tensor& tensor = tensor_of(self);
  return new_tensor_object(with_marks(tensor, tensor.impl()->conj, tensor.impl()->neg));
}
int set_data(PyObject* self, PyObject* value, void*) {
  if (!value || !is_tensor(value)) {
    PyErr_SetString(PyExc_TypeError, "Variable data has to be a tensor");
    return -1;
  }
  const bool done = guarded([&] { call_table("aten::set_data", "", {tensor_of(self), tensor_of(value)}); });
  return done ? 0 : -1;
}

PyObject* data_ptr(PyObject* self, PyObject*) {
  const Tensor& tensor = tensor_of(self);
  return PyLong_FromVoidPtr(tensor.numel() ? tensor.raw_data() : nullptr);
}

PyGetSetDef getters[] = {{"shape", get_shape, nullptr, "The sizes of the dimensions: a heddle.Size.", nullptr},
                         {"dtype", get_dtype, nullptr, "The type of the elements: heddle.float32, ...", nullptr},
                         {"device", get_device, nullptr, "Where the elements are: always the CPU.", nullptr},
                         {"ndim", get_ndim, nullptr, "The number of dimensions.", nullptr},
                         {"requires_grad", get_requires_grad, set_requires_grad,
                          "Kept because models ask for it; nothing is ever differentiated.", nullptr},
                         {"is_quantized", get_is_quantized, nullptr, "Whether the dtype is a quantised one.", nullptr},
                         {"data", get_data, set_data, "The same elements as another tensor; may be assigned.", nullptr},
                         {"nbytes", get_nbytes, nullptr, "Bytes of all elements.", nullptr},
                         {"itemsize", get_itemsize, nullptr, "Bytes of an element.", nullptr},
                         {"_is_conj", get_conj, nullptr, nullptr, nullptr},
                         {"_is_neg", get_neg, nullptr, nullptr, nullptr},
                         {nullptr, nullptr, nullptr, nullptr, nullptr}};

PyMethodDef methods[] = {
    {"data_ptr", data_ptr, METH_NOARGS, "data_ptr($self)\n--\n\nThe address of the first element."},
    {nullptr, nullptr, 0, nullptr}};

PyType_Slot slots[] = {{Py_tp_dealloc, reinterpret_cast<void*>(tensor_dealloc)},
                       {Py_tp_new, reinterpret_cast<void*>(tensor_new)},
                       {Py_tp_repr, reinterpret_cast<void*>(tensor_repr_object)},
                       {Py_mp_subscript, reinterpret_cast<void*>(get_item)},
                       {Py_mp_ass_subscript, reinterpret_cast<void*>(set_item)},
                       {Py_tp_getset, getters},
                       {Py_tp_methods, methods},
                       {0, nullptr}};

PyType_Spec spec = {"heddle._C.TensorBase", sizeof(TensorObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};

}  // namespace

PyObject* new_tensor_object(Tensor tensor) {
  if (!tensor.defined()) return Py_NewRef(Py_None);
  return allocate(tensor_type, std::move(tensor));
}

void add_tensor_type(py::module_& module) {
  tensor_base_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  if (!tensor_base_type) throw py::error_already_set();
  tensor_type = tensor_base_type;
  module.attr("TensorBase") = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(tensor_base_type));
  module.def("set_tensor_type",
             [](const py::type& type) { tensor_type = reinterpret_cast<PyTypeObject*>(type.inc_ref().ptr()); });
}

}  // namespace heddle::python
