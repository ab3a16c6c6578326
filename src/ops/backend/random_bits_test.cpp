#include "ops/backend/random_bits.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <vector>

#include "core/philox.h"

namespace heddle::ops::backend {
namespace {

class RandomBitsTest : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};
INSTANTIATE_TEST_SUITE_P(Targets, RandomBitsTest, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& tested) { return hwy::TargetName(tested.param); });

TEST_P(RandomBitsTest, AreThoseOfSingleBlocks) {
  for (uint64_t seed : {uint64_t{0}, uint64_t{0x123456789ABCDEF0}}) {
    // Counters that outgrow 32 bits, and that wrap.
    for (uint64_t first : {uint64_t{0}, uint64_t{0xFFFFFFF0}, ~uint64_t{7}}) {
      for (int64_t blocks : {0, 1, 7, 40, 67}) {
        std::vector<uint64_t> bits(static_cast<size_t>(2 * blocks) + 1, 5);
        random_bits_row(seed, first, blocks, bits.data());
        for (int64_t b = 0; b < blocks; ++b) {
          const auto want = philox(seed, first + static_cast<uint64_t>(b));
          EXPECT_EQ(bits[static_cast<size_t>(2 * b)], uint64_t{want[0]} << 32 | want[1]);
          EXPECT_EQ(bits[static_cast<size_t>(2 * b + 1)], uint64_t{want[2]} << 32 | want[3]);
        }
        EXPECT_EQ(bits.back(), 5u);
      }
    }
  }
}

}  // namespace
}  // namespace heddle::ops::backend
