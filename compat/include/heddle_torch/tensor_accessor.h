// Typed element access with as many indices as dimensions: no checks, no counting.
#pragma once

#include "heddle_torch/array_ref.h"

namespace at {
HEDDLE_TORCH_BEGIN

template <class T>
struct DefaultPtrTraits {
  using PtrType = T*;
};
template <class T>
struct RestrictPtrTraits {
  using PtrType = T* __restrict;
};

template <class T, size_t N, template <class U> class P = DefaultPtrTraits, class I = int64_t>
class TensorAccessorBase {
 public:
  using PtrType = typename P<T>::PtrType;
  TensorAccessorBase(PtrType data, const I* sizes, const I* strides) : data_(data), sizes_(sizes), strides_(strides) {}
  ArrayRef<I> sizes() const { return ArrayRef<I>(sizes_, N); }
  ArrayRef<I> strides() const { return ArrayRef<I>(strides_, N); }
  I size(I i) const { return sizes_[i]; }
  I stride(I i) const { return strides_[i]; }
  PtrType data() { return data_; }
  const PtrType data() const { return data_; }

 protected:
  PtrType data_;
  const I* sizes_;
  const I* strides_;
};

template <class T, size_t N, template <class U> class P = DefaultPtrTraits, class I = int64_t>
class TensorAccessor : public TensorAccessorBase<T, N, P, I> {
 public:
  using TensorAccessorBase<T, N, P, I>::TensorAccessorBase;
  TensorAccessor<T, N - 1, P, I> operator[](I i) {
    return {this->data_ + this->strides_[0] * i, this->sizes_ + 1, this->strides_ + 1};
  }
  const TensorAccessor<T, N - 1, P, I> operator[](I i) const {
    return {this->data_ + this->strides_[0] * i, this->sizes_ + 1, this->strides_ + 1};
  }
};
template <class T, template <class U> class P, class I>
class TensorAccessor<T, 1, P, I> : public TensorAccessorBase<T, 1, P, I> {
 public:
  using TensorAccessorBase<T, 1, P, I>::TensorAccessorBase;
  T& operator[](I i) { return this->data_[this->strides_[0] * i]; }
  const T& operator[](I i) const { return this->data_[this->strides_[0] * i]; }
};

// Holds its sizes and strides itself.
template <class T, size_t N, template <class U> class P = DefaultPtrTraits, class I = int64_t>
class GenericPackedTensorAccessor {
 public:
  using PtrType = typename P<T>::PtrType;
  template <class S>
  GenericPackedTensorAccessor(PtrType data, const S* sizes, const S* strides) : data_(data) {
    for (size_t i = 0; i < N; ++i) {
      sizes_[i] = static_cast<I>(sizes[i]);
      strides_[i] = static_cast<I>(strides[i]);
    }
  }
  I size(I i) const { return sizes_[i]; }
  I stride(I i) const { return strides_[i]; }
  PtrType data() const { return data_; }
  decltype(auto) operator[](I i) { return TensorAccessor<T, N, P, I>(data_, sizes_, strides_)[i]; }
  decltype(auto) operator[](I i) const { return TensorAccessor<T, N, P, I>(data_, sizes_, strides_)[i]; }

 private:
  PtrType data_;
  I sizes_[N];
  I strides_[N];
};
template <class T, size_t N, template <class U> class P = DefaultPtrTraits>
using PackedTensorAccessor32 = GenericPackedTensorAccessor<T, N, P, int32_t>;
template <class T, size_t N, template <class U> class P = DefaultPtrTraits>
using PackedTensorAccessor64 = GenericPackedTensorAccessor<T, N, P, int64_t>;

HEDDLE_TORCH_END
}  // namespace at
