#include "python/binding/indexing.h"

#include <string>
#include <vector>

#include "base/text.h"
#include "heddle/error.h"
#include "python/binding/creation.h"
#include "python/binding/errors.h"
#include "python/binding/exchange.h"
#include "python/binding/operators.h"
#include "python/binding/values.h"

namespace heddle::python {
namespace {

[[noreturn]] void raise_index(const std::string& text) {
  PyErr_SetString(PyExc_IndexError, text.c_str());
  throw py::error_already_set();
}

constexpr const char* kAllowed =
    "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got ";

// A view by everything in the key but tensors, and the tensors with the dimensions they index.
struct Indexed {
  Tensor view;
  std::vector<IValue> tensors;  // None where a dimension is not indexed; empty: the view is all
};

bool is_index_number(PyObject* item) {
  if (PyBool_Check(item)) return false;
  if (is_tensor(item)) {
    const Tensor& tensor = tensor_of(item);
    return tensor.dim() == 0 && is_integral(tensor.dtype()) && tensor.dtype() != DType::kUInt8;
  }
  return PyLong_Check(item) || (is_numpy_number(item) && PyIndex_Check(item));
}

int64_t index_number(PyObject* item) {
  IValue value;
  if (is_tensor(item)) return call_table("aten::item", "", {tensor_of(item)}).as_int();
  if (!read_number(item, value) || !value.is_int()) throw py::type_error("an index must be an integer");
  return value.as_int();
}

// How many dimensions of the tensor an item takes up.
int64_t dimensions_of(PyObject* item) {
  if (item == Py_None || item == Py_Ellipsis || PyBool_Check(item)) return 0;
  if (is_tensor(item)) {
    const Tensor& tensor = tensor_of(item);
    if (tensor.dtype() == DType::kBool || tensor.dtype() == DType::kUInt8) return tensor.dim();
  }
  return 1;
}

// A list of numbers is one index; a list with slices, tensors or lists in it stands for a tuple.
bool stands_for_tuple(PyObject* key) {
  if (PyTuple_Check(key)) return true;
  if (!PyList_Check(key) || PyList_GET_SIZE(key) >= 32) return false;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(key); ++i) {
    PyObject* item = PyList_GET_ITEM(key, i);
    if (is_tensor(item) || PyList_Check(item) || PyTuple_Check(item) || PySlice_Check(item) || item == Py_Ellipsis ||
        item == Py_None) {
      return true;
    }
  }
  return false;
}

py::tuple as_items(PyObject* key) {
  if (PyTuple_Check(key)) return py::reinterpret_borrow<py::tuple>(key);
  if (stands_for_tuple(key)) return py::tuple(py::reinterpret_borrow<py::list>(key));
  return py::make_tuple(py::reinterpret_borrow<py::object>(key));
}

class Indexer {
 public:
  Indexer(const Tensor& tensor, const py::tuple& items) : view_(tensor), items_(items) {}

  Indexed apply() {
    int64_t indexed = 0;
    for (const py::handle item : items_) indexed += dimensions_of(item.ptr());
    if (indexed > view_.dim()) {
      raise_index(concat("too many indices for tensor of dimension ", view_.dim()));
    }
    skipped_ = view_.dim() - indexed;
    for (const py::handle item : items_) add(item.ptr());
    if (tensors_.empty()) return {view_, {}};
    return {view_, std::move(tensors_)};
  }

 private:
  void add(PyObject* item) {
    if (item == Py_Ellipsis) {
      at_ += skipped_;
    } else if (item == Py_None) {
      view_ = call_tensor("aten::unsqueeze", "", {view_, IValue(at_++)});
    } else if (PySlice_Check(item)) {
      slice(item);
    } else if (PyBool_Check(item)) {
      add_truth(item == Py_True);
    } else if (is_truth_tensor(item)) {
      add_truth(call_table("aten::item", "", {tensor_of(item)}).as_scalar().to_bool());
    } else if (is_index_number(item)) {
      select(item);
    } else {
      add_tensor(index_tensor(item));
    }
  }

  void select(PyObject* item) {
    const int64_t index = index_number(item);
    if (view_.dim() == 0 || at_ >= view_.dim()) {
      raise_index(
          "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to "
          "convert a 0-dim tensor to a number");
    }
    const int64_t size = view_.size(at_);
    if (index < -size || index >= size) {
      raise_index(concat("index ", index, " is out of bounds for dimension ", at_, " with size ", size));
    }
    view_ = call_tensor("aten::select", "int", {view_, IValue(at_), IValue(index)});
  }

  void slice(PyObject* item) {
    Py_ssize_t start = 0, stop = 0, step = 1;
    if (PySlice_Unpack(item, &start, &stop, &step) < 0) throw py::error_already_set();
    if (step <= 0) throw py::value_error("step must be greater than zero");
    const auto* bounds = reinterpret_cast<PySliceObject*>(item);
    const bool whole = bounds->start == Py_None && bounds->stop == Py_None && step == 1;
    // x[:] is another tensor, too.
    view_ = call_tensor("aten::slice", "Tensor",
                        {view_, IValue(at_), whole ? IValue(int64_t{0}) : IValue(int64_t{start}), IValue(int64_t{stop}),
                         IValue(int64_t{step})});
    ++at_;
  }

  static Tensor index_tensor(PyObject* item) {
    if (is_tensor(item)) {
      const DType dtype = tensor_of(item).dtype();
      if (!is_integral_or_bool(dtype)) {
        raise_index("tensors used as indices must be long, byte or bool tensors");
      }
      return tensor_of(item);
    }
    if (is_numpy_array(item)) return tensor_from_numpy(item);
    if (PyList_Check(item) || PyTuple_Check(item)) {
      const Tensor tensor = tensor_from_data(item, std::nullopt);
      // An empty list indexes with nothing.
      return tensor.numel() ? tensor : value_or_raise(Tensor::empty(tensor.sizes(), DType::kInt64));
    }
    raise_index(concat(kAllowed, std::string(Py_TYPE(item)->tp_name), ")"));
  }

  static bool is_truth_tensor(PyObject* item) {
    if (!is_tensor(item) || tensor_of(item).dim() != 0) return false;
    return tensor_of(item).dtype() == DType::kBool || tensor_of(item).dtype() == DType::kUInt8;
  }

  // A new dimension of one element, or of none.
  void add_truth(bool on) {
    view_ = call_tensor("aten::unsqueeze", "", {view_, IValue(at_)});
    const int64_t count[] = {on ? 1 : 0};
    Tensor index = value_or_raise(Tensor::empty(count, DType::kInt64));
    if (on) *index.data<int64_t>() = 0;
    add_tensor(index);
  }

  void add_tensor(const Tensor& tensor) {
    tensors_.resize(static_cast<size_t>(at_));
    tensors_.emplace_back(tensor);
    // As in PyTorch a mask of several dimensions counts as one for what comes behind it.
    ++at_;
  }

  Tensor view_;
  const py::tuple& items_;
  std::vector<IValue> tensors_;
  int64_t at_ = 0;       // the dimension of view_ that comes next
  int64_t skipped_ = 0;  // by the ellipsis
};

IValue optional_tensors(std::vector<IValue> tensors) {
  return make_list(types::optional(types::tensor()), std::move(tensors));
}

py::object get(const Tensor& self, PyObject* key) {
  const py::tuple items = as_items(key);
  Indexed indexed = Indexer(self, items).apply();
  if (!indexed.tensors.empty()) {
    return wrap(call_tensor("aten::index", "Tensor", {indexed.view, optional_tensors(std::move(indexed.tensors))}));
  }
  if (indexed.view.is_same(self)) indexed.view = call_tensor("aten::alias", "", {self});
  return wrap(std::move(indexed.view));
}

// The value as a tensor of the right dtype; numbers without dimensions.
Tensor assigned_value(PyObject* value, const Tensor& to) {
  if (is_tensor(value)) return tensor_of(value);
  IValue number;
  if (read_number(value, number)) return value_or_raise(Tensor::scalar(number.as_scalar(), to.dtype()));
  if (is_numpy_array(value)) return tensor_from_numpy(value);
  if (PyList_Check(value) || PyTuple_Check(value)) return tensor_from_data(value, to.dtype());
  throw py::type_error(concat("can't assign a ", std::string(Py_TYPE(value)->tp_name), " to a heddle.",
                              python_name(to.dtype()), " tensor"));
}

// PyTorch drops leading dimensions of one element.
Tensor without_leading_ones(Tensor value) {
  while (value.dim() > 0 && value.size(0) == 1) {
    value = call_tensor("aten::squeeze", "dim", {value, IValue(int64_t{0})});
  }
  return value;
}

void set(const Tensor& self, PyObject* key, PyObject* value) {
  // A truth value alone takes all or nothing, and converts as copy_() does.
  if (key == Py_False) return;
  if (key == Py_True) key = Py_Ellipsis;
  const py::tuple items = as_items(key);
  Indexed indexed = Indexer(self, items).apply();
  const Tensor given = without_leading_ones(assigned_value(value, self));
  if (indexed.tensors.empty()) {
    call_table("aten::copy_", "", {indexed.view, given, IValue(false)});
    return;
  }
  call_table("aten::index_put_", "",
             {indexed.view, optional_tensors(std::move(indexed.tensors)), given, IValue(false)});
}

}  // namespace

PyObject* get_item(PyObject* self, PyObject* key) {
  py::object out;
  return guarded([&] { out = get(tensor_of(self), key); }) ? out.release().ptr() : nullptr;
}

int set_item(PyObject* self, PyObject* key, PyObject* value) {
  if (!value) {
    PyErr_SetString(PyExc_TypeError, "elements of a tensor cannot be deleted");
    return -1;
  }
  return guarded([&] { set(tensor_of(self), key, value); }) ? 0 : -1;
}

}  // namespace heddle::python
