// A strided view of a Storage: sizes, strides and offset in elements. Tensor is a handle; copies of it name the same
// tensor, and views made with alias() share the bytes, so writes through one are seen through all, as in PyTorch.
// Handles may be copied on any thread. Changing a tensor's shape in place is for one thread at a time.
#pragma once

#include <optional>
#include <span>

#include "base/ref.h"
#include "base/result.h"
#include "base/small_vector.h"
#include "core/dtype.h"
#include "core/scalar.h"
#include "core/storage.h"

namespace heddle {

enum class MemoryFormat : int8_t { kContiguous = 0, kPreserve = 1, kChannelsLast = 2, kChannelsLast3d = 3 };

class TensorImpl : public RefCounted {
 public:
  Ref<Storage> storage;
  Dims sizes;
  Dims strides;
  int64_t offset = 0;  // in elements
  int64_t numel = 0;
  DType dtype = DType::kFloat32;
  bool requires_grad = false;  // kept because models may ask; nothing is ever differentiated
  bool conj = false;           // a lazy conjugate or negation: only resolve_conj/resolve_neg and views look at them
  bool neg = false;
  // Set where this is the padded stand-in of a nested tensor (ops/attention/nested.h): the int64 length of each of its
  // size(0) sequences.
  Ref<Storage> nested_lengths;
};

class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(Ref<TensorImpl> impl) : impl_(std::move(impl)) {}

  // Uninitialised, contiguous in the given format (kPreserve is not allowed). Negative sizes and sizes whose bytes
  // overflow are errors.
  static Result<Tensor> empty(std::span<const int64_t> sizes, DType dtype,
                              MemoryFormat format = MemoryFormat::kContiguous);
  static Result<Tensor> empty_strided(std::span<const int64_t> sizes, std::span<const int64_t> strides, DType dtype);
  // As torch.empty_like with preserve_format: same sizes, and the same order of dimensions in memory where it is dense.
  static Result<Tensor> empty_like(const Tensor& like, std::optional<DType> dtype = std::nullopt);
  // Zero-dimensional tensor holding the number.
  static Result<Tensor> scalar(const Scalar& value, DType dtype);
  // A view of a storage that is checked to hold it: every reachable element lies inside.
  static Result<Tensor> from_storage(Ref<Storage> storage, DType dtype, std::span<const int64_t> sizes,
                                     std::span<const int64_t> strides, int64_t offset);
  // A view of memory owned elsewhere, contiguous unless strides are given.
  static Result<Tensor> from_blob(void* data, std::span<const int64_t> sizes, DType dtype,
                                  std::function<void()> release = nullptr, std::optional<Dims> strides = std::nullopt);

  bool defined() const { return static_cast<bool>(impl_); }
  TensorImpl* impl() const { return impl_.get(); }
  const Ref<TensorImpl>& ref() const { return impl_; }
  DType dtype() const { return impl_->dtype; }
  int64_t dim() const { return static_cast<int64_t>(impl_->sizes.size()); }
  const Dims& sizes() const { return impl_->sizes; }
  const Dims& strides() const { return impl_->strides; }
  // i counts from the front, 0 <= i < dim().
  int64_t size(int64_t i) const { return impl_->sizes[static_cast<size_t>(i)]; }
  int64_t stride(int64_t i) const { return impl_->strides[static_cast<size_t>(i)]; }
  int64_t offset() const { return impl_->offset; }
  int64_t numel() const { return impl_->numel; }
  const Ref<Storage>& storage() const { return impl_->storage; }
  bool is_same(const Tensor& o) const { return impl_.get() == o.impl_.get(); }

  // Address of the first element; the handle's constness says nothing about the bytes.
  void* raw_data() const {
    return static_cast<char*>(impl_->storage->data()) + impl_->offset * element_size(impl_->dtype);
  }
  template <class T>
  T* data() const {
    return static_cast<T*>(raw_data());
  }

  bool is_contiguous(MemoryFormat format = MemoryFormat::kContiguous) const;
  // Whether the elements fill a block without gaps or overlap, in any order of dimensions.
  bool is_dense() const;
  // The format that preserve_format would keep: channels-last where the strides say so.
  MemoryFormat suggested_format() const;

  // Another view of the same storage; the caller guarantees that it stays inside (shape operators do by construction).
  Tensor alias(std::span<const int64_t> sizes, std::span<const int64_t> strides, int64_t offset) const;
  // Views for kernels, unchecked: dim in 0..dim()-1, start in range.
  Tensor select(int64_t dim, int64_t index) const;
  Tensor narrow(int64_t dim, int64_t start, int64_t length) const;
  Tensor transpose(int64_t a, int64_t b) const;
  Tensor permute(std::span<const int64_t> order) const;
  Tensor unsqueeze(int64_t dim) const;
  // Contiguous sizes over the same elements; only for contiguous tensors and equal element counts.
  Tensor view_contiguous(std::span<const int64_t> sizes) const;

 private:
  Ref<TensorImpl> impl_;
};

Dims contiguous_strides(std::span<const int64_t> sizes, MemoryFormat format = MemoryFormat::kContiguous);
// Product of sizes; an error for a negative size or an overflow (of elements times element_bytes).
Result<int64_t> checked_numel(std::span<const int64_t> sizes, int64_t element_bytes = 1);
// Python's negative dimensions: -dim..dim-1 to 0..dim-1 (a zero-dimensional tensor accepts -1 and 0), else PyTorch's
// kIndex error.
Result<int64_t> wrap_dim(int64_t dim, int64_t rank);
// torch.broadcast_shapes of two shapes.
Result<Dims> broadcast_sizes(std::span<const int64_t> a, std::span<const int64_t> b);
// Strides with which a tensor of sizes/strides appears as `to` (stride 0 where it is repeated); sizes must be
// broadcastable.
Dims broadcast_strides(std::span<const int64_t> sizes, std::span<const int64_t> strides, std::span<const int64_t> to);

}  // namespace heddle
