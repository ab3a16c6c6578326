// A matrix product in plain C++ for every element type: integers, the fallback where no BLAS is linked, and shapes too
// large for a BLAS of 32-bit sizes. Runs on the calling thread; touches only its arguments.
#pragma once

#include <algorithm>
#include <complex>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "ops/backend/blas.h"

namespace heddle::ops::backend {

namespace detail {

template <class T>
T conjugate_if(T value, bool conjugate) {
  if constexpr (std::is_same_v<T, Complex64> || std::is_same_v<T, Complex128>) {
    return conjugate ? std::conj(value) : value;
  } else {
    (void)conjugate;
    return value;
  }
}

// c (+)= a * b for narrow and small integers must wrap as PyTorch's do, which unsigned arithmetic guarantees.
template <class T>
T multiply_add(T c, T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    using U = std::make_unsigned_t<T>;
    return static_cast<T>(
        static_cast<U>(static_cast<U>(c) + static_cast<U>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b))));
  } else if constexpr (std::is_same_v<T, Complex64> || std::is_same_v<T, Complex128>) {
    // Spelled out: the operator of std::complex checks for infinities at each step.
    return T(c.real() + a.real() * b.real() - a.imag() * b.imag(),
             c.imag() + a.real() * b.imag() + a.imag() * b.real());
  } else {
    return c + a * b;
  }
}

}  // namespace detail

// As gemm of blas.h, for any arithmetic or complex T.
template <class T>
void gemm_portable(Op op_a, Op op_b, int64_t m, int64_t n, int64_t k, T alpha, const T* a, int64_t lda, const T* b,
                   int64_t ldb, T beta, T* c, int64_t ldc) {
  constexpr int64_t kBlock = 128;
  for (int64_t i = 0; i < m; ++i) {
    T* row = c + i * ldc;
    if (beta == T(0)) {
      std::fill_n(row, n, T(0));
    } else if (beta != T(1)) {
      for (int64_t j = 0; j < n; ++j) row[j] = detail::multiply_add(T(0), beta, row[j]);
    }
  }
  std::vector<T> panel(op_b == Op::kNone ? 0 : static_cast<size_t>(kBlock * n));
  for (int64_t k0 = 0; k0 < k; k0 += kBlock) {
    const int64_t depth = std::min(kBlock, k - k0);
    const T* rows = b + k0 * ldb;
    int64_t row_stride = ldb;
    if (op_b != Op::kNone) {
      for (int64_t j = 0; j < n; ++j) {
        for (int64_t p = 0; p < depth; ++p) {
          panel[static_cast<size_t>(p * n + j)] =
              detail::conjugate_if(b[j * ldb + k0 + p], op_b == Op::kConjugateTranspose);
        }
      }
      rows = panel.data();
      row_stride = n;
    }
    for (int64_t i = 0; i < m; ++i) {
      T* out = c + i * ldc;
      for (int64_t p = 0; p < depth; ++p) {
        const T stored = op_a == Op::kNone ? a[i * lda + k0 + p] : a[(k0 + p) * lda + i];
        const T factor =
            detail::multiply_add(T(0), alpha, detail::conjugate_if(stored, op_a == Op::kConjugateTranspose));
        const T* in = rows + p * row_stride;
        for (int64_t j = 0; j < n; ++j) out[j] = detail::multiply_add(out[j], factor, in[j]);
      }
    }
  }
}

}  // namespace heddle::ops::backend
