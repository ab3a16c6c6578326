#include "python/binding/exchange.h"

#include <dlpack/dlpack.h>
#include <pybind11/numpy.h>

#include <memory>
#include <string>

#include "base/text.h"
#include "python/binding/errors.h"
#include "python/binding/tensor_object.h"
#include "python/binding/values.h"

namespace heddle::python {
namespace {

// NumPy's letter and width of a dtype; null where it has none.
const char* numpy_format(DType dtype) {
  switch (dtype) {
    case DType::kUInt8:
      return "u1";
    case DType::kInt8:
      return "i1";
    case DType::kInt16:
      return "i2";
    case DType::kInt32:
      return "i4";
    case DType::kInt64:
      return "i8";
    case DType::kFloat16:
      return "f2";
    case DType::kFloat32:
      return "f4";
    case DType::kFloat64:
      return "f8";
    case DType::kComplex64:
      return "c8";
    case DType::kComplex128:
      return "c16";
    case DType::kBool:
      return "b1";
    default:
      return nullptr;
  }
}

std::optional<DType> dtype_of_numpy(const py::dtype& type) {
  const std::string format = concat(type.kind(), type.itemsize());
  for (int i = 0; i < 16; ++i) {
    const char* known = numpy_format(static_cast<DType>(i));
    if (known && format == known) return static_cast<DType>(i);
  }
  return std::nullopt;
}

// Lets a Python object go on whichever thread the last view of it ends.
std::function<void()> releaser(py::object object) {
  PyObject* held = object.release().ptr();
  return [held] {
    if (!interpreter_is_up()) return;
    const py::gil_scoped_acquire lock;
    Py_DECREF(held);
  };
}

// What keeps a tensor's memory for a NumPy array.
py::capsule keeper(const Tensor& tensor) {
  return py::capsule(new Tensor(tensor), [](void* held) { delete static_cast<Tensor*>(held); });
}

DLDataType dl_type(DType dtype) {
  const auto bits = static_cast<uint8_t>(element_size(dtype) * 8);
  if (dtype == DType::kBFloat16) return {kDLBfloat, 16, 1};
  if (is_floating(dtype)) return {kDLFloat, bits, 1};
  if (is_complex(dtype)) return {kDLComplex, bits, 1};
  if (dtype == DType::kUInt8 || dtype == DType::kBool) return {kDLUInt, 8, 1};
  if (is_integral(dtype)) return {kDLInt, bits, 1};
  throw py::type_error(concat("DLPack has no type for ", std::string(python_name(dtype))));
}

DType dtype_of_dl(DLDataType type) {
  if (type.lanes == 1) {
    constexpr uint8_t kBoolCode = 6;  // of later versions of DLPack
    if (type.code == kBoolCode && type.bits == 8) return DType::kBool;
    for (int i = 0; i < 16; ++i) {
      const auto dtype = static_cast<DType>(i);
      if (is_quantized(dtype) || dtype == DType::kBool || dtype == DType::kComplex32) continue;
      const DLDataType known = dl_type(dtype);
      if (known.code == type.code && known.bits == type.bits) return dtype;
    }
  }
  throw py::buffer_error(concat("DLPack's type of code ", int{type.code}, " with ", int{type.bits}, " bits and ",
                                type.lanes, " lanes has no counterpart here"));
}

// A tensor handed out: what its DLManagedTensor points into.
struct Exported {
  Tensor tensor;
  Dims sizes;
  Dims strides;
  DLManagedTensor managed;
};

constexpr const char* kFresh = "dltensor";
constexpr const char* kUsed = "used_dltensor";

// A capsule that nobody consumed.
void delete_capsule(PyObject* capsule) {
  if (!PyCapsule_IsValid(capsule, kFresh)) return;
  auto* managed = static_cast<DLManagedTensor*>(PyCapsule_GetPointer(capsule, kFresh));
  if (managed->deleter) managed->deleter(managed);
}

}  // namespace

bool is_numpy_array(py::handle object) {
  const py::object numpy = py::reinterpret_steal<py::object>(PyImport_GetModule(py::str("numpy").ptr()));
  if (!numpy) {
    PyErr_Clear();
    return false;
  }
  return py::isinstance<py::array>(object);
}

Tensor tensor_from_numpy(py::handle object) {
  if (!is_numpy_array(object)) {
    throw py::type_error(concat("expected np.ndarray (got ", std::string(Py_TYPE(object.ptr())->tp_name), ")"));
  }
  const auto array = py::reinterpret_borrow<py::array>(object);
  const std::optional<DType> dtype = dtype_of_numpy(array.dtype());
  if (!dtype) {
    throw py::type_error(
        concat("can't convert np.ndarray of type ", py::cast<std::string>(py::str(array.dtype())),
               ". The only supported types are: float64, float32, float16, complex64, complex128, int64, int32, int16, "
               "int8, uint8, and bool."));
  }
  if (!array.dtype().attr("isnative").cast<bool>()) {
    throw py::value_error(
        "given numpy array has byte order different from the native byte order. Conversion between byte orders is "
        "currently not supported.");
  }
  const ssize_t width = array.itemsize();
  Dims sizes;
  Dims strides;
  for (ssize_t i = 0; i < array.ndim(); ++i) {
    if (array.strides(i) < 0) {
      throw py::value_error(
          "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
          "currently supported. (You can probably work around this by making a copy of your array with array.copy().)");
    }
    if (array.strides(i) % width != 0) {
      throw py::value_error(
          "given numpy array strides not a multiple of the element byte size. Copy the numpy array to reallocate the "
          "memory.");
    }
    sizes.push_back(array.shape(i));
    strides.push_back(array.strides(i) / width);
  }
  auto* data = const_cast<void*>(array.data());
  if (reinterpret_cast<uintptr_t>(data) % static_cast<uintptr_t>(array.dtype().attr("alignment").cast<int>()) != 0) {
    return tensor_from_numpy(array.attr("copy")());
  }
  return value_or_raise(Tensor::from_blob(data, sizes, *dtype, releaser(array), strides));
}

py::object numpy_from_tensor(const Tensor& tensor) {
  const char* format = numpy_format(tensor.dtype());
  if (!format) {
    throw py::type_error(concat("Got unsupported ScalarType ", std::string(dtype_name(tensor.dtype()))));
  }
  if (tensor.impl()->requires_grad) {
    PyErr_SetString(PyExc_RuntimeError,
                    "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.");
    throw py::error_already_set();
  }
  if (tensor.impl()->conj || tensor.impl()->neg) {
    PyErr_SetString(PyExc_RuntimeError, tensor.impl()->conj
                                            ? "Can't call numpy() on Tensor that has conjugate bit set. Use "
                                              "tensor.resolve_conj().numpy() instead."
                                            : "Can't call numpy() on Tensor that has negative bit set. Use "
                                              "tensor.resolve_neg().numpy() instead.");
    throw py::error_already_set();
  }
  std::vector<ssize_t> sizes(tensor.sizes().begin(), tensor.sizes().end());
  std::vector<ssize_t> strides;
  for (const int64_t stride : tensor.strides()) strides.push_back(stride * element_size(tensor.dtype()));
  return py::array(py::dtype(format), std::move(sizes), std::move(strides), tensor.raw_data(), keeper(tensor));
}

py::object to_dlpack(const Tensor& tensor) {
  if (tensor.impl()->requires_grad) {
    throw py::buffer_error("Can't export tensors that require gradient, use tensor.detach()");
  }
  if (tensor.impl()->conj || tensor.impl()->neg) {
    throw py::buffer_error("Can't export tensors with the conjugate or negative bit set");
  }
  auto exported = std::make_unique<Exported>(Exported{tensor, tensor.sizes(), tensor.strides(), {}});
  // A stride of a dimension of one element says nothing, and some readers expect 1.
  for (size_t i = 0; i < exported->sizes.size(); ++i) {
    if (exported->sizes[i] < 2) exported->strides[i] = 1;
  }
  DLTensor& dl = exported->managed.dl_tensor;
  dl.data = tensor.raw_data();
  dl.device = {kDLCPU, 0};
  dl.ndim = static_cast<int32_t>(tensor.dim());
  dl.dtype = dl_type(tensor.dtype());
  dl.shape = exported->sizes.data();
  dl.strides = exported->strides.data();
  dl.byte_offset = 0;
  exported->managed.manager_ctx = exported.get();
  exported->managed.deleter = [](DLManagedTensor* self) { delete static_cast<Exported*>(self->manager_ctx); };
  PyObject* capsule = PyCapsule_New(&exported->managed, kFresh, delete_capsule);
  if (!capsule) throw py::error_already_set();
  exported.release();
  return py::reinterpret_steal<py::object>(capsule);
}

Tensor from_dlpack(py::object source) {
  if (py::hasattr(source, "__dlpack__")) source = source.attr("__dlpack__")();
  if (!PyCapsule_IsValid(source.ptr(), kFresh)) {
    throw py::type_error(
        "from_dlpack takes an object with __dlpack__, or a capsule of DLPack that nobody has taken yet");
  }
  auto* managed = static_cast<DLManagedTensor*>(PyCapsule_GetPointer(source.ptr(), kFresh));
  const DLTensor& dl = managed->dl_tensor;
  if (dl.device.device_type != kDLCPU && dl.device.device_type != kDLCUDAHost) {
    throw py::buffer_error(concat("the array is on a device of kind ", static_cast<int>(dl.device.device_type),
                                  " of DLPack; expected one on the CPU"));
  }
  const DType dtype = dtype_of_dl(dl.dtype);
  const Dims sizes(std::span<const int64_t>(dl.shape, static_cast<size_t>(dl.ndim)));
  std::optional<Dims> strides;
  if (dl.strides) strides = Dims(std::span<const int64_t>(dl.strides, static_cast<size_t>(dl.ndim)));
  if (PyCapsule_SetName(source.ptr(), kUsed) != 0) throw py::error_already_set();
  // Its deleter may be one of Python's.
  std::function<void()> release = [managed] {
    if (!managed->deleter || !interpreter_is_up()) return;
    const py::gil_scoped_acquire lock;
    managed->deleter(managed);
  };
  return value_or_raise(
      Tensor::from_blob(static_cast<char*>(dl.data) + dl.byte_offset, sizes, dtype, std::move(release), strides));
}

void add_exchange(py::module_& module) {
  module.def(
      "from_numpy", [](const py::object& array) { return tensor_from_numpy(array); }, py::arg("ndarray"));
  module.def("to_numpy", &numpy_from_tensor, py::arg("tensor"));
  module.def("to_dlpack", &to_dlpack, py::arg("tensor"));
  module.def("from_dlpack", &from_dlpack, py::arg("ext_tensor"));
}

}  // namespace heddle::python
