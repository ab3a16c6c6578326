#include "ops/backend/convert.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <bit>
#include <vector>

namespace heddle::ops::backend {
namespace {

class ConvertTest : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};
std::string target_name(const testing::TestParamInfo<int64_t>& tested) { return hwy::TargetName(tested.param); }
INSTANTIATE_TEST_SUITE_P(Targets, ConvertTest, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()), target_name);

template <class T>
void expect_every_half_widens() {
  std::vector<T> x(0x10000);
  for (size_t i = 0; i < x.size(); ++i) x[i].bits = static_cast<uint16_t>(i);
  std::vector<float> y(x.size());
  convert_row(x.data(), y.data(), static_cast<int64_t>(x.size()));
  for (size_t i = 0; i < x.size(); ++i) {
    ASSERT_EQ(std::bit_cast<uint32_t>(y[i]), std::bit_cast<uint32_t>(static_cast<float>(x[i]))) << i;
  }
}

// Floats of every magnitude, with the bits around the rounded place in all their states.
template <class T>
void expect_floats_narrow() {
  std::vector<float> x;
  for (uint64_t high = 0; high < 0x80000; ++high) {
    const auto word = static_cast<uint32_t>(high << 13);
    for (uint32_t low : {0u, 1u, 0xfffu, 0x1000u, 0x1001u, 0x1fffu}) x.push_back(std::bit_cast<float>(word | low));
  }
  x.pop_back();  // an odd length
  std::vector<T> y(x.size());
  convert_row(x.data(), y.data(), static_cast<int64_t>(x.size()));
  for (size_t i = 0; i < x.size(); ++i) ASSERT_EQ(y[i].bits, T(x[i]).bits) << x[i];
}

TEST_P(ConvertTest, EveryHalfWidens) {
  expect_every_half_widens<Half>();
  expect_every_half_widens<BFloat16>();
}

TEST_P(ConvertTest, FloatsNarrow) {
  expect_floats_narrow<Half>();
  expect_floats_narrow<BFloat16>();
}

}  // namespace
}  // namespace heddle::ops::backend
