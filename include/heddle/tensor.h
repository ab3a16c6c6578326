// Making and reading tensors from a program. heddle::Tensor is the handle of core/tensor.h; these functions throw Error
// where they fail.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "heddle/error.h"

namespace heddle {

// A tensor over memory of yours: no copy; `release` runs when the last view is gone. Contiguous, row-major.
Tensor from_blob(void* data, const Dims& sizes, DType dtype, std::function<void()> release = nullptr);
// A tensor with a copy of the values.
template <class T>
Tensor tensor_of(std::span<const T> values, const Dims& sizes) {
  Tensor out = value_or_throw(Tensor::empty(sizes, dtype_of<T>));
  if (out.numel() != static_cast<int64_t>(values.size())) {
    throw Error(invalid("tensor_of: ", values.size(), " values do not fill sizes ", to_text(sizes)));
  }
  std::copy(values.begin(), values.end(), out.data<T>());
  return out;
}
template <class T>
Tensor tensor_of(std::initializer_list<T> values, const Dims& sizes) {
  return tensor_of(std::span<const T>(values.begin(), values.size()), sizes);
}
Tensor zeros(const Dims& sizes, DType dtype = DType::kFloat32);
Tensor ones(const Dims& sizes, DType dtype = DType::kFloat32);
// torch.Tensor.contiguous and torch.Tensor.to.
Tensor contiguous(const Tensor& tensor);
Tensor to_dtype(const Tensor& tensor, DType dtype);
// The elements in row-major order, converted to T.
template <class T>
std::vector<T> to_vector(const Tensor& tensor) {
  const Tensor dense = contiguous(to_dtype(tensor, dtype_of<T>));
  return std::vector<T>(dense.data<T>(), dense.data<T>() + dense.numel());
}

}  // namespace heddle
