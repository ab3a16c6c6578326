// The contract of regions, the same for every backend.
#include "parallel/parallel.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>

#include "parallel/backend.h"
#include "parallel/budget.h"
#include "parallel/settings.h"

namespace heddle::parallel {
namespace {

using namespace std::chrono_literals;

class Parallel : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(set_num_threads(4).ok()); }
  void TearDown() override {
    ASSERT_TRUE(set_num_threads(2).ok());
    EXPECT_EQ(budget::running(), 0) << "a test left the budget unbalanced";
  }
  // Helpers may come late; a region's tokens are back when they have gone.
  static void settle() {
    for (int i = 0; i < 2000 && budget::running() > 0; ++i) std::this_thread::sleep_for(1ms);
  }
};

int os_threads() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) ++count;
  return count;
}

TEST_F(Parallel, CoversEachItemOnce) {
  for (int64_t items : {0, 1, 7, 64, 1000, 4097}) {
    for (int64_t grain : {-3, 0, 1, 3, 64, 5000}) {
      std::vector<std::atomic<int>> hits(static_cast<size_t>(items));
      parallel_for(10, 10 + items, grain, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) hits[static_cast<size_t>(i - 10)]++;
      });
      for (const auto& hit : hits) ASSERT_EQ(hit, 1) << items << " items, grain " << grain;
    }
  }
  settle();
}

TEST_F(Parallel, ChunksBeginAtMultiplesOfTheGrain) {
  std::mutex mutex;
  std::set<int64_t> begins;
  for (int round = 0; round < 50; ++round) {
    parallel_for(5, 1000, 16, [&](int64_t begin, int64_t) {
      const std::lock_guard lock(mutex);
      begins.insert((begin - 5) % 16);
    });
  }
  EXPECT_EQ(begins, std::set<int64_t>{0});
  settle();
}

TEST_F(Parallel, HugeRangesDoNotOverflow) {
  std::atomic<int64_t> first{INT64_MAX};
  std::atomic<int64_t> last{INT64_MIN};
  parallel_for(-(int64_t{1} << 61), int64_t{1} << 61, int64_t{1} << 50, [&](int64_t begin, int64_t end) {
    EXPECT_LT(begin, end);
    for (int64_t seen = first; begin < seen && !first.compare_exchange_weak(seen, begin);) {
    }
    for (int64_t seen = last; end > seen && !last.compare_exchange_weak(seen, end);) {
    }
  });
  EXPECT_EQ(first, -(int64_t{1} << 61));
  EXPECT_EQ(last, int64_t{1} << 61);
  settle();
}

TEST_F(Parallel, SmallWorkRunsOnTheCallerInOneCall) {
  int calls = 0;
  parallel_for(0, 100, 100, [&](int64_t begin, int64_t end) {
    ++calls;
    EXPECT_EQ(begin, 0);
    EXPECT_EQ(end, 100);
    EXPECT_FALSE(in_parallel_region());
  });
  EXPECT_EQ(calls, 1);
}

TEST_F(Parallel, HelpersReallyHelp) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  // A helper may be slow to start on a busy machine; it has seconds to show up.
  for (int round = 0; round < 200 && threads.size() < 2; ++round) {
    parallel_for(0, 64, 1, [&](int64_t, int64_t) {
      std::this_thread::sleep_for(1ms);
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
      EXPECT_TRUE(in_parallel_region());
      EXPECT_LT(get_thread_num(), get_num_threads());
    });
  }
  EXPECT_GE(threads.size(), 2u);
  EXPECT_FALSE(in_parallel_region());
  settle();
}

TEST_F(Parallel, FirstExceptionReachesTheCaller) {
  for (int round = 0; round < 100; ++round) {
    EXPECT_THROW(parallel_for(0, 1000, 1,
                              [&](int64_t, int64_t end) {
                                if (end > 500) throw std::runtime_error("chunk");
                              }),
                 std::runtime_error);
  }
  int64_t sum = 0;
  std::mutex mutex;
  parallel_for(0, 100, 1, [&](int64_t begin, int64_t end) {
    const std::lock_guard lock(mutex);
    sum += end - begin;
  });
  EXPECT_EQ(sum, 100) << "regions work after one that threw";
  settle();
}

TEST_F(Parallel, StatusOfTheFirstFailingChunk) {
  const Status status = try_parallel_for(0, 1000, 10, [](int64_t, int64_t end) -> Status {
    if (end > 100) return invalid("at ", 100);
    return ok_status();
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.message(), "at 100");
  EXPECT_TRUE(try_parallel_for(0, 1000, 10, [](int64_t, int64_t) { return ok_status(); }).ok());
  settle();
}

TEST_F(Parallel, NestedRegionsRunInline) {
  std::atomic<int64_t> sum{0};
  parallel_for(0, 16, 1, [&](int64_t begin, int64_t end) {
    const auto outer = std::this_thread::get_id();
    for (int64_t i = begin; i < end; ++i) {
      parallel_for(0, 100, 1, [&](int64_t b, int64_t e) {
        EXPECT_TRUE(!in_parallel_region() || std::this_thread::get_id() == outer);
        sum += e - b;
      });
    }
  });
  EXPECT_EQ(sum, 1600);
  settle();
}

TEST_F(Parallel, ReduceGivesTheSameBitsOnAnyNumberOfThreads) {
  std::vector<float> values(100003);
  for (size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<float>(i)) * 1e3f;
  const auto sum = [&] {
    return parallel_reduce(
        0, static_cast<int64_t>(values.size()), 1000, 0.0f,
        [&](int64_t b, int64_t e) { return std::accumulate(values.begin() + b, values.begin() + e, 0.0f); },
        [](float a, float b) { return a + b; });
  };
  ASSERT_TRUE(set_num_threads(1).ok());
  const float alone = sum();
  for (int threads : {2, 3, 8}) {
    ASSERT_TRUE(set_num_threads(threads).ok());
    for (int round = 0; round < 20; ++round) ASSERT_EQ(sum(), alone) << threads;
  }
  settle();
}

TEST_F(Parallel, NeverMoreRunningThanTheBudget) {
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  constexpr int kCallers = 3;
  std::vector<std::thread> callers;
  for (int c = 0; c < kCallers; ++c) {
    callers.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        parallel_for(0, 32, 1, [&](int64_t, int64_t) {
          const int now = ++running;
          for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
          }
          std::this_thread::sleep_for(50us);
          --running;
        });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_LE(most, 4 + kCallers - 1) << "a caller always runs; helpers only while the budget of 4 has room";
  settle();
}

TEST_F(Parallel, ManyCallersShareOneSetOfHelpers) {
  const int before = os_threads();
  std::atomic<bool> go{false};
  std::atomic<int> most{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 60; ++c) {
    callers.emplace_back([&] {
      while (!go) std::this_thread::yield();
      for (int round = 0; round < 20; ++round)
        parallel_for(0, 64, 1, [](int64_t, int64_t) { std::this_thread::yield(); });
      const int now = os_threads();
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
    });
  }
  go = true;
  for (std::thread& caller : callers) caller.join();
  // 60 callers, 3 helpers, and one thread that opens the team in the OpenMP backend.
  EXPECT_LE(most, before + 60 + 3 + 1);
  settle();
}

TEST_F(Parallel, LimitsAndSizesAreObeyed) {
  {
    const ThreadLimit limit(1);
    const auto caller = std::this_thread::get_id();
    parallel_for(0, 1000, 1, [&](int64_t, int64_t) { EXPECT_EQ(std::this_thread::get_id(), caller); });
    const ThreadLimit wider(3);
    EXPECT_EQ(thread_limit(), 1) << "an inner limit cannot raise an outer one";
  }
  EXPECT_EQ(thread_limit(), 0);
  for (int bad : {0, -1, 1000000000, kMaxThreads + 1}) {
    const Status status = set_num_threads(bad);
    ASSERT_FALSE(status.ok()) << bad;
    EXPECT_NE(status.message().find(std::to_string(bad)), std::string::npos);
    EXPECT_FALSE(set_num_interop_threads(bad).ok());
  }
  EXPECT_EQ(get_num_threads(), 4);
}

TEST_F(Parallel, SizesMayChangeWhileRegionsRun) {
  std::atomic<bool> stop{false};
  std::thread setter([&] {
    for (int i = 0; !stop; ++i) {
      ASSERT_TRUE(set_num_threads(1 + i % 5).ok());
      std::this_thread::sleep_for(200us);
    }
  });
  std::vector<std::thread> callers;
  for (int c = 0; c < 3; ++c) {
    callers.emplace_back([] {
      for (int round = 0; round < 300; ++round) {
        std::atomic<int64_t> sum{0};
        parallel_for(0, 1000, 1, [&](int64_t begin, int64_t end) { sum += end - begin; });
        ASSERT_EQ(sum, 1000);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  stop = true;
  setter.join();
  settle();
}

TEST_F(Parallel, ShrinkingEndsThreads) {
  ASSERT_TRUE(set_num_threads(8).ok());
  for (int round = 0; round < 20; ++round)
    parallel_for(0, 64, 1, [](int64_t, int64_t) { std::this_thread::sleep_for(100us); });
  settle();
  const int large = os_threads();
  ASSERT_TRUE(set_num_threads(1).ok());
  for (int i = 0; i < 500 && os_threads() > large - 6; ++i) std::this_thread::sleep_for(10ms);
  if (backend::name() != "TBB") {
    EXPECT_LE(os_threads(), large - 6) << "oneTBB keeps its threads";
  }
}

TEST_F(Parallel, ForkedChildrenCanWork) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer does not let a forked child start threads";
#endif
  parallel_for(0, 64, 1, [](int64_t, int64_t) { std::this_thread::sleep_for(10us); });
  for (int trial = 0; trial < 20; ++trial) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);  // a hang fails the test
      std::atomic<int64_t> sum{0};
      for (int round = 0; round < 5; ++round) parallel_for(0, 1000, 1, [&](int64_t b, int64_t e) { sum += e - b; });
      _exit(sum == 5000 ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "trial " << trial << ", status " << status;
  }
  settle();
}

TEST(ThreadSettings, VariablesThenTheMachine) {
  Topology machine;
  machine.logical_cpus = 16;
  machine.affinity = 16;
  machine.physical_cores = 8;
  std::string warnings;
  const auto choose = [&](const char* omp, const char* mkl) { return default_setting(omp, mkl, machine, &warnings); };
  EXPECT_EQ(choose(nullptr, nullptr).value, 8);
  EXPECT_EQ(to_text(choose(nullptr, nullptr)), "physical cores");
  EXPECT_EQ(choose("3", "5").value, 3);
  EXPECT_EQ(to_text(choose(nullptr, "5")), "MKL_NUM_THREADS");
  EXPECT_EQ(choose("4,2", nullptr).value, 4);
  EXPECT_EQ(warnings, "");
  for (const char* bad : {"0", "-1", "many", "3x", "1000000000", "99999999999999999999"}) {
    warnings.clear();
    EXPECT_EQ(choose(bad, nullptr).value, 8) << bad;
    EXPECT_NE(warnings.find(bad), std::string::npos) << warnings;
  }
  machine.cgroup_quota = 1.5;
  EXPECT_EQ(choose(nullptr, nullptr).value, 2);
  EXPECT_EQ(to_text(choose(nullptr, nullptr)), "cgroup quota");
  machine.cgroup_quota = 0;
  machine.affinity = machine.physical_cores = 3;
  EXPECT_EQ(to_text(choose(nullptr, nullptr)), "affinity mask");
}

}  // namespace
}  // namespace heddle::parallel
