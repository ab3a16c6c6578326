#include "cli/load_generator.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <thread>

namespace heddle::cli {
namespace {

TEST(LoadGenerator, CountsOnlyCallsThatBeganWhileMeasuring) {
  std::atomic<int> calls{0};
  LoadGenerator load(2, [&] { return [&] { ++calls; }; });
  while (calls < 100) std::this_thread::yield();
  EXPECT_EQ(load.measured(), 0u);
  load.start_measuring();
  while (load.measured() < 100) std::this_thread::yield();
  const auto samples = load.stop();
  EXPECT_GE(samples.latencies.size(), 100u);
  EXPECT_EQ(samples.latencies.size(), load.measured());
  EXPECT_LT(samples.latencies.size(), static_cast<size_t>(calls));
  EXPECT_TRUE(std::is_sorted(samples.latencies.begin(), samples.latencies.end()));
  EXPECT_GT(samples.seconds, 0);
}

TEST(LoadGenerator, GivesEachThreadACallOfItsOwn) {
  std::mutex mutex;
  std::set<std::thread::id> makers;
  std::atomic<int> made{0};
  LoadGenerator load(3, [&] {
    const std::lock_guard lock(mutex);
    makers.insert(std::this_thread::get_id());
    ++made;
    return [] {};
  });
  while (made < 3) std::this_thread::yield();
  load.stop();
  EXPECT_EQ(makers.size(), 3u);
}

TEST(LoadGenerator, StopsAllThreadsWhenACallFailsAndRethrows) {
  std::atomic<int> calls{0};
  LoadGenerator load(3, [&] {
    return [&] {
      if (++calls == 50) throw std::runtime_error("call 50");
    };
  });
  while (!load.failed()) std::this_thread::yield();
  EXPECT_THROW(load.stop(), std::runtime_error);
}

TEST(LoadGenerator, ForgetsACallThatWasCutShort) {
  std::stop_source stop;
  std::atomic<int> calls{0};
  LoadGenerator load(
      1,
      [&] {
        return [&] {
          if (++calls <= 3) return;
          while (!stop.stop_requested()) std::this_thread::yield();
          throw std::runtime_error("cancelled");
        };
      },
      {}, stop.get_token());
  load.start_measuring();
  while (calls <= 3) std::this_thread::yield();
  stop.request_stop();
  EXPECT_LE(load.stop().latencies.size(), 3u);
  EXPECT_FALSE(load.failed());
}

TEST(Percentile, IsASampleOfTheNearestRank) {
  const std::vector<double> samples = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_EQ(percentile(samples, 50), 5);
  EXPECT_EQ(percentile(samples, 90), 9);
  EXPECT_EQ(percentile(samples, 99), 10);
  EXPECT_EQ(percentile(samples, 0), 1);
  EXPECT_EQ(percentile({}, 50), 0);
}

TEST(LoadGenerator, ArrivalsComeAtTheirRateAndWait) {
  // A call takes 5 ms, 100 arrive in a second: one thread is enough, though some calls wait for others.
  const auto work = [] { std::this_thread::sleep_for(std::chrono::milliseconds(5)); };
  LoadGenerator load(
      1, [&] { return work; }, 100);
  load.start_measuring();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const auto samples = load.stop();
  EXPECT_GT(samples.latencies.size() + samples.unserved, 60u);
  EXPECT_LT(samples.latencies.size() + samples.unserved, 140u);
  EXPECT_GE(samples.latencies.front(), 5);
}

TEST(LoadGenerator, CountsArrivalsThatNobodyServed) {
  const auto work = [] { std::this_thread::sleep_for(std::chrono::milliseconds(50)); };
  LoadGenerator load(
      2, [&] { return work; }, 1000);
  load.start_measuring();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const auto samples = load.stop();
  EXPECT_LE(samples.latencies.size(), 20u);
  EXPECT_GT(samples.unserved, 100u);
}

}  // namespace
}  // namespace heddle::cli
