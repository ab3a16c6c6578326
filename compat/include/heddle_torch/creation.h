// Tensors made of the program's own values: torch::tensor, torch::from_blob.
#pragma once

#include <functional>

#include "heddle_torch/operators.h"

namespace torch {
HEDDLE_TORCH_BEGIN
namespace detail {

// Numbers, braces of them at any depth, or a vector: what torch::tensor takes.
class TensorDataContainer {
 public:
  TensorDataContainer() : sizes_{0}, type_(c10::get_default_dtype_as_scalartype()) {}
#define HEDDLE_TORCH_VALUES(T, name)                                                                                \
  TensorDataContainer(T value) : type_(c10::k##name), is_scalar_(true) { add(&value, 1); }                          \
  TensorDataContainer(c10::ArrayRef<T> values) : sizes_{static_cast<int64_t>(values.size())}, type_(c10::k##name) { \
    add(values.data(), values.size());                                                                              \
  }                                                                                                                 \
  TensorDataContainer(const std::vector<T>& values) : TensorDataContainer(from(values, c10::k##name)) {}
  AT_FORALL_SCALAR_TYPES_WITH_COMPLEX(HEDDLE_TORCH_VALUES)
#undef HEDDLE_TORCH_VALUES
  TensorDataContainer(long long value) : TensorDataContainer(static_cast<int64_t>(value)) {}
  TensorDataContainer(unsigned value) : TensorDataContainer(static_cast<int64_t>(value)) {}
  TensorDataContainer(size_t value) : TensorDataContainer(static_cast<int64_t>(value)) {}
  TensorDataContainer(std::initializer_list<TensorDataContainer> parts);
  at::Tensor make(const c10::TensorOptions& options) const;

 private:
  template <class T>
  static TensorDataContainer from(const std::vector<T>& values, c10::ScalarType type) {
    TensorDataContainer out;
    out.sizes_ = {static_cast<int64_t>(values.size())};
    out.type_ = type;
    for (T value : values) out.add(&value, 1);
    return out;
  }
  template <class T>
  void add(const T* values, size_t count) {
    const char* bytes = reinterpret_cast<const char*>(values);
    bytes_.insert(bytes_.end(), bytes, bytes + count * sizeof(T));
  }
  std::vector<int64_t> sizes_;
  c10::ScalarType type_;
  bool is_scalar_ = false;
  std::vector<char> bytes_;
};
}  // namespace detail

// int makes int64 tensors, float and double such of the default dtype, as in Python; other types are kept.
inline at::Tensor tensor(detail::TensorDataContainer values, const at::TensorOptions& options = {}) {
  return values.make(options);
}

HEDDLE_TORCH_END
}  // namespace torch

namespace at {
using torch::tensor;
HEDDLE_TORCH_BEGIN
// Tensors over memory of the program: no copy; `deleter` is called with `data` when the last of them goes.
Tensor from_blob(void* data, IntArrayRef sizes, const TensorOptions& options = {});
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, const TensorOptions& options = {});
Tensor from_blob(void* data, IntArrayRef sizes, const std::function<void(void*)>& deleter,
                 const TensorOptions& options = {}, optional<Device> target_device = nullopt);
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, const std::function<void(void*)>& deleter,
                 const TensorOptions& options = {}, optional<Device> target_device = nullopt);
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, int64_t storage_offset,
                 const std::function<void(void*)>& deleter, const TensorOptions& options = {},
                 optional<Device> target_device = nullopt);
Tensor scalar_tensor(const Scalar& value, const TensorOptions& options = {});
Tensor scalar_to_tensor(const Scalar& value, Device device = kCPU);

void manual_seed(uint64_t seed);

inline int64_t size(const Tensor& self, int64_t dim) { return self.size(dim); }
inline int64_t stride(const Tensor& self, int64_t dim) { return self.stride(dim); }
inline int64_t numel(const Tensor& self) { return self.numel(); }
inline bool is_floating_point(const Tensor& self) { return self.is_floating_point(); }
inline bool is_complex(const Tensor& self) { return self.is_complex(); }
inline bool is_signed(const Tensor& self) { return self.is_signed(); }
inline bool is_conj(const Tensor& self) { return self.is_conj(); }
inline Tensor index(const Tensor& self, const c10::List<optional<Tensor>>& indices) { return self.index(indices); }
inline Tensor& index_put_(Tensor& self, const c10::List<optional<Tensor>>& indices, const Tensor& values,
                          bool accumulate = false) {
  return self.index_put_(indices, values, accumulate);
}
inline Tensor index_put(const Tensor& self, const c10::List<optional<Tensor>>& indices, const Tensor& values,
                        bool accumulate = false) {
  return self.index_put(indices, values, accumulate);
}
HEDDLE_TORCH_END
}  // namespace at
