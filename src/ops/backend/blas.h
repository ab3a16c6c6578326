// Matrix products of plain memory: the only face of BLAS (OpenBLAS, MKL, or our own loops) and of oneDNN's sgemm.
// Kernels of src/ops call it from any thread. Every function runs on the calling thread alone, whatever the library
// behind it could do, so callers split work with parallel_for outside; equal calls give equal bits.
// Matrices are row-major: element (i, j) of a stored matrix lies at i * ld + j.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace heddle::ops::backend {

// How a stored matrix enters a product.
enum class Op : uint8_t { kNone, kTranspose, kConjugateTranspose };

// c[m, n] = alpha * op(a)[m, k] * op(b)[k, n] + beta * c. With beta 0, c is written without being read (it may hold
// NaN); with k 0 the product is zero. m, n, k >= 0 and each ld covers its rows. c overlaps neither a nor b.
// T: float, double, Complex64, Complex128, and the integers, which wrap around.
template <class T>
void gemm(Op op_a, Op op_b, int64_t m, int64_t n, int64_t k, T alpha, const T* a, int64_t lda, const T* b, int64_t ldb,
          T beta, T* c, int64_t ldc);

// Sum of a[i * stride_a] * b[i * stride_b]; strides are not negative. The first factor is conjugated when asked to
// (only complex types notice).
template <class T>
T dot(int64_t n, const T* a, int64_t stride_a, const T* b, int64_t stride_b, bool conjugate = false);

// "oneDNN, OpenBLAS": what gemm<float> is made of here, for `heddle ops` and the build report.
const char* gemm_description();

}  // namespace heddle::ops::backend
