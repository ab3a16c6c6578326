// c10::TensorOptions: dtype, device, layout and the rest of what a factory takes, made implicitly of one of them.
#pragma once

#include <tuple>

#include "heddle_torch/scalar.h"

namespace c10 {
HEDDLE_TORCH_BEGIN

ScalarType get_default_dtype_as_scalartype();
inline caffe2::TypeMeta get_default_dtype() { return get_default_dtype_as_scalartype(); }
void set_default_dtype(caffe2::TypeMeta dtype);

struct TensorOptions {
  TensorOptions() = default;
  TensorOptions(Layout layout) { this->set_layout(layout); }
  TensorOptions(const Device& device) { this->set_device(device); }
  template <class... A,
            class = std::enable_if_t<
                (sizeof...(A) > 0) && std::is_constructible<Device, A&&...>::value &&
                !std::is_same<std::tuple_element_t<0, std::tuple<std::decay_t<A>..., int>>, TensorOptions>::value>>
  TensorOptions(A&&... device) {
    set_device(Device(std::forward<A>(device)...));
  }
  TensorOptions(caffe2::TypeMeta dtype) { set_dtype(dtype); }
  TensorOptions(ScalarType dtype) { set_dtype(dtype); }
  TensorOptions(MemoryFormat format) { set_memory_format(format); }

  C10_NODISCARD TensorOptions device(optional<Device> device) const { return with(&TensorOptions::device_, device); }
  template <class... A>
  C10_NODISCARD TensorOptions device(A&&... device) const {
    return this->device(optional<Device>(std::in_place, std::forward<A>(device)...));
  }
  C10_NODISCARD TensorOptions device_index(DeviceIndex index) const { return device(Device(DeviceType::CUDA, index)); }
  C10_NODISCARD TensorOptions dtype(optional<caffe2::TypeMeta> dtype) const {
    return with(&TensorOptions::dtype_, optTypeMetaToScalarType(dtype));
  }
  C10_NODISCARD TensorOptions dtype(optional<ScalarType> dtype) const { return with(&TensorOptions::dtype_, dtype); }
  C10_NODISCARD TensorOptions dtype(ScalarType type) const { return dtype(optional<ScalarType>(type)); }
  C10_NODISCARD TensorOptions dtype(caffe2::TypeMeta type) const { return dtype(type.toScalarType()); }
  template <class T>
  TensorOptions& dtype() {
    dtype_ = CppTypeToScalarType<T>::value;
    return *this;
  }
  C10_NODISCARD TensorOptions layout(optional<Layout> layout) const { return with(&TensorOptions::layout_, layout); }
  C10_NODISCARD TensorOptions requires_grad(optional<bool> on) const {
    return with(&TensorOptions::requires_grad_, on);
  }
  C10_NODISCARD TensorOptions pinned_memory(optional<bool> on) const {
    return with(&TensorOptions::pinned_memory_, on);
  }
  C10_NODISCARD TensorOptions memory_format(optional<MemoryFormat> format) const {
    return with(&TensorOptions::memory_format_, format);
  }

  Device device() const { return device_.value_or(Device(kCPU)); }
  bool has_device() const { return device_.has_value(); }
  optional<Device> device_opt() const { return device_; }
  int32_t device_index() const { return device().index(); }
  caffe2::TypeMeta dtype() const { return dtype_ ? caffe2::TypeMeta(*dtype_) : get_default_dtype(); }
  bool has_dtype() const { return dtype_.has_value(); }
  optional<caffe2::TypeMeta> dtype_opt() const {
    return dtype_ ? optional<caffe2::TypeMeta>(caffe2::TypeMeta(*dtype_)) : nullopt;
  }
  optional<ScalarType> scalar_type_opt() const { return dtype_; }
  Layout layout() const { return layout_.value_or(kStrided); }
  bool has_layout() const { return layout_.has_value(); }
  optional<Layout> layout_opt() const { return layout_; }
  bool requires_grad() const { return requires_grad_.value_or(false); }
  bool has_requires_grad() const { return requires_grad_.has_value(); }
  optional<bool> requires_grad_opt() const { return requires_grad_; }
  bool pinned_memory() const { return pinned_memory_.value_or(false); }
  bool has_pinned_memory() const { return pinned_memory_.has_value(); }
  optional<bool> pinned_memory_opt() const { return pinned_memory_; }
  bool has_memory_format() const { return memory_format_.has_value(); }
  optional<MemoryFormat> memory_format_opt() const { return memory_format_; }
  bool is_sparse() const { return layout() == kSparse; }

  TensorOptions merge_in(TensorOptions o) const {
    TensorOptions out = *this;
    if (o.device_) out.device_ = o.device_;
    if (o.dtype_) out.dtype_ = o.dtype_;
    if (o.layout_) out.layout_ = o.layout_;
    if (o.requires_grad_) out.requires_grad_ = o.requires_grad_;
    if (o.pinned_memory_) out.pinned_memory_ = o.pinned_memory_;
    if (o.memory_format_) out.memory_format_ = o.memory_format_;
    return out;
  }
  TensorOptions merge_memory_format(optional<MemoryFormat> format) const {
    return format ? memory_format(format) : *this;
  }

 private:
  template <class T>
  TensorOptions with(optional<T> TensorOptions::*member, optional<T> value) const {
    TensorOptions out = *this;
    out.*member = value;
    return out;
  }
  void set_device(optional<Device> v) { device_ = v; }
  void set_dtype(ScalarType v) { dtype_ = v; }
  void set_dtype(caffe2::TypeMeta v) { dtype_ = v.toScalarType(); }
  void set_layout(optional<Layout> v) { layout_ = v; }
  void set_memory_format(optional<MemoryFormat> v) { memory_format_ = v; }

  optional<Device> device_;
  optional<ScalarType> dtype_;
  optional<Layout> layout_;
  optional<bool> requires_grad_;
  optional<bool> pinned_memory_;
  optional<MemoryFormat> memory_format_;
};

inline TensorOptions dtype(caffe2::TypeMeta type) { return TensorOptions(type); }
inline TensorOptions dtype(ScalarType type) { return TensorOptions(type); }
template <class T>
TensorOptions dtype() {
  return TensorOptions(CppTypeToScalarType<T>::value);
}
inline TensorOptions layout(Layout layout) { return TensorOptions(layout); }
inline TensorOptions device(Device device) { return TensorOptions(device); }
inline TensorOptions device_index(int16_t index) { return TensorOptions(Device(kCUDA, index)); }
inline TensorOptions requires_grad(bool on = true) { return TensorOptions().requires_grad(on); }
inline TensorOptions pinned_memory(bool on = true) { return TensorOptions().pinned_memory(on); }
inline TensorOptions memory_format(MemoryFormat format) { return TensorOptions(format); }

std::ostream& operator<<(std::ostream& out, const TensorOptions& options);

HEDDLE_TORCH_END
}  // namespace c10
