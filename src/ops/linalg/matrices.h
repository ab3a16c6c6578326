// Batches of matrices as LAPACK wants them: column-major, one after the other. What the files of ops/linalg that factor
// and solve share: checks with PyTorch's errors, copies, loops over a batch. Any thread.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "core/tensor.h"
#include "ops/backend/lapack.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"

namespace heddle::ops {

using LapackTypes = Join<FloatTypes, ComplexTypes>;

// At least two dimensions, of sizes LAPACK's integers can count, of float32, float64 or a complex dtype. `name` is the
// operator as PyTorch's errors call it, "linalg.inv".
Status check_matrices(std::string_view name, const Tensor& a);
// The same, and square.
Status check_square_matrices(std::string_view name, const Tensor& a);
Status check_same_dtype(std::string_view name, const Tensor& a, const Tensor& b);

// The sizes before the last two.
Dims batch_sizes(const Tensor& a);
// `batch` with further sizes behind.
Dims joined(std::span<const int64_t> batch, std::initializer_list<int64_t> rest);
int64_t count_of(std::span<const int64_t> sizes);

// A new batch of matrices, each column-major, and such a copy of one. Their batches lie one after the other.
Result<Tensor> empty_column_major(std::span<const int64_t> sizes, DType dtype);
Result<Tensor> column_major(const Tensor& a);
// Zeros but for a diagonal of ones, column-major.
Result<Tensor> identity_column_major(std::span<const int64_t> sizes, DType dtype);

// The conjugate transpose: a view for real dtypes, else a copy in the layout of one.
Result<Tensor> adjoint(const Tensor& a);

// Matrix i of a column-major batch, or row i of a contiguous one ([..., k]).
template <class T>
T* matrix(const Tensor& a, int64_t i) {
  return a.data<T>() + i * a.size(a.dim() - 2) * a.size(a.dim() - 1);
}
template <class T>
T* row(const Tensor& a, int64_t i) {
  return a.data<T>() + i * a.size(a.dim() - 1);
}

// f(i) for each of `count` matrices of `elements` elements, several at once.
template <class F>
void each_matrix(int64_t count, int64_t elements, const F& f) {
  constexpr int64_t kGrain = 4096;
  parallel::parallel_for(0, count, std::max<int64_t>(kGrain / std::max<int64_t>(elements, 1), 1),
                         [&](int64_t begin, int64_t end) {
                           for (int64_t i = begin; i < end; ++i) f(i);
                         });
}

// The first failure in a tensor of LAPACK's infos, in words: `what` says what a positive one means, with {} for it.
//   "linalg.inv: (Batch element 1): the diagonal element 2 is zero ..."
Status check_infos(std::string_view name, const Tensor& infos, std::string_view what);
inline constexpr std::string_view kSingular =
    "The solver failed because the input matrix is singular (diagonal element {} is zero).";

// Clears the elements above (or below) the diagonals of column-major matrices.
void clear_triangle(const Tensor& a, bool above);

}  // namespace heddle::ops
