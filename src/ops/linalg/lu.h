// LU factors of batches of square or oblong matrices: what determinants, inverses and solvers are made of. Any thread.
#pragma once

#include "core/tensor.h"
#include "ops/backend/blas.h"

namespace heddle::ops {

struct LuFactors {
  Tensor lu;      // [..., m, n], column-major: L below the diagonal (its own of ones is left out), U above
  Tensor pivots;  // int32 [..., min(m, n)]: the row each row was exchanged with, from one
  Tensor infos;   // int32 [...]: 0, or the row of the first zero on U's diagonal
};

// `name` is the operator in errors; singular matrices are no error here.
Result<LuFactors> lu_factor(std::string_view name, const Tensor& a);
// What PyTorch factors of a square matrix in the operators that hand their factors out: the transpose of a contiguous
// real one, since that needs no copy.
Tensor factored_side(const Tensor& a);
// Solves op(A) x = b in place for column-major b [..., n, k] with as many matrices as there are factors. The pivots
// must be in range.
Status lu_solve_into(const Tensor& lu, const Tensor& pivots, backend::Op op, const Tensor& b);

}  // namespace heddle::ops
