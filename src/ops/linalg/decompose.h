// Singular values and eigenvalues of batches of matrices, for operators made of them: norms, ranks, pseudo-inverses.
// Any thread. `name` is the operator in errors.
#pragma once

#include <string_view>

#include "core/tensor.h"
#include "ops/backend/lapack.h"

namespace heddle::ops {

// A = U diag(S) Vh. U and Vh are column-major, and empty tensors for SvdJob::kValues; S is real, descending.
struct Svd {
  Tensor u;
  Tensor s;
  Tensor vh;
};
Result<Svd> svd(std::string_view name, const Tensor& a, backend::SvdJob job);

// Eigenvalues of hermitian matrices, real and ascending, from one triangle, and the eigenvectors as columns
// (column-major; an undefined tensor when they are not asked for).
struct Eigen {
  Tensor values;
  Tensor vectors;
};
Result<Eigen> eigen_hermitian(std::string_view name, const Tensor& a, bool vectors, bool upper);

}  // namespace heddle::ops
