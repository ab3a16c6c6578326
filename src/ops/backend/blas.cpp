#include "ops/backend/blas.h"

#include <limits>
#include <semaphore>

#include "ops/backend/dnnl_threads.h"
#include "ops/backend/gemm_portable.h"
#include "ops/backend/one_thread.h"

#ifdef HEDDLE_USE_MKLDNN
#include <dnnl.h>
#endif
#ifdef HEDDLE_BLAS_MKL
#include <mkl.h>
#elif defined(HEDDLE_BLAS_OPENBLAS)
#include <cblas.h>
#endif

namespace heddle::ops::backend {
namespace {

constexpr bool kHasBlas =
#if defined(HEDDLE_BLAS_MKL) || defined(HEDDLE_BLAS_OPENBLAS)
    true;
#else
    false;
#endif

#if defined(HEDDLE_BLAS_MKL) || defined(HEDDLE_BLAS_OPENBLAS)

bool fits_int(std::initializer_list<int64_t> values) {
  for (int64_t v : values) {
    if (v > std::numeric_limits<int>::max()) return false;
  }
  return true;
}

CBLAS_TRANSPOSE blas_op(Op op) {
  switch (op) {
    case Op::kNone:
      return CblasNoTrans;
    case Op::kTranspose:
      return CblasTrans;
    default:
      return CblasConjTrans;
  }
}

void blas_gemm(Op op_a, Op op_b, int m, int n, int k, float alpha, const float* a, int lda, const float* b, int ldb,
               float beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, blas_op(op_a), blas_op(op_b), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
void blas_gemm(Op op_a, Op op_b, int m, int n, int k, double alpha, const double* a, int lda, const double* b, int ldb,
               double beta, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, blas_op(op_a), blas_op(op_b), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
void blas_gemm(Op op_a, Op op_b, int m, int n, int k, Complex64 alpha, const Complex64* a, int lda, const Complex64* b,
               int ldb, Complex64 beta, Complex64* c, int ldc) {
  cblas_cgemm(CblasRowMajor, blas_op(op_a), blas_op(op_b), m, n, k, &alpha, a, lda, b, ldb, &beta, c, ldc);
}
void blas_gemm(Op op_a, Op op_b, int m, int n, int k, Complex128 alpha, const Complex128* a, int lda,
               const Complex128* b, int ldb, Complex128 beta, Complex128* c, int ldc) {
  cblas_zgemm(CblasRowMajor, blas_op(op_a), blas_op(op_b), m, n, k, &alpha, a, lda, b, ldb, &beta, c, ldc);
}

float blas_dot(int n, const float* a, int sa, const float* b, int sb, bool) { return cblas_sdot(n, a, sa, b, sb); }
double blas_dot(int n, const double* a, int sa, const double* b, int sb, bool) { return cblas_ddot(n, a, sa, b, sb); }
Complex64 blas_dot(int n, const Complex64* a, int sa, const Complex64* b, int sb, bool conjugate) {
  Complex64 sum;
  if (conjugate) {
    cblas_cdotc_sub(n, a, sa, b, sb, reinterpret_cast<float*>(&sum));
  } else {
    cblas_cdotu_sub(n, a, sa, b, sb, reinterpret_cast<float*>(&sum));
  }
  return sum;
}
Complex128 blas_dot(int n, const Complex128* a, int sa, const Complex128* b, int sb, bool conjugate) {
  Complex128 sum;
  if (conjugate) {
    cblas_zdotc_sub(n, a, sa, b, sb, reinterpret_cast<double*>(&sum));
  } else {
    cblas_zdotu_sub(n, a, sa, b, sb, reinterpret_cast<double*>(&sum));
  }
  return sum;
}

#endif

#ifdef HEDDLE_USE_MKLDNN
// oneDNN's product uses the widest instructions on every processor, where OpenBLAS falls back to old kernels on models
// it does not know; OpenBLAS starts faster, which shows below about 64^3.
bool onednn_gemm(Op op_a, Op op_b, int64_t m, int64_t n, int64_t k, float alpha, const float* a, int64_t lda,
                 const float* b, int64_t ldb, float beta, float* c, int64_t ldc) {
  constexpr int64_t kSmall = 64 * 64 * 64;
  if (kHasBlas && op_b == Op::kNone && m > 1 && m * n * k <= kSmall) return false;
  if (kHasBlas && m * n * k <= kSmall / 64) return false;
  const char ta = op_a == Op::kNone ? 'N' : 'T';
  const char tb = op_b == Op::kNone ? 'N' : 'T';
  return on_this_thread_only([&] { return dnnl_sgemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc); }) ==
         dnnl_success;
}
#endif

}  // namespace

#if defined(HEDDLE_BLAS_MKL)
OneThread::OneThread() : before_(mkl_set_num_threads_local(1)) {}
OneThread::~OneThread() { mkl_set_num_threads_local(before_); }
#elif defined(HEDDLE_BLAS_OPENBLAS)
namespace {
// OpenBLAS 0.3.21 has working memory for twice as many threads as it was built for (64 in Debian), and crashes when
// more call it at once.
std::counting_semaphore<> g_may_enter(64);
}  // namespace
OneThread::OneThread() {
  // Its own threads spin after every call, and nothing but this setting stops them.
  [[maybe_unused]] static const bool once = (openblas_set_num_threads(1), true);
  g_may_enter.acquire();
}
OneThread::~OneThread() { g_may_enter.release(); }
#else
OneThread::OneThread() = default;
OneThread::~OneThread() = default;
#endif

template <class T>
void gemm(Op op_a, Op op_b, int64_t m, int64_t n, int64_t k, T alpha, const T* a, int64_t lda, const T* b, int64_t ldb,
          T beta, T* c, int64_t ldc) {
  if (m == 0 || n == 0) return;
  const bool multiplies = k > 0 && alpha != T(0);
#ifdef HEDDLE_USE_MKLDNN
  if constexpr (std::is_same_v<T, float>) {
    if (multiplies && onednn_gemm(op_a, op_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)) return;
  }
#endif
#if defined(HEDDLE_BLAS_MKL) || defined(HEDDLE_BLAS_OPENBLAS)
  if constexpr (!std::is_integral_v<T>) {
    if (multiplies && fits_int({m, n, k, lda, ldb, ldc})) {
      OneThread one_thread;
      blas_gemm(op_a, op_b, static_cast<int>(m), static_cast<int>(n), static_cast<int>(k), alpha, a,
                static_cast<int>(lda), b, static_cast<int>(ldb), beta, c, static_cast<int>(ldc));
      return;
    }
  }
#endif
  gemm_portable(op_a, op_b, m, n, multiplies ? k : 0, alpha, a, lda, b, ldb, beta, c, ldc);
}

template <class T>
T dot(int64_t n, const T* a, int64_t stride_a, const T* b, int64_t stride_b, bool conjugate) {
#if defined(HEDDLE_BLAS_MKL) || defined(HEDDLE_BLAS_OPENBLAS)
  if constexpr (!std::is_integral_v<T>) {
    // OpenBLAS's complex products read behind the last number where there are gaps (zdot of 0.3.21).
    const bool reads_behind = std::is_class_v<T> && (stride_a != 1 || stride_b != 1);
    if (!reads_behind && fits_int({n, stride_a, stride_b})) {
      OneThread one_thread;
      return blas_dot(static_cast<int>(n), a, static_cast<int>(stride_a), b, static_cast<int>(stride_b), conjugate);
    }
  }
#endif
  T sum(0);
  for (int64_t i = 0; i < n; ++i) {
    sum = detail::multiply_add(sum, detail::conjugate_if(a[i * stride_a], conjugate), b[i * stride_b]);
  }
  return sum;
}

const char* gemm_description() {
#if defined(HEDDLE_USE_MKLDNN) && defined(HEDDLE_BLAS_OPENBLAS)
  return "oneDNN, OpenBLAS";
#elif defined(HEDDLE_USE_MKLDNN) && defined(HEDDLE_BLAS_MKL)
  return "oneDNN, MKL";
#elif defined(HEDDLE_USE_MKLDNN)
  return "oneDNN, portable loops";
#elif defined(HEDDLE_BLAS_OPENBLAS)
  return "OpenBLAS";
#elif defined(HEDDLE_BLAS_MKL)
  return "MKL";
#else
  return "portable loops";
#endif
}

#define HEDDLE_INSTANTIATE(T)                                                                                        \
  template void gemm<T>(Op, Op, int64_t, int64_t, int64_t, T, const T*, int64_t, const T*, int64_t, T, T*, int64_t); \
  template T dot<T>(int64_t, const T*, int64_t, const T*, int64_t, bool);
HEDDLE_INSTANTIATE(float)
HEDDLE_INSTANTIATE(double)
HEDDLE_INSTANTIATE(Complex64)
HEDDLE_INSTANTIATE(Complex128)
HEDDLE_INSTANTIATE(int64_t)
HEDDLE_INSTANTIATE(int32_t)
HEDDLE_INSTANTIATE(int16_t)
HEDDLE_INSTANTIATE(int8_t)
HEDDLE_INSTANTIATE(uint8_t)
#undef HEDDLE_INSTANTIATE

}  // namespace heddle::ops::backend
