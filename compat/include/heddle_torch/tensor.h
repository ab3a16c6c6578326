// at::Tensor: a handle; copies name the same tensor. Methods that an operator computes are declared by
// generated/tensor_methods.inc, with PyTorch's signatures; all others are here. All throw c10::Error.
#pragma once

#include <memory>
#include <tuple>

#include "heddle_torch/box.h"
#include "heddle_torch/deprecated_type.h"
#include "heddle_torch/generator.h"
#include "heddle_torch/storage.h"
#include "heddle_torch/tensor_accessor.h"
#include "heddle_torch/tensor_options.h"

namespace c10 {
HEDDLE_TORCH_BEGIN
template <class T>
class List;
HEDDLE_TORCH_END
}  // namespace c10

namespace at {
HEDDLE_TORCH_BEGIN

class Tensor;
namespace indexing {
struct TensorIndex;
}
using TensorList = ArrayRef<Tensor>;
using ITensorListRef = ArrayRef<Tensor>;
using Stream = int64_t;

class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(heddle_torch::Handle handle) : handle_(std::move(handle)) {}
  Tensor(const Tensor&) = default;
  Tensor(Tensor&&) noexcept = default;
  // A variable is made to name another tensor; what an expression gives, t[0] say, has its elements written.
  Tensor& operator=(const Tensor& o) & noexcept = default;
  Tensor& operator=(Tensor&& o) & noexcept = default;
  Tensor& operator=(const Tensor& o) && { return copy_(o); }
  Tensor& operator=(Tensor&& o) && { return copy_(o); }
  Tensor& operator=(const Scalar& value) && { return fill_(value); }

  bool defined() const { return static_cast<bool>(handle_); }
  void reset() { handle_ = {}; }
  bool is_same(const Tensor& o) const noexcept { return handle_.get() == o.handle_.get(); }
  size_t use_count() const noexcept { return heddle_torch::use_count(handle_.get()); }
  void* unsafeGetTensorImpl() const { return handle_.get(); }
  const heddle_torch::Handle& handle() const { return handle_; }

  int64_t dim() const;
  int64_t ndimension() const { return dim(); }
  IntArrayRef sizes() const;
  IntArrayRef sym_sizes() const { return sizes(); }
  IntArrayRef strides() const;
  int64_t size(int64_t dim) const;
  int64_t stride(int64_t dim) const;
  int64_t numel() const;
  int64_t sym_numel() const { return numel(); }
  int64_t storage_offset() const;
  size_t nbytes() const { return static_cast<size_t>(numel()) * itemsize(); }
  size_t itemsize() const { return c10::elementSize(scalar_type()); }
  int64_t element_size() const { return static_cast<int64_t>(itemsize()); }
  ScalarType scalar_type() const;
  caffe2::TypeMeta dtype() const { return scalar_type(); }
  TensorOptions options() const;
  Device device() const;
  DeviceIndex get_device() const { return device().index(); }
  Layout layout() const;
  QScheme qscheme() const;
  bool has_storage() const { return defined(); }
  Storage storage() const;
  bool is_contiguous(MemoryFormat format = MemoryFormat::Contiguous) const;
  bool is_non_overlapping_and_dense() const;
  MemoryFormat suggest_memory_format() const;
  bool is_cpu() const { return true; }
  bool is_cuda() const { return false; }
  bool is_hip() const { return false; }
  bool is_mps() const { return false; }
  bool is_xpu() const { return false; }
  bool is_xla() const { return false; }
  bool is_vulkan() const { return false; }
  bool is_metal() const { return false; }
  bool is_meta() const { return false; }
  bool is_mkldnn() const { return false; }
  bool is_sparse() const { return layout() == kSparse; }
  bool is_quantized() const { return c10::isQIntType(scalar_type()); }
  bool is_floating_point() const { return c10::isFloatingType(scalar_type()); }
  bool is_complex() const { return c10::isComplexType(scalar_type()); }
  bool is_signed() const { return c10::isSignedType(scalar_type()); }
  bool is_conj() const;
  bool is_neg() const;
  bool is_inference() const { return true; }
  bool is_view() const;
  bool is_pinned() const { return false; }
  DeprecatedTypeProperties type() const { return DeprecatedTypeProperties(scalar_type(), is_sparse()); }
  std::string toString() const;
  void print() const;

  void* data_ptr() const;
  // Checks that T is the tensor's type.
  template <class T>
  T* data_ptr() const {
    return static_cast<T*>(typed_data(c10::CppTypeToScalarType<std::remove_const_t<T>>::value));
  }
  void* mutable_data_ptr() const { return data_ptr(); }
  const void* const_data_ptr() const { return data_ptr(); }
  template <class T>
  T* mutable_data_ptr() const {
    return data_ptr<T>();
  }
  template <class T>
  const std::remove_const_t<T>* const_data_ptr() const {
    return data_ptr<std::remove_const_t<T>>();
  }
  template <class T>
  T* data() const {
    return data_ptr<T>();
  }

  template <class T, size_t N>
  TensorAccessor<T, N> accessor() const& {
    check_accessor(N);
    return TensorAccessor<T, N>(data_ptr<T>(), sizes().data(), strides().data());
  }
  template <class T, size_t N>
  TensorAccessor<T, N> accessor() && = delete;
  template <class T, size_t N, template <class U> class P = DefaultPtrTraits, class I = int64_t>
  GenericPackedTensorAccessor<T, N, P, I> generic_packed_accessor() const& {
    check_accessor(N);
    return GenericPackedTensorAccessor<T, N, P, I>(data_ptr<T>(), sizes().data(), strides().data());
  }
  template <class T, size_t N, template <class U> class P = DefaultPtrTraits>
  PackedTensorAccessor32<T, N, P> packed_accessor32() const& {
    return generic_packed_accessor<T, N, P, int32_t>();
  }
  template <class T, size_t N, template <class U> class P = DefaultPtrTraits>
  PackedTensorAccessor64<T, N, P> packed_accessor64() const& {
    return generic_packed_accessor<T, N, P, int64_t>();
  }

  Scalar item() const;
  template <class T>
  T item() const {
    return item().to<T>();
  }

  Tensor to(const TensorOptions& options, bool non_blocking = false, bool copy = false,
            optional<MemoryFormat> memory_format = nullopt) const;
  Tensor to(optional<ScalarType> dtype, optional<Layout> layout, optional<Device> device, optional<bool> pin_memory,
            bool non_blocking, bool copy, optional<MemoryFormat> memory_format) const;
  Tensor to(Device device, ScalarType dtype, bool non_blocking = false, bool copy = false,
            optional<MemoryFormat> memory_format = nullopt) const;
  Tensor to(ScalarType dtype, bool non_blocking = false, bool copy = false,
            optional<MemoryFormat> memory_format = nullopt) const;
  Tensor to(const Tensor& other, bool non_blocking = false, bool copy = false,
            optional<MemoryFormat> memory_format = nullopt) const;
  Tensor toType(ScalarType type) const { return to(type); }
  Tensor toBackend(int) const { return *this; }
  Tensor cpu() const { return *this; }
  // There is no such device: a c10::Error says so.
  Tensor cuda() const { return to(Device(kCUDA)); }
  Tensor hip() const { return to(Device(kHIP)); }
  Tensor contiguous(MemoryFormat format = MemoryFormat::Contiguous) const;
  Tensor pin_memory(optional<Device> = nullopt) const { return *this; }

  Tensor operator~() const;
  Tensor operator-() const;
  Tensor& operator+=(const Tensor& o);
  Tensor& operator+=(const Scalar& o);
  Tensor& operator-=(const Tensor& o);
  Tensor& operator-=(const Scalar& o);
  Tensor& operator*=(const Tensor& o);
  Tensor& operator*=(const Scalar& o);
  Tensor& operator/=(const Tensor& o);
  Tensor& operator/=(const Scalar& o);
  Tensor& operator&=(const Tensor& o);
  Tensor& operator|=(const Tensor& o);
  Tensor& operator^=(const Tensor& o);
  Tensor operator[](const Scalar& index) const;
  Tensor operator[](const Tensor& index) const;
  Tensor operator[](int64_t index) const;

  Tensor index(ArrayRef<indexing::TensorIndex> indices) const;
  Tensor index(std::initializer_list<indexing::TensorIndex> indices) const;
  Tensor index(const c10::List<optional<Tensor>>& indices) const;
  Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Tensor& value);
  Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Scalar& value);
  Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices, const Tensor& value);
  Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices, const Scalar& value);
  Tensor& index_put_(const c10::List<optional<Tensor>>& indices, const Tensor& value, bool accumulate = false);
  Tensor index_put(const c10::List<optional<Tensor>>& indices, const Tensor& value, bool accumulate = false) const;

  // Nothing is differentiated: the flag is kept, and backward() is an error.
  bool requires_grad() const;
  const Tensor& set_requires_grad(bool on) const;
  const Tensor& requires_grad_(bool on = true) const { return set_requires_grad(on); }
  const Tensor& grad() const;
  Tensor& mutable_grad() const;
  void backward(const Tensor& gradient = {}, optional<bool> retain_graph = nullopt, bool create_graph = false,
                optional<TensorList> inputs = nullopt) const;
  bool is_leaf() const { return true; }
  void retain_grad() const {}
  Tensor data() const;
  Tensor tensor_data() const { return data(); }
  Tensor variable_data() const { return data(); }
  void set_data(const Tensor& value) const;
  int64_t _version() const { return 0; }

#include "heddle_torch/generated/tensor_methods.inc"

 private:
  void* typed_data(ScalarType wanted) const;
  void check_accessor(size_t dimensions) const;
  heddle_torch::Handle handle_;
};

using TensorBase = Tensor;

std::ostream& operator<<(std::ostream& out, const Tensor& tensor);
std::ostream& print(std::ostream& out, const Tensor& tensor, int64_t line_width);
void print(const Tensor& tensor, int64_t line_width = 80);
std::string toString(const Tensor& tensor);

HEDDLE_TORCH_END
}  // namespace at

namespace torch {
using namespace at;
HEDDLE_TORCH_BEGIN
using Dtype = at::ScalarType;
HEDDLE_TORCH_END
}  // namespace torch
