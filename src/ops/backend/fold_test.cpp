#include "ops/backend/fold.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace heddle::ops::backend {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> some(int64_t n) {
  std::vector<float> x(static_cast<size_t>(n));
  for (size_t i = 0; i < x.size(); ++i) x[i] = std::sin(1.7f * static_cast<float>(i)) - 2;
  return x;
}

class FoldTest : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};
std::string target_name(const testing::TestParamInfo<int64_t>& tested) { return hwy::TargetName(tested.param); }
INSTANTIATE_TEST_SUITE_P(Targets, FoldTest, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()), target_name);

constexpr int64_t kLengths[] = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 65, 129, 4095, 4097, 9000};

TEST_P(FoldTest, SumsAreThoseOfDoubles) {
  for (int64_t n : kLengths) {
    const std::vector<float> x = some(n);
    double want = 0;
    for (float v : x) want += v;
    EXPECT_NEAR(sum_row(x.data(), n), want, 1e-6 * static_cast<double>(n)) << n;
    double squares = 0;
    for (float v : x) squares += static_cast<double>(v) * static_cast<double>(v);
    EXPECT_NEAR(squares_row(x.data(), n), squares, 1e-12 * squares) << n;
  }
  EXPECT_EQ(sum_row(nullptr, 0), 0);
}

TEST_P(FoldTest, DifferencesAreMeasured) {
  for (int64_t n : kLengths) {
    const std::vector<float> a = some(n);
    std::vector<float> b(a.rbegin(), a.rend());
    double sizes = 0;
    double squares = 0;
    double largest = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      const double size = std::fabs(static_cast<double>(a[i] - b[i]));
      sizes += size;
      squares += size * size;
      largest = std::max(largest, size);
    }
    // Two rows: the numbers the other way round, and the numbers themselves.
    b.insert(b.end(), a.begin(), a.end());
    float got[2];
    difference_rows(a.data(), b.data(), 2, n, got);
    EXPECT_NEAR(got[0], sizes, 1e-5 * sizes) << n;
    EXPECT_EQ(got[1], 0);
    square_difference_rows(a.data(), b.data(), 2, n, got);
    EXPECT_NEAR(got[0], squares, 1e-5 * squares) << n;
    EXPECT_EQ(got[1], 0);
    largest_difference_rows(a.data(), b.data(), 2, n, got);
    EXPECT_EQ(got[0], static_cast<float>(largest)) << n;
    EXPECT_EQ(got[1], 0);
    b[static_cast<size_t>(n / 2)] = kNaN;
    largest_difference_rows(a.data(), b.data(), 2, n, got);
    EXPECT_TRUE(std::isnan(got[0])) << n;
    EXPECT_EQ(got[1], 0);
    difference_rows(a.data(), b.data(), 2, n, got);
    EXPECT_TRUE(std::isnan(got[0])) << n;
  }
  float none = 1;
  largest_difference_rows(nullptr, nullptr, 1, 0, &none);
  EXPECT_EQ(none, 0);
}

TEST_P(FoldTest, ColumnsAddUpOntoTheirTotals) {
  constexpr int64_t kRows = 300;
  for (int64_t columns : {1, 3, 16, 17, 128, 133}) {
    const int64_t stride = columns + 2;
    const std::vector<float> x = some(kRows * stride);
    std::vector<double> totals(static_cast<size_t>(columns), 10.0);
    sum_columns(x.data(), stride, kRows, columns, totals.data());
    for (int64_t c = 0; c < columns; ++c) {
      double want = 10;
      for (int64_t r = 0; r < kRows; ++r) want += x[static_cast<size_t>(r * stride + c)];
      EXPECT_NEAR(totals[static_cast<size_t>(c)], want, 1e-3) << columns << " " << c;
    }
  }
}

TEST_P(FoldTest, ColumnsKeepTheirExtremes) {
  constexpr int64_t kRows = 9;
  for (int64_t columns : {1, 3, 16, 17, 128, 133}) {
    const int64_t stride = columns + 2;
    std::vector<float> x = some(kRows * stride);
    x[static_cast<size_t>(3 * stride)] = kNaN;
    std::vector<float> most(static_cast<size_t>(columns) + 1, -kInfinity);
    std::vector<float> least(most.size(), kInfinity);
    max_columns(x.data(), stride, kRows, columns, most.data());
    min_columns(x.data(), stride, kRows, columns, least.data());
    EXPECT_TRUE(std::isnan(most[0]));
    EXPECT_TRUE(std::isnan(least[0]));
    for (int64_t c = 1; c < columns; ++c) {
      float high = -kInfinity;
      float low = kInfinity;
      for (int64_t r = 0; r < kRows; ++r) {
        high = std::max(high, x[static_cast<size_t>(r * stride + c)]);
        low = std::min(low, x[static_cast<size_t>(r * stride + c)]);
      }
      EXPECT_EQ(most[static_cast<size_t>(c)], high) << columns << " " << c;
      EXPECT_EQ(least[static_cast<size_t>(c)], low) << columns << " " << c;
    }
    EXPECT_EQ(most.back(), -kInfinity) << "wrote behind " << columns;
  }
}

TEST_P(FoldTest, ExtremesAreFoundWhereverTheyStand) {
  for (int64_t n : kLengths) {
    for (int64_t at : {int64_t{0}, n / 2, n - 1}) {
      std::vector<float> x = some(n);
      float& there = x[static_cast<size_t>(at)];
      there = 5;
      EXPECT_EQ(max_row(x.data(), n), 5) << n << " " << at;
      EXPECT_EQ(find_in_row(x.data(), n, 5), at);
      EXPECT_EQ(find_in_row(x.data(), n, 6), n);
      there = -5;
      EXPECT_EQ(min_row(x.data(), n), -5) << n << " " << at;
      there = kNaN;
      EXPECT_TRUE(std::isnan(max_row(x.data(), n))) << n << " " << at;
      EXPECT_TRUE(std::isnan(min_row(x.data(), n))) << n << " " << at;
      EXPECT_EQ(find_in_row(x.data(), n, kNaN), at);
    }
  }
}

TEST_P(FoldTest, ExtremesOfFloat64) {
  for (int64_t n : kLengths) {
    for (int64_t at : {int64_t{0}, n / 2, n - 1}) {
      const std::vector<float> numbers = some(n);
      std::vector<double> x(numbers.begin(), numbers.end());
      double& there = x[static_cast<size_t>(at)];
      there = 5;
      EXPECT_EQ(max_row(x.data(), n), 5) << n << " " << at;
      there = -5;
      EXPECT_EQ(min_row(x.data(), n), -5) << n << " " << at;
      there = std::numeric_limits<double>::quiet_NaN();
      EXPECT_TRUE(std::isnan(max_row(x.data(), n))) << n << " " << at;
      EXPECT_TRUE(std::isnan(min_row(x.data(), n))) << n << " " << at;
    }
  }
}

TEST_P(FoldTest, InfiniteRowsAndAbsentZeros) {
  const float low[] = {-kInfinity, -kInfinity, -kInfinity};
  EXPECT_EQ(max_row(low, 3), -kInfinity);
  const float high[] = {kInfinity, kInfinity};
  EXPECT_EQ(min_row(high, 2), kInfinity);
  EXPECT_EQ(find_in_row(high, 2, 0.0f), 2);
  const float equal[] = {1, 3, 3};
  EXPECT_EQ(find_in_row(equal, 3, 3), 1);
}

}  // namespace
}  // namespace heddle::ops::backend
