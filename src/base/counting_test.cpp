#include "base/counting.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace heddle::counting {
namespace {

TEST(Counting, CountersAddUpOverThreads) {
  Counter counter;
  Histogram histogram;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 20; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 1000; ++k) counter.add();
        histogram.add(10'000);          // a bound is inside its bucket
        histogram.add(10'001);          // the next one
        histogram.add(60'000'000'000);  // beyond them all
      });
    }
  }
  EXPECT_EQ(counter.value(), 20'000u);
  const Histogram::Values values = histogram.values();
  EXPECT_EQ(values.count, 60u);
  EXPECT_EQ(values.counts[0], 20u);
  EXPECT_EQ(values.counts[1], 20u);
  EXPECT_EQ(values.counts.back(), 20u);
  EXPECT_EQ(values.sum, 20 * (10'000 + 10'001 + 60'000'000'000));
}

TEST(Counting, MemoryOfThreadsThatEndIsTold) {
  const int64_t before = memory_in_use();
  for (int i = 0; i < 100; ++i) std::thread([] { add_memory(1000); }).join();
  EXPECT_EQ(memory_in_use() - before, 100'000);
  EXPECT_GE(memory_peak(), before + 100'000);
  std::thread([] { add_memory(-100'000); }).join();
  EXPECT_EQ(memory_in_use(), before);
}

}  // namespace
}  // namespace heddle::counting
