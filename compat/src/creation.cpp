#include "heddle_torch/creation.h"

#include "compat/src/face.h"

namespace at {
HEDDLE_TORCH_BEGIN
using namespace heddle_torch;

namespace {
Tensor over_memory(void* data, IntArrayRef sizes, optional<IntArrayRef> strides, int64_t offset,
                   std::function<void(void*)> deleter, const TensorOptions& options) {
  if (options.has_device()) check_device(options.device());
  std::function<void()> release;
  if (deleter) release = [deleter = std::move(deleter), data] { deleter(data); };
  const heddle::DType dtype = in(options.dtype().toScalarType());
  std::optional<heddle::Dims> in_strides;
  if (strides) {
    TORCH_CHECK(strides->size() == sizes.size(), "from_blob: ", sizes.size(), " sizes but ", strides->size(),
                " strides");
    in_strides = heddle::Dims(std::span<const int64_t>(strides->data(), strides->size()));
  }
  char* first = static_cast<char*>(data) + offset * heddle::element_size(dtype);
  Tensor tensor = out(value(heddle::Tensor::from_blob(first, {sizes.data(), sizes.size()}, dtype, std::move(release),
                                                      std::move(in_strides))));
  if (options.requires_grad()) tensor.set_requires_grad(true);
  return tensor;
}
}  // namespace

Tensor from_blob(void* data, IntArrayRef sizes, const TensorOptions& options) {
  return over_memory(data, sizes, nullopt, 0, nullptr, options);
}
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, const TensorOptions& options) {
  return over_memory(data, sizes, strides, 0, nullptr, options);
}
Tensor from_blob(void* data, IntArrayRef sizes, const std::function<void(void*)>& deleter, const TensorOptions& options,
                 optional<Device>) {
  return over_memory(data, sizes, nullopt, 0, deleter, options);
}
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, const std::function<void(void*)>& deleter,
                 const TensorOptions& options, optional<Device>) {
  return over_memory(data, sizes, strides, 0, deleter, options);
}
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, int64_t storage_offset,
                 const std::function<void(void*)>& deleter, const TensorOptions& options, optional<Device>) {
  return over_memory(data, sizes, strides, storage_offset, deleter, options);
}

Tensor scalar_tensor(const Scalar& value, const TensorOptions& options) { return at::full({}, value, options); }
Tensor scalar_to_tensor(const Scalar& value, Device device) {
  check_device(device);
  return at::full({}, value, value.type());
}
void manual_seed(uint64_t seed) { heddle::default_generator().manual_seed(seed); }

HEDDLE_TORCH_END
}  // namespace at

namespace torch {
HEDDLE_TORCH_BEGIN
namespace detail {

TensorDataContainer::TensorDataContainer(std::initializer_list<TensorDataContainer> parts)
    : sizes_{static_cast<int64_t>(parts.size())}, type_(c10::get_default_dtype_as_scalartype()) {
  if (parts.size() == 0) return;
  const TensorDataContainer& first = *parts.begin();
  type_ = first.type_;
  sizes_.insert(sizes_.end(), first.sizes_.begin(), first.sizes_.end());
  for (const TensorDataContainer& part : parts) {
    TORCH_CHECK(part.sizes_ == first.sizes_, "Expected all sub-lists to have sizes: ", c10::IntArrayRef(first.sizes_),
                ", but got sub-list with sizes: ", c10::IntArrayRef(part.sizes_));
    TORCH_CHECK(part.type_ == type_, "Expected all elements of the tensor to have the same scalar type: ", type_,
                ", but got element of scalar type: ", part.type_);
    bytes_.insert(bytes_.end(), part.bytes_.begin(), part.bytes_.end());
  }
  is_scalar_ = first.is_scalar_;
}

at::Tensor TensorDataContainer::make(const c10::TensorOptions& options) const {
  c10::ScalarType dtype = type_;
  if (type_ == c10::kInt) dtype = c10::kLong;
  if (type_ == c10::kDouble || type_ == c10::kFloat) dtype = c10::get_default_dtype_as_scalartype();
  at::Tensor values = at::empty(sizes_, type_);
  if (!bytes_.empty()) std::memcpy(values.data_ptr(), bytes_.data(), bytes_.size());
  values = values.to(options.has_dtype() ? options : options.dtype(dtype));
  if (options.requires_grad()) values.set_requires_grad(true);
  return values;
}

}  // namespace detail
HEDDLE_TORCH_END
}  // namespace torch
