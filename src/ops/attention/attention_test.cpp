#include "ops/attention/attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ops/attention/nested.h"
#include "ops/common/copy.h"

namespace heddle::ops {
namespace {

Tensor some(Dims sizes, double phase, DType dtype = DType::kFloat32) {
  Tensor t = Tensor::empty(sizes, DType::kFloat64).value();
  for (int64_t i = 0; i < t.numel(); ++i) t.data<double>()[i] = std::sin(1.3 * static_cast<double>(i) + phase);
  return to_dtype(t, dtype).value();
}

double at(const Tensor& t, std::initializer_list<int64_t> index) {
  Tensor one = t;
  for (int64_t i : index) one = one.select(0, i);
  return item(one).value().to_double();
}

// The definition, one number after the other; masked(i, j) tells which keys query i does not see.
template <class Masked>
double expected(const AttentionArguments& a, int64_t b, int64_t h, int64_t i, int64_t column, Masked masked) {
  double sum = 0;
  double result = 0;
  for (int64_t j = 0; j < a.key.size(2); ++j) {
    if (masked(i, j)) continue;
    double score = 0;
    for (int64_t e = 0; e < a.query.size(3); ++e) score += at(a.query, {b, h, i, e}) * at(a.key, {b, h, j, e});
    const double weight = std::exp(score * a.scale);
    sum += weight;
    result += weight * at(a.value, {b, h, j, column});
  }
  return result / sum;
}

template <class Masked>
void expect_definition(const AttentionArguments& a, Masked masked, double tolerance = 1e-5) {
  auto result = attention(a);
  ASSERT_TRUE(result.ok()) << result.status().message();
  const int64_t last = a.query.size(2) - 1;
  for (int64_t b = 0; b < a.query.size(0); ++b) {
    for (int64_t h = 0; h < a.query.size(1); ++h) {
      for (int64_t i : {int64_t{0}, last / 2, last}) {
        for (int64_t c = 0; c < a.value.size(3); ++c) {
          ASSERT_NEAR(at(result->output, {b, h, i, c}), expected(a, b, h, i, c, masked), tolerance)
              << b << " " << h << " " << i << " " << c;
        }
      }
    }
  }
}

// 70 queries: more than one block of rows.
AttentionArguments arguments(DType dtype = DType::kFloat32) {
  AttentionArguments a;
  a.query = some({2, 3, 70, 4}, 0, dtype);
  a.key = some({2, 3, 9, 4}, 1, dtype);
  a.value = some({2, 3, 9, 5}, 2, dtype);
  a.scale = 0.5;
  return a;
}

constexpr auto kNone = [](int64_t, int64_t) { return false; };

TEST(AttentionTest, FollowsItsDefinition) {
  expect_definition(arguments(), kNone);
  expect_definition(arguments(DType::kFloat64), kNone, 1e-12);
  expect_definition(arguments(DType::kBFloat16), kNone, 2e-2);
}

TEST(AttentionTest, TakesViewsOfAnyStrides) {
  AttentionArguments a = arguments();
  const Tensor by_row = some({2, 70, 3, 4}, 0);
  a.query = by_row.transpose(1, 2);
  a.key = some({2, 3, 4, 9}, 1).transpose(2, 3);
  a.value = some({2, 3, 9, 10}, 2).narrow(3, 2, 5);
  expect_definition(a, kNone);
}

TEST(AttentionTest, CausalQueriesSeeNoLaterKeys) {
  AttentionArguments a = arguments();
  a.key = some({2, 3, 70, 4}, 1);
  a.value = some({2, 3, 70, 5}, 2);
  a.is_causal = true;
  expect_definition(a, [](int64_t i, int64_t j) { return j > i; });
}

TEST(AttentionTest, MasksBroadcast) {
  AttentionArguments a = arguments();
  Tensor keep = full(Dims{9}, true, DType::kBool).value();
  keep.data<bool>()[4] = false;
  a.mask = keep;
  expect_definition(a, [](int64_t, int64_t j) { return j == 4; });
  Tensor add = zeros(Dims{70, 9}, DType::kFloat32).value();
  for (int64_t i = 0; i < 70; ++i) add.data<float>()[i * 9 + i % 9] = -std::numeric_limits<float>::infinity();
  a.mask = add;
  expect_definition(a, [](int64_t i, int64_t j) { return j == i % 9; });
}

TEST(AttentionTest, RowsWithoutKeysGiveNaNOrZeros) {
  AttentionArguments a = arguments();
  a.mask = full(Dims{70, 9}, false, DType::kBool).value();
  EXPECT_TRUE(std::isnan(at(attention(a)->output, {0, 0, 0, 0})));
  a.empty_rows_are_zero = true;
  EXPECT_EQ(at(attention(a)->output, {1, 2, 69, 4}), 0);
}

TEST(AttentionTest, WeightsAreTheSoftmaxedScores) {
  AttentionArguments a = arguments();
  a.want_weights = true;
  const auto result = attention(a);
  ASSERT_TRUE(result.ok());
  double sum = 0;
  for (int64_t j = 0; j < 9; ++j) sum += at(result->weights, {1, 2, 69, j});
  EXPECT_NEAR(sum, 1, 1e-6);
}

TEST(AttentionTest, ShapesThatDoNotFitAreNamed) {
  AttentionArguments a = arguments();
  a.key = some({2, 3, 9, 5}, 1);
  const auto result = attention(a);
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.status().message().find("[2, 3, 9, 5]"), std::string::npos);
}

TEST(NestedTest, LengthsTravelWithTheTensor) {
  const Tensor t = some({2, 3, 4}, 0);
  EXPECT_FALSE(nested_lengths(t));
  const int64_t lengths[] = {3, 1};
  const Tensor nested = as_nested(t, lengths).value();
  EXPECT_EQ(*nested_lengths(nested), (std::vector<int64_t>{3, 1}));
  const Tensor mask = padding_mask(lengths, 3).value();
  EXPECT_EQ(at(mask, {0, 2}), 0);
  EXPECT_EQ(at(mask, {1, 0}), 0);
  EXPECT_EQ(at(mask, {1, 1}), 1);
}

}  // namespace
}  // namespace heddle::ops
