// Where a kernel puts its result: into a new tensor, into its first argument (add_), or into the out= tensor.
// Kernels take `const Out& out = {}` as their last parameter; forms.h makes the three operators of one such function.
#pragma once

#include <span>

#include "core/tensor.h"

namespace heddle::ops {

class Out {
 public:
  Out() = default;
  static Out in_place(const Tensor& self) { return Out(self, false); }
  // May be resized.
  static Out into(const Tensor& out) { return Out(out, true); }

  bool given() const { return tensor_.defined(); }
  bool is_in_place() const { return given() && !resizable_; }
  bool resizable() const { return resizable_; }
  const Tensor& tensor() const { return tensor_; }

  // The tensor to write a result of this shape and dtype to, for kernels that compute exactly in that dtype: a new one,
  // or the given one checked and resized. Fails when the given one has another dtype, or another shape in place.
  Result<Tensor> prepare(std::span<const int64_t> sizes, DType dtype) const;
  // For results computed apart: the new tensor itself, or the given one with the values copied in (cast as PyTorch
  // allows).
  Result<Tensor> deliver(const Tensor& result) const;
  // The same for values whose dtype is only a means: they become `dtype`, or whatever the given tensor has.
  Result<Tensor> deliver_as(const Tensor& values, DType dtype) const;

 private:
  Out(Tensor t, bool resizable) : tensor_(std::move(t)), resizable_(resizable) {}
  Tensor tensor_;
  bool resizable_ = false;
};

}  // namespace heddle::ops
