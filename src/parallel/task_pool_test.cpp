#include "parallel/task_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "parallel/parallel.h"

namespace heddle::parallel {
namespace {

using namespace std::chrono_literals;

template <class Condition>
bool comes_true(Condition condition) {
  for (int i = 0; i < 10000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

TEST(TaskPool, RunsEverythingOnItsOwnThreads) {
  ASSERT_TRUE(set_num_interop_threads(3).ok());
  std::atomic<int> done{0};
  const auto caller = std::this_thread::get_id();
  for (int i = 0; i < 1000; ++i) {
    launch([&] {
      EXPECT_NE(std::this_thread::get_id(), caller);
      EXPECT_TRUE(on_interop_thread());
      ++done;
    });
  }
  EXPECT_TRUE(comes_true([&] { return done == 1000; }));
  EXPECT_LE(interop_threads_alive(), 3);
  EXPECT_FALSE(on_interop_thread());
}

TEST(TaskPool, OneThreadRunsInOrderAndTasksMaySubmit) {
  ASSERT_TRUE(set_num_interop_threads(1).ok());
  std::atomic<bool> drained{false};
  launch([&] { drained = true; });
  ASSERT_TRUE(comes_true([&] { return drained && interop_threads_alive() <= 1; }));
  std::string order;
  std::atomic<bool> done{false};
  launch([&] {
    order += "a";
    launch([&] {
      order += "c";
      done = true;
    });
    order += "b";
  });
  EXPECT_TRUE(comes_true([&] { return done.load(); }));
  EXPECT_EQ(order, "abc");
}

TEST(TaskPool, GrowsAndShrinksWithoutLosingTasks) {
  std::atomic<int> done{0};
  constexpr int kTasks = 2000;
  std::thread setter([] {
    for (int i = 0; i < 200; ++i) {
      ASSERT_TRUE(set_num_interop_threads(1 + i % 6).ok());
      std::this_thread::sleep_for(100us);
    }
  });
  for (int i = 0; i < kTasks; ++i) launch([&] { ++done; });
  setter.join();
  EXPECT_TRUE(comes_true([&] { return done == kTasks; }));
  ASSERT_TRUE(set_num_interop_threads(2).ok());
  EXPECT_TRUE(comes_true([] { return interop_threads_alive() <= 2; }));
}

TEST(TaskPool, BlockedTasksGetThreadsUpToTheSize) {
  ASSERT_TRUE(set_num_interop_threads(4).ok());
  std::atomic<int> inside{0};
  std::atomic<bool> go{false};
  for (int i = 0; i < 4; ++i) {
    launch([&] {
      ++inside;
      while (!go) std::this_thread::sleep_for(1ms);
      --inside;
    });
  }
  EXPECT_TRUE(comes_true([&] { return inside == 4; })) << "four tasks run at once";
  go = true;
  EXPECT_TRUE(comes_true([&] { return inside == 0; }));
}

}  // namespace
}  // namespace heddle::parallel
