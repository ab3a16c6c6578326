// Calls of kernels with tensors that are only marked as conjugated or negated (core/lazy_view.h). Kernels read and
// write plain memory; what they are given here is.
#pragma once

#include "core/lazy_view.h"
#include "schema/operator_table.h"

namespace heddle::schema {

// The tensor itself where nothing is marked, else a new one with the elements it stands for: torch.resolve_conj and
// resolve_neg in one.
Result<Tensor> resolved(const Tensor& t);

bool has_lazy_argument(const Call& call);

// Views keep the marks of what they view, arguments that are written are written through their marks, and all else is
// computed from resolved tensors, as PyTorch's fallback kernels do.
Status run_on_lazy(const Operator& op, const Call& call);

// How every kernel is called.
inline Status run_kernel(const Operator& op, const Call& call) {
  if (any_lazy_view() && has_lazy_argument(call)) [[unlikely]]
    return run_on_lazy(op, call);
  return op.kernel(call);
}

}  // namespace heddle::schema
