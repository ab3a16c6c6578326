// Conjugates and negatives that are only marked on a view (TensorImpl::conj and neg), as PyTorch has them: x.conj()
// shares x's memory. Kernels never see such a tensor unless they ask to: schema/lazy_calls.h stands before them.
#pragma once

#include <atomic>

#include "core/tensor.h"

namespace heddle {

namespace detail {
inline std::atomic<bool> any_lazy_view{false};
}  // namespace detail

// Whether a tensor was ever marked in this process; any thread. Relaxed is enough: who holds a marked tensor got it
// through something that synchronises.
inline bool any_lazy_view() { return detail::any_lazy_view.load(std::memory_order_relaxed); }

inline bool is_lazy(const Tensor& t) { return t.defined() && (t.impl()->conj || t.impl()->neg); }

// Marks a tensor that nobody else holds yet.
inline void set_marks(const Tensor& t, bool conj, bool neg) {
  t.impl()->conj = conj;
  t.impl()->neg = neg;
  if (conj || neg) detail::any_lazy_view.store(true, std::memory_order_relaxed);
}

// The same memory with these marks instead of its own.
inline Tensor with_marks(const Tensor& t, bool conj, bool neg) {
  Tensor view = t.alias(t.sizes(), t.strides(), t.offset());
  set_marks(view, conj, neg);
  return view;
}

}  // namespace heddle
