// What Tensor::type() gives: the type of tensors before there were TensorOptions, which older programs still ask.
#pragma once

#include "heddle_torch/tensor_options.h"

namespace at {
HEDDLE_TORCH_BEGIN

enum class Backend { CPU, CUDA, SparseCPU, SparseCUDA, QuantizedCPU, Undefined };

class DeprecatedTypeProperties {
 public:
  DeprecatedTypeProperties(ScalarType type, bool sparse) : type_(type), sparse_(sparse) {}
  ScalarType scalarType() const { return type_; }
  caffe2::TypeMeta typeMeta() const { return type_; }
  Backend backend() const {
    if (c10::isQIntType(type_)) return Backend::QuantizedCPU;
    return sparse_ ? Backend::SparseCPU : Backend::CPU;
  }
  Layout layout() const { return sparse_ ? kSparse : kStrided; }
  c10::DeviceType device_type() const { return kCPU; }
  bool is_sparse() const { return sparse_; }
  bool is_cuda() const { return false; }
  TensorOptions options(int16_t = -1) const { return TensorOptions().dtype(type_).layout(layout()); }
  operator TensorOptions() const { return options(); }
  std::string toString() const { return c10::str(sparse_ ? "SparseCPU" : "CPU", type_, "Type"); }
  bool operator==(const DeprecatedTypeProperties& o) const { return type_ == o.type_ && sparse_ == o.sparse_; }
  bool operator!=(const DeprecatedTypeProperties& o) const { return !(*this == o); }

 private:
  ScalarType type_;
  bool sparse_;
};
inline std::ostream& operator<<(std::ostream& out, const DeprecatedTypeProperties& type) {
  return out << type.toString();
}

namespace detail {
inline ScalarType scalar_type(const DeprecatedTypeProperties& type) { return type.scalarType(); }
}  // namespace detail

HEDDLE_TORCH_END
}  // namespace at
