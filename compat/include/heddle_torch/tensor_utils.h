// ATen/TensorUtils.h: checks of arguments that custom operators make. A check that fails is a c10::Error naming the
// argument.
#pragma once

#include "heddle_torch/tensor.h"

namespace at {
HEDDLE_TORCH_BEGIN

// A tensor with its name and place among a function's arguments.
struct TensorArg {
  const Tensor& tensor;
  const char* name;
  int pos;
  TensorArg(const Tensor& t, const char* called, int at) : tensor(t), name(called), pos(at) {}
  TensorArg(Tensor&& t, const char* called, int at) = delete;
  const Tensor* operator->() const { return &tensor; }
  const Tensor& operator*() const { return tensor; }
};
using TensorGeometryArg = TensorArg;
using CheckedFrom = const char*;

inline std::ostream& operator<<(std::ostream& out, const TensorArg& arg) {
  if (arg.pos == 0) return out << "'" << arg.name << "'";
  return out << "argument #" << arg.pos << " '" << arg.name << "'";
}

inline void checkDim(CheckedFrom c, const TensorArg& t, int64_t dim) {
  TORCH_CHECK(t->dim() == dim, "Expected ", dim, "-dimensional tensor, but got ", t->dim(), "-dimensional tensor for ",
              t, " (while checking arguments for ", c, ")");
}
inline void checkSize(CheckedFrom c, const TensorArg& t, c10::IntArrayRef sizes) {
  checkDim(c, t, static_cast<int64_t>(sizes.size()));
  TORCH_CHECK(t->sizes() == sizes, "Expected tensor of size ", sizes, ", but got tensor of size ", t->sizes(), " for ",
              t, " (while checking arguments for ", c, ")");
}
inline void checkSize(CheckedFrom c, const TensorArg& t, int64_t dim, int64_t size) {
  TORCH_CHECK(t->size(dim) == size, "Expected tensor to have size ", size, " at dimension ", dim, ", but got size ",
              t->size(dim), " for ", t, " (while checking arguments for ", c, ")");
}
inline void checkContiguous(CheckedFrom c, const TensorArg& t) {
  TORCH_CHECK(t->is_contiguous(), "Expected contiguous tensor, but got non-contiguous tensor for ", t,
              " (while checking arguments for ", c, ")");
}
inline void checkDefined(CheckedFrom c, const TensorArg& t) {
  TORCH_CHECK(t->defined(), "Expected tensor for ", t,
              " to be non-null, but it was undefined (while checking arguments for ", c, ")");
}
inline void checkScalarType(CheckedFrom c, const TensorArg& t, c10::ScalarType type) {
  TORCH_CHECK(t->scalar_type() == type, "Expected tensor for ", t, " to have scalar type ", type, "; but got ",
              t->toString(), " instead (while checking arguments for ", c, ")");
}
inline void checkSameType(CheckedFrom c, const TensorArg& a, const TensorArg& b) {
  TORCH_CHECK(a->scalar_type() == b->scalar_type(), "Expected tensor for ", a, " to have the same type as tensor for ",
              b, "; but type ", a->toString(), " does not equal ", b->toString(), " (while checking arguments for ", c,
              ")");
}
inline void checkSameSize(CheckedFrom c, const TensorArg& a, const TensorArg& b) {
  TORCH_CHECK(a->sizes() == b->sizes(), "Expected tensor for ", a, " to have same size as tensor for ", b, "; but ",
              a->sizes(), " does not equal ", b->sizes(), " (while checking arguments for ", c, ")");
}
inline void checkNumel(CheckedFrom c, const TensorArg& t, int64_t numel) {
  TORCH_CHECK(t->numel() == numel, "Expected tensor for ", t, " to have ", numel, " elements; but it actually has ",
              t->numel(), " elements (while checking arguments for ", c, ")");
}
inline void checkAllSameType(CheckedFrom c, c10::ArrayRef<TensorArg> tensors) {
  for (size_t i = 1; i < tensors.size(); ++i) checkSameType(c, tensors[0], tensors[i]);
}
inline void checkAllSameSize(CheckedFrom c, c10::ArrayRef<TensorArg> tensors) {
  for (size_t i = 1; i < tensors.size(); ++i) checkSameSize(c, tensors[0], tensors[i]);
}
inline void checkAllContiguous(CheckedFrom c, c10::ArrayRef<TensorArg> tensors) {
  for (const TensorArg& t : tensors) checkContiguous(c, t);
}
inline void checkAllDefined(CheckedFrom c, c10::ArrayRef<TensorArg> tensors) {
  for (const TensorArg& t : tensors) checkDefined(c, t);
}
// Everything is on the CPU.
inline void checkSameGPU(CheckedFrom, const TensorArg&, const TensorArg&) {}
inline void checkAllSameGPU(CheckedFrom, c10::ArrayRef<TensorArg>) {}
inline void checkDeviceType(CheckedFrom c, const Tensor& t, c10::DeviceType type) {
  TORCH_CHECK(t.device().type() == type, "Expected tensor to have ", type, " DeviceType, but got tensor with ",
              t.device().type(), " DeviceType (while checking arguments for ", c, ")");
}

HEDDLE_TORCH_END
}  // namespace at
