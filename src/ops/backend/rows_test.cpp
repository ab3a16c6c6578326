#include "ops/backend/rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "ops/backend/cells.h"

namespace heddle::ops::backend {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> some(int64_t n, float phase = 0) {
  std::vector<float> x(static_cast<size_t>(n));
  for (size_t i = 0; i < x.size(); ++i) x[i] = 4 * std::sin(1.7f * static_cast<float>(i) + phase);
  return x;
}

// Every length up to some vectors: whole ones, tails, and nothing but a tail.
class RowsTest : public testing::TestWithParam<int64_t> {};
INSTANTIATE_TEST_SUITE_P(Lengths, RowsTest, testing::Values(1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 65, 70, 129));

TEST_P(RowsTest, SoftmaxSumsToOneInTheRightProportions) {
  const int64_t n = GetParam();
  const std::vector<float> x = some(2 * n);
  std::vector<float> y(x.size());
  std::vector<float> logs(x.size());
  softmax_rows(x.data(), y.data(), 2, n);
  log_softmax_rows(x.data(), logs.data(), 2, n);
  for (int64_t row = 0; row < 2; ++row) {
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += std::exp(static_cast<double>(x[static_cast<size_t>(row * n + i)]));
    for (int64_t i = 0; i < n; ++i) {
      const auto at = static_cast<size_t>(row * n + i);
      const double want = std::exp(static_cast<double>(x[at])) / sum;
      EXPECT_NEAR(y[at], want, 1e-6 * want + 1e-9);
      EXPECT_NEAR(logs[at], std::log(want), 2e-6);
    }
  }
}

TEST_P(RowsTest, SoftmaxOfColumnsIsThatOfTheTransposedRows) {
  const int64_t columns = GetParam();
  constexpr int64_t n = 5;
  const int64_t width = columns + 3;
  const std::vector<float> x = some(n * width);
  std::vector<float> y(x.size(), -1.0f);
  softmax_columns(x.data(), y.data(), n, width, columns);
  for (int64_t c = 0; c < width; ++c) {
    std::vector<float> row(n);
    for (int64_t i = 0; i < n; ++i) row[static_cast<size_t>(i)] = x[static_cast<size_t>(i * width + c)];
    softmax_rows(row.data(), row.data(), 1, n);
    for (int64_t i = 0; i < n; ++i) {
      const float got = y[static_cast<size_t>(i * width + c)];
      if (c < columns) {
        EXPECT_NEAR(got, row[static_cast<size_t>(i)], 1e-6);
      } else {
        EXPECT_EQ(got, -1.0f);
      }
    }
  }
}

TEST_P(RowsTest, LayerNormFollowsItsDefinition) {
  const int64_t n = GetParam();
  const std::vector<float> x = some(n);
  const std::vector<float> weight = some(n, 1);
  const std::vector<float> bias = some(n, 2);
  std::vector<float> y(x.size());
  float mean = 0;
  float rstd = 0;
  layer_norm_rows(x.data(), y.data(), 1, n, weight.data(), bias.data(), 1e-3f, &mean, &rstd);
  double centre = 0;
  double variance = 0;
  for (float v : x) centre += v / static_cast<double>(n);
  for (float v : x) variance += (v - centre) * (v - centre) / static_cast<double>(n);
  EXPECT_NEAR(mean, centre, 1e-5);
  EXPECT_NEAR(rstd, 1 / std::sqrt(variance + 1e-3), 1e-4 * rstd);
  for (size_t i = 0; i < y.size(); ++i) {
    EXPECT_NEAR(y[i], (x[i] - centre) / std::sqrt(variance + 1e-3) * weight[i] + bias[i], 1e-4);
  }
}

TEST_P(RowsTest, RmsNormDividesByTheRootMeanSquare) {
  const int64_t n = GetParam();
  const std::vector<float> x = some(n);
  const std::vector<float> weight = some(n, 1);
  std::vector<float> y(x.size());
  rms_norm_rows(x.data(), y.data(), 1, n, weight.data(), 1e-3f, nullptr);
  double square = 0;
  for (float v : x) square += static_cast<double>(v) * v / static_cast<double>(n);
  for (size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], x[i] / std::sqrt(square + 1e-3) * weight[i], 1e-5);
}

TEST_P(RowsTest, FoldingRowsTakesMaximaAndSums) {
  const int64_t n = GetParam();
  const std::vector<float> a = some(n, 0);
  const std::vector<float> b = some(n, 1);
  const std::vector<float> c = some(n, 2);
  const float* rows[] = {a.data(), b.data(), c.data()};
  std::vector<float> most(a.size());
  std::vector<float> sums(a.size());
  max_of_rows(rows, 3, n, most.data());
  sum_of_rows(rows, 3, n, 0.5f, sums.data());
  const float weights[] = {0.5f, -2.0f, 0.25f};
  std::vector<float> weighted(a.size());
  weighted_sum_of_rows(rows, weights, 3, n, weighted.data());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(most[i], std::max({a[i], b[i], c[i]}));
    EXPECT_NEAR(sums[i], (a[i] + b[i] + c[i]) / 2, 1e-6);
    EXPECT_NEAR(weighted[i], a[i] / 2 - 2 * b[i] + c[i] / 4, 2e-6);
  }
  EXPECT_NEAR(sum_of(a.data(), n), moments(a.data(), n).mean * static_cast<float>(n), 1e-4);
}

TEST_P(RowsTest, LstmCellFollowsItsEquations) {
  const int64_t n = GetParam();
  const std::vector<float> gates = some(4 * n);
  const std::vector<float> before = some(n, 3);
  std::vector<float> cell = before;
  std::vector<float> hidden(before.size());
  lstm_cell(gates.data(), cell.data(), hidden.data(), n);
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  for (size_t i = 0; i < hidden.size(); ++i) {
    const auto gate = [&](size_t g) { return static_cast<double>(gates[g * hidden.size() + i]); };
    const double c = sigmoid(gate(1)) * before[i] + sigmoid(gate(0)) * std::tanh(gate(2));
    EXPECT_NEAR(cell[i], c, 1e-5);
    EXPECT_NEAR(hidden[i], sigmoid(gate(3)) * std::tanh(c), 1e-5);
  }
}

TEST(RowsEdgeTest, SoftmaxOfWhatIsNoNumber) {
  std::vector<float> y(3);
  const float with_nan[] = {1, kNaN, 2};
  softmax_rows(with_nan, y.data(), 1, 3);
  for (float v : y) EXPECT_TRUE(std::isnan(v));
  const float nothing[] = {-kInfinity, -kInfinity, -kInfinity};
  softmax_rows(nothing, y.data(), 1, 3);
  for (float v : y) EXPECT_TRUE(std::isnan(v));
  const float masked[] = {-kInfinity, 0, -kInfinity};
  softmax_rows(masked, y.data(), 1, 3);
  EXPECT_EQ(y, (std::vector<float>{0, 1, 0}));
}

TEST(RowsEdgeTest, MaximaKeepNaN) {
  const float a[] = {1, kNaN, 3};
  const float b[] = {kNaN, 2, 1};
  const float* rows[] = {a, b};
  float most[3];
  max_of_rows(rows, 2, 3, most);
  EXPECT_TRUE(std::isnan(most[0]));
  EXPECT_TRUE(std::isnan(most[1]));
  EXPECT_EQ(most[2], 3);
}

TEST(RowsEdgeTest, MomentsOfALongRowKeepTheirDigits) {
  std::vector<float> x(1'000'000);
  for (size_t i = 0; i < x.size(); ++i) x[i] = 1000 + static_cast<float>(i % 2);
  const Moments m = moments(x.data(), static_cast<int64_t>(x.size()));
  EXPECT_NEAR(m.mean, 1000.5, 1e-3);
  EXPECT_NEAR(m.variance, 0.25, 1e-3);
}

}  // namespace
}  // namespace heddle::ops::backend
