// Factorisations and solvers of one matrix: the only face of LAPACK (OpenBLAS's, MKL's, or the reference one). Kernels
// of src/ops/linalg call it from any thread; every function runs on the calling thread alone, so callers split batches
// with parallel_for outside. Matrices are column-major without gaps: element (i, j) of an m by n matrix lies at i + j *
// m. Sizes fit an int. What a function returns is LAPACK's info: 0 when all went well, a positive number as each
// function says. T: float, double, Complex64, Complex128.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/dtype.h"
#include "ops/backend/blas.h"

namespace heddle::ops::backend {

template <class T>
struct RealType {
  using type = T;
};
template <class T>
struct RealType<std::complex<T>> {
  using type = T;
};
template <class T>
using Real = typename RealType<T>::type;
template <class T>
using Complex = std::complex<Real<T>>;

// a [n, n] becomes its Cholesky factor in one triangle; the other is left. Positive: the order of the leading minor
// that is not positive-definite.
template <class T>
int cholesky(bool upper, int64_t n, T* a);
// The factor becomes that triangle of the inverse of the matrix it is a factor of.
template <class T>
int cholesky_inverse(bool upper, int64_t n, T* factor);
// b [n, columns] becomes the solution of A x = b, A given by its factor.
template <class T>
int cholesky_solve(bool upper, int64_t n, int64_t columns, const T* factor, T* b);

// a [m, n] becomes L and U of P L U. pivots: min(m, n), counted from one. Positive: the row of the first zero on U's
// diagonal.
template <class T>
int lu(int64_t m, int64_t n, T* a, int32_t* pivots);
// b [n, columns] becomes the solution of op(P L U) x = b. Pivots out of 1..n are the caller's to refuse.
template <class T>
int lu_solve(Op op, int64_t n, int64_t columns, const T* lu, const int32_t* pivots, T* b);
// b [m, n] becomes the solution of op(A) x = b (left; A is [m, m]) or x op(A) = b (A is [n, n]), from one triangle of
// A.
template <class T>
void triangular_solve(bool left, bool upper, Op op, bool unit, int64_t m, int64_t n, const T* a, T* b);

// LDL factors of a symmetric (or hermitian) matrix, lower triangle.
template <class T>
int ldl(bool hermitian, int64_t n, T* a, int32_t* pivots);
template <class T>
int ldl_solve(bool hermitian, int64_t n, int64_t columns, const T* factors, const int32_t* pivots, T* b);

// a [m, n] becomes R above and the Householder vectors below the diagonal; tau: min(m, n).
template <class T>
int qr(int64_t m, int64_t n, T* a, T* tau);
// The first k Householder vectors in a [m, n] become the first n columns of Q.
template <class T>
int qr_q(int64_t m, int64_t n, int64_t k, T* a, const T* tau);
// c [m, n] becomes Q c, Q' c, c Q or c Q'. vectors: [m, k] on the left, else [n, k].
template <class T>
int qr_multiply(bool left, bool adjoint, int64_t m, int64_t n, int64_t k, const T* vectors, const T* tau, T* c);

enum class SvdJob : char { kValues = 'N', kThin = 'S', kFull = 'A' };
// a [m, n] is destroyed. s: min(m, n); u [m, m or s], vh [n or s, n], not touched for kValues. Positive: did not
// converge.
template <class T>
int svd(SvdJob job, int64_t m, int64_t n, T* a, Real<T>* s, T* u, T* vh);

// Eigenvalues of a hermitian matrix, ascending; with vectors, a's columns become them. Positive: did not converge.
template <class T>
int eigen_hermitian(bool vectors, bool upper, int64_t n, T* a, Real<T>* values);
// Eigenvalues of any matrix, and its right eigenvectors [n, n] unless that is null. a is destroyed. Positive: did not
// converge.
template <class T>
int eigen(int64_t n, T* a, Complex<T>* values, Complex<T>* vectors);

enum class LeastSquares { kQr, kPivotedQr, kDivideAndConquer, kSvd };
// b [max(m, n), columns] becomes the least squares solution of a x = b; a [m, n] is destroyed. rank and s [min(m, n)]
// are written by the drivers that know them. Positive: a has not full rank (kQr), or no convergence.
template <class T>
int least_squares(LeastSquares driver, int64_t m, int64_t n, int64_t columns, T* a, T* b, Real<T> rcond, int32_t* rank,
                  Real<T>* s);

}  // namespace heddle::ops::backend
