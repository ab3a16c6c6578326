#include "ops/backend/complex.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <complex>
#include <vector>

namespace heddle::ops::backend {
namespace {

using Numbers = std::vector<std::complex<float>>;

const float* parts(const Numbers& x) { return reinterpret_cast<const float*>(x.data()); }
float* parts(Numbers& x) { return reinterpret_cast<float*>(x.data()); }

Numbers some(size_t n, float seed) {
  Numbers x(n);
  for (size_t i = 0; i < n; ++i) {
    const float at = seed * static_cast<float>(i + 1);
    x[i] = {std::sin(at) * std::exp(10 * std::cos(at)), std::sin(3 * at)};
  }
  return x;
}

void expect_near(const Numbers& got, const Numbers& want) {
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_LE(std::abs(got[i] - want[i]), 1e-6f * std::abs(want[i])) << i << " of " << want.size();
  }
}

class ComplexRows : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};
INSTANTIATE_TEST_SUITE_P(Targets, ComplexRows, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& tested) { return hwy::TargetName(tested.param); });

TEST_P(ComplexRows, AreTheFunctions) {
  for (size_t n : {0, 1, 2, 3, 7, 8, 9, 40, 67}) {
    const Numbers a = some(n, 0.7f);
    const Numbers b = some(n, 1.3f);
    const auto count = static_cast<int64_t>(n);
    Numbers quotient(n), reciprocal(n), sign(n), want(n);
    complex_quotient_row(parts(a), parts(b), parts(quotient), count);
    for (size_t i = 0; i < n; ++i) want[i] = std::complex<double>(a[i]) / std::complex<double>(b[i]);
    expect_near(quotient, want);
    complex_reciprocal_row(parts(a), parts(reciprocal), count);
    for (size_t i = 0; i < n; ++i) want[i] = 1.0 / std::complex<double>(a[i]);
    expect_near(reciprocal, want);
    complex_sign_row(parts(a), parts(sign), count);
    for (size_t i = 0; i < n; ++i) want[i] = std::complex<double>(a[i]) / std::abs(std::complex<double>(a[i]));
    expect_near(sign, want);
  }
}

TEST_P(ComplexRows, LargeSmallAndZero) {
  const Numbers x = {{3e38f, 3e38f}, {1e-40f, 0.0f}, {0.0f, 0.0f}, {0.0f, -2.0f}};
  Numbers y(4);
  complex_sign_row(parts(x), parts(y), 4);
  EXPECT_NEAR(y[0].real(), std::sqrt(0.5f), 1e-6);
  EXPECT_EQ(y[1], std::complex<float>(1, 0));
  EXPECT_EQ(y[2], std::complex<float>(0, 0));
  EXPECT_EQ(y[3], std::complex<float>(0, -1));
  complex_reciprocal_row(parts(x), parts(y), 4);
  EXPECT_NEAR(y[0].real() * 3e38f, 0.5f, 1e-6);
  EXPECT_TRUE(std::isnan(y[2].real()));
  EXPECT_EQ(y[3], std::complex<float>(0, 0.5f));
}

}  // namespace
}  // namespace heddle::ops::backend
