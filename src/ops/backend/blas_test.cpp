#include "ops/backend/blas.h"

#include <gtest/gtest.h>

#include <complex>
#include <limits>
#include <vector>

namespace heddle::ops::backend {
namespace {

template <class T>
T element(int64_t i) {
  return static_cast<T>(static_cast<int>(i * 7 % 11) - (std::is_unsigned_v<T> ? 0 : 5));
}
template <>
Complex64 element(int64_t i) {
  return {element<float>(i), element<float>(i + 3)};
}
template <>
Complex128 element(int64_t i) {
  return {element<double>(i), element<double>(i + 3)};
}

template <class T>
T conjugated(T v) {
  if constexpr (std::is_same_v<T, Complex64> || std::is_same_v<T, Complex128>) {
    return std::conj(v);
  } else {
    return v;
  }
}

template <class T>
T at(Op op, const std::vector<T>& a, int64_t ld, int64_t i, int64_t j) {
  if (op == Op::kNone) return a[static_cast<size_t>(i * ld + j)];
  const T v = a[static_cast<size_t>(j * ld + i)];
  return op == Op::kConjugateTranspose ? conjugated(v) : v;
}

template <class T>
class Gemm : public testing::Test {};
using Types = testing::Types<float, double, Complex64, Complex128, int64_t, int32_t, int16_t, int8_t, uint8_t>;
TYPED_TEST_SUITE(Gemm, Types);

// Small integers keep every product exact, so any order of summation gives the same number.
TYPED_TEST(Gemm, EqualsTheDefinitionForEveryOperation) {
  using T = TypeParam;
  const int64_t shapes[][3] = {{1, 1, 1}, {3, 5, 7}, {1, 40, 300}, {70, 70, 70}, {2, 3, 0}};
  for (const auto& [m, n, k] : shapes) {
    for (Op a_op : {Op::kNone, Op::kTranspose, Op::kConjugateTranspose}) {
      for (Op b_op : {Op::kNone, Op::kTranspose, Op::kConjugateTranspose}) {
        const int64_t lda = (a_op == Op::kNone ? k : m) + 2;
        const int64_t ldb = (b_op == Op::kNone ? n : k) + 1;
        std::vector<T> a(static_cast<size_t>((a_op == Op::kNone ? m : k) * lda + 1));
        std::vector<T> b(static_cast<size_t>((b_op == Op::kNone ? k : n) * ldb + 1));
        for (size_t i = 0; i < a.size(); ++i) a[i] = element<T>(static_cast<int64_t>(i));
        for (size_t i = 0; i < b.size(); ++i) b[i] = element<T>(static_cast<int64_t>(i) + 2);
        const int64_t ldc = n + 3;
        std::vector<T> c(static_cast<size_t>(m * ldc), element<T>(4));
        gemm<T>(a_op, b_op, m, n, k, T(2), a.data(), lda, b.data(), ldb, T(3), c.data(), ldc);
        for (int64_t i = 0; i < m; ++i) {
          for (int64_t j = 0; j < ldc; ++j) {
            T want = element<T>(4);
            if (j < n) {
              T sum(0);
              for (int64_t p = 0; p < k; ++p)
                sum = static_cast<T>(sum + at(a_op, a, lda, i, p) * at(b_op, b, ldb, p, j));
              want = static_cast<T>(want * T(3) + T(2) * sum);
            }
            ASSERT_EQ(c[static_cast<size_t>(i * ldc + j)], want)
                << m << "x" << n << "x" << k << " at " << i << "," << j;
          }
        }
      }
    }
  }
}

TEST(GemmTest, DoesNotReadTheResultWhenBetaIsZero) {
  for (int64_t size : {4, 80}) {
    std::vector<float> a(static_cast<size_t>(size * size), 1.0f);
    std::vector<float> c(a.size(), std::numeric_limits<float>::quiet_NaN());
    gemm<float>(Op::kNone, Op::kNone, size, size, size, 1.0f, a.data(), size, a.data(), size, 0.0f, c.data(), size);
    for (float v : c) ASSERT_EQ(v, static_cast<float>(size));
  }
}

TEST(DotTest, ConjugatesTheFirstFactorWhenAsked) {
  const Complex64 a[] = {{1, 2}, {0, 0}, {3, -1}};
  const Complex64 b[] = {{2, 1}, {1, 1}};
  EXPECT_EQ((dot<Complex64>(2, a, 2, b, 1, false)), a[0] * b[0] + a[2] * b[1]);
  EXPECT_EQ((dot<Complex64>(2, a, 2, b, 1, true)), std::conj(a[0]) * b[0] + std::conj(a[2]) * b[1]);
  EXPECT_EQ((dot<int64_t>(0, nullptr, 1, nullptr, 1)), 0);
}

}  // namespace
}  // namespace heddle::ops::backend
