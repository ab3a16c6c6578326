#include "ops/backend/cache.h"

#include <gtest/gtest.h>

namespace heddle::ops::backend {
namespace {

struct Number : RefCounted {
  explicit Number(int v) : value(v) {}
  int value;
};

TEST(CacheTest, DropsWhatWasUsedLongestAgo) {
  Cache<int, Number> cache(2);
  cache.insert(1, make_ref<Number>(10));
  cache.insert(2, make_ref<Number>(20));
  ASSERT_TRUE(cache.find(1));
  cache.insert(3, make_ref<Number>(30));
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_TRUE(cache.find(1));
  EXPECT_FALSE(cache.find(2));
  EXPECT_EQ(cache.find(3)->value, 30);
}

TEST(CacheTest, KeepsTheFirstOfTwoValuesOfOneKey) {
  Cache<int, Number> cache(2);
  cache.insert(1, make_ref<Number>(10));
  EXPECT_EQ(cache.insert(1, make_ref<Number>(11))->value, 10);
}

TEST(CacheTest, MakesOnlyWhatIsMissing) {
  Cache<int, Number> cache(2);
  int made = 0;
  const auto make = [&]() -> Ref<const Number> { return make_ref<Number>(++made); };
  EXPECT_EQ(cache.find_or_make(5, make)->value, 1);
  EXPECT_EQ(cache.find_or_make(5, make)->value, 1);
  EXPECT_EQ(made, 1);
}

}  // namespace
}  // namespace heddle::ops::backend
