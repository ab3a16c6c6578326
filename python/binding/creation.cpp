#include "python/binding/creation.h"

#include <pybind11/stl.h>

#include <string>

#include "base/text.h"
#include "core/element.h"
#include "core/lazy_view.h"
#include "python/binding/errors.h"
#include "python/binding/exchange.h"
#include "python/binding/objects.h"
#include "python/binding/operators.h"
#include "python/binding/values.h"

namespace heddle::python {
namespace {

constexpr size_t kMaxDimensions = 128;

bool is_sequence(PyObject* object) {
  return (PyList_Check(object) || PyTuple_Check(object) || PySequence_Check(object)) && !is_tensor(object) &&
         !PyUnicode_Check(object) && !PyBytes_Check(object) && !is_numpy_number(object);
}

DType dtype_of_number(const IValue& number) {
  if (number.is_double()) return DType::kFloat32;
  if (number.is_complex()) return DType::kComplex64;
  return number.as_scalar().dtype();
}

// Strings are sequences to Python, and no numbers.
[[noreturn]] void raise_no_number(PyObject* object, bool is_first) {
  const std::string type = Py_TYPE(object)->tp_name;
  if (PyUnicode_Check(object)) {
    if (is_first) throw py::value_error(concat("too many dimensions '", type, "'"));
    throw py::type_error(concat("new(): invalid data type '", type, "'"));
  }
  PyErr_Format(PyExc_RuntimeError, "Could not infer dtype of %s", type.c_str());
  throw py::error_already_set();
}

// The shape, read along the first elements, and the dtype of all.
class Reader {
 public:
  Tensor read(PyObject* data, std::optional<DType> dtype) {
    measure(data);
    if (!dtype) {
      infer(data, 0);
      dtype = inferred_.value_or(DType::kFloat32);
    }
    Tensor out = value_or_raise(Tensor::empty(sizes_, *dtype));
    dtype_ = *dtype;
    width_ = element_size(*dtype);
    at_ = static_cast<char*>(out.raw_data());
    fill(data, 0);
    return out;
  }

 private:
  void measure(PyObject* data) {
    py::object level = py::reinterpret_borrow<py::object>(data);
    while (is_sequence(level.ptr())) {
      const Py_ssize_t length = PySequence_Size(level.ptr());
      if (length < 0) throw py::error_already_set();
      sizes_.push_back(length);
      if (sizes_.size() > kMaxDimensions) {
        throw py::value_error(concat("too many dimensions '", std::string(Py_TYPE(data)->tp_name), "'"));
      }
      if (length == 0) return;
      level = py::reinterpret_steal<py::object>(PySequence_GetItem(level.ptr(), 0));
      if (!level) throw py::error_already_set();
    }
    // Tensors in lists give their own dimensions.
    if (is_tensor(level.ptr())) {
      for (const int64_t size : tensor_of(level.ptr()).sizes()) sizes_.push_back(size);
    }
  }

  void note(DType dtype) { inferred_ = inferred_ ? promote_types(*inferred_, dtype).value_or(dtype) : dtype; }

  void infer(PyObject* data, size_t depth) {
    IValue number;
    if (read_number(data, number)) {
      note(is_numpy_number(data) ? tensor_from_numpy(as_array(data)).dtype() : dtype_of_number(number));
    } else if (is_tensor(data)) {
      note(tensor_of(data).dtype());
    } else if (is_sequence(data)) {
      if (depth >= sizes_.size()) raise_length(data, depth);
      const py::object fast = items_of(data);
      for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(fast.ptr()); ++i) {
        infer(PySequence_Fast_GET_ITEM(fast.ptr(), i), depth + 1);
      }
    } else {
      raise_no_number(data, !inferred_ && !sizes_.empty());
    }
  }

  static py::object as_array(PyObject* number) {
    return py::module_::import("numpy").attr("array")(py::handle(number));
  }

  static py::object items_of(PyObject* data) {
    py::object fast = py::reinterpret_steal<py::object>(PySequence_Fast(data, "a sequence of numbers"));
    if (!fast) throw py::error_already_set();
    return fast;
  }

  [[noreturn]] void raise_length(PyObject* data, size_t depth) const {
    throw py::value_error(concat("expected sequence of length ", depth < sizes_.size() ? sizes_[depth] : 0, " at dim ",
                                 depth, " (got ", PySequence_Size(data), ")"));
  }

  void fill(PyObject* data, size_t depth) {
    if (is_tensor(data)) {
      const Tensor& tensor = tensor_of(data);
      const std::span<const int64_t> rest = sizes_.span().subspan(std::min(depth, sizes_.size()));
      if (!std::equal(rest.begin(), rest.end(), tensor.sizes().begin(), tensor.sizes().end())) {
        throw py::value_error("only one element tensors can be converted to Python scalars");
      }
      const Tensor dense = call_tensor(
          "aten::contiguous", "",
          {call_tensor("aten::to", "dtype", {tensor, IValue(dtype_), IValue(false), IValue(false), IValue()}),
           IValue(int64_t{0})});
      const size_t bytes = static_cast<size_t>(dense.numel() * width_);
      if (bytes) std::copy_n(static_cast<const char*>(dense.raw_data()), bytes, at_);
      at_ += bytes;
      return;
    }
    if (depth == sizes_.size()) {
      IValue number;
      if (!read_number(data, number)) {
        if (is_sequence(data)) raise_length(data, depth);
        raise_no_number(data, !inferred_ && !sizes_.empty());
      }
      if (!store_element(at_, dtype_, number.as_scalar())) {
        throw py::type_error(concat("numbers cannot be stored as heddle.", python_name(dtype_)));
      }
      at_ += width_;
      return;
    }
    if (!is_sequence(data)) {
      throw py::type_error("not a sequence");
    }
    const py::object fast = items_of(data);
    if (PySequence_Fast_GET_SIZE(fast.ptr()) != sizes_[depth]) raise_length(data, depth);
    for (Py_ssize_t i = 0; i < sizes_[depth]; ++i) fill(PySequence_Fast_GET_ITEM(fast.ptr(), i), depth + 1);
  }

  Dims sizes_;
  std::optional<DType> inferred_;
  DType dtype_ = DType::kFloat32;
  int64_t width_ = 0;
  char* at_ = nullptr;
};

py::object nested(const Tensor& tensor, const char*& at) {
  if (tensor.dim() == 0) {
    const py::object number = to_python(IValue(load_element(at, tensor.dtype())));
    at += element_size(tensor.dtype());
    return number;
  }
  py::list out(static_cast<size_t>(tensor.size(0)));
  for (int64_t i = 0; i < tensor.size(0); ++i) out[static_cast<size_t>(i)] = nested(tensor.select(0, i), at);
  return out;
}

}  // namespace

Tensor tensor_from_data(PyObject* data, std::optional<DType> dtype) {
  if (is_tensor(data) || is_numpy_array(data)) {
    const Tensor from = is_tensor(data) ? tensor_of(data) : tensor_from_numpy(data);
    return call_tensor("aten::to", "dtype",
                       {from, IValue(dtype.value_or(from.dtype())), IValue(false), IValue(true), IValue()});
  }
  return Reader().read(data, dtype);
}

py::object to_nested_list(const Tensor& tensor) {
  const Tensor dense = call_tensor("aten::contiguous", "", {tensor, IValue(int64_t{0})});
  const char* at = dense.numel() ? static_cast<const char*>(dense.raw_data()) : nullptr;
  return nested(dense, at);
}

void add_creation(py::module_& module) {
  module.def(
      "tensor",
      [](const py::object& data, const py::object& dtype) {
        std::optional<DType> wanted;
        if (!dtype.is_none()) {
          wanted = as_dtype(dtype.ptr());
          if (!wanted) {
            throw py::type_error(concat("tensor(): argument 'dtype' must be heddle.dtype, not ",
                                        std::string(Py_TYPE(dtype.ptr())->tp_name)));
          }
        }
        return tensor_from_data(data.ptr(), wanted);
      },
      py::arg("data"), py::arg("dtype") = py::none());
  module.def(
      "make_tensor_view",
      [](const Tensor& tensor) { return with_marks(tensor, tensor.impl()->conj, tensor.impl()->neg); },
      py::arg("tensor"), "Another tensor over the same memory.");
  module.def("to_list", &to_nested_list, py::arg("tensor"));
  // Everything a copy of a tensor needs, for pickle: bytes of the elements in row-major order, or a tensor of them.
  module.def("element_bytes", [](const Tensor& tensor) {
    const Tensor dense = call_tensor("aten::contiguous", "", {tensor, IValue(int64_t{0})});
    return py::bytes(dense.numel() ? static_cast<const char*>(dense.raw_data()) : "",
                     static_cast<size_t>(dense.numel() * element_size(dense.dtype())));
  });
  module.def("from_element_bytes",
             [](const py::bytes& bytes, const py::object& dtype, const std::vector<int64_t>& sizes) {
               const std::optional<DType> read = as_dtype(dtype.ptr());
               if (!read) throw py::type_error("expected a heddle.dtype");
               Tensor out = value_or_raise(Tensor::empty(sizes, *read));
               const auto text = static_cast<std::string_view>(bytes);
               if (static_cast<int64_t>(text.size()) != out.numel() * element_size(*read)) {
                 throw py::value_error("the bytes do not fill the tensor");
               }
               std::copy(text.begin(), text.end(), static_cast<char*>(out.raw_data()));
               return out;
             });
}

}  // namespace heddle::python
