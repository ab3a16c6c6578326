// Tensors to and from others' arrays without a copy: NumPy's, and DLPack's. The interpreter's lock is held.
#pragma once

#include <pybind11/pybind11.h>

#include "core/tensor.h"

namespace heddle::python {

namespace py = pybind11;

bool is_numpy_array(py::handle object);
// torch.from_numpy: shares the array's memory and keeps the array alive. TypeError for dtypes without counterpart,
// ValueError for negative strides.
Tensor tensor_from_numpy(py::handle array);
// torch.Tensor.numpy(): shares the tensor's memory and keeps that alive.
py::object numpy_from_tensor(const Tensor& tensor);

// torch.utils.dlpack: a capsule named "dltensor", to be consumed once; and the tensor of such a capsule, or of an
// object with __dlpack__.
py::object to_dlpack(const Tensor& tensor);
Tensor from_dlpack(py::object source);

void add_exchange(py::module_& module);

}  // namespace heddle::python
