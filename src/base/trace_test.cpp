#include "base/trace.h"

#include <gtest/gtest.h>

#include <thread>

namespace heddle::trace {
namespace {

Label describe(const Site& site) {
  Label label;
  label.name = *static_cast<const std::string*>(site.address);
  return label;
}

void record_range(const std::string& name) {
  Writer writer;
  writer.record({.begin = now(),
                 .end = now(),
                 .label = writer.label(&name,
                                       [&] {
                                         return Site{&name, nullptr, describe};
                                       }),
                 .kind = Kind::kRange},
                std::vector<int64_t>{1, 2, 3});
}

size_t count_events(const ThreadEvents& thread) {
  size_t count = 0;
  for_each_event(thread, [&](const Event& event, std::span<const int64_t> payload) {
    EXPECT_EQ(payload.size(), event.words);
    ++count;
  });
  return count;
}

TEST(Recorder, KeepsWhatEachThreadRecordsInASession) {
  const std::string one = "one";
  const std::string other = "other";
  record_range(one);
  ASSERT_TRUE(start(size_t{1} << 20));
  EXPECT_TRUE(on());
  EXPECT_FALSE(start(size_t{1} << 20)) << "a second session";
  record_range(one);
  std::thread([&] {
    set_role(Role::kHelper);
    for (int i = 0; i < 3000; ++i) record_range(other);
  }).join();
  const Session session = stop();
  EXPECT_FALSE(on());
  record_range(one);
  ASSERT_EQ(session.threads.size(), 2u);
  EXPECT_EQ(count_events(session.threads[0]), 1u);
  EXPECT_EQ(count_events(session.threads[1]), 3000u);
  EXPECT_EQ(session.threads[1].role, Role::kHelper);
  ASSERT_EQ(session.labels.size(), 3u);
  EXPECT_EQ(session.labels[1].name, "one");
  EXPECT_EQ(session.labels[2].name, "other");
}

TEST(Recorder, CountsWhatFindsNoRoom) {
  const std::string name = "name";
  ASSERT_TRUE(start(1000));
  for (int i = 0; i < 100; ++i) record_range(name);
  const Session session = stop();
  ASSERT_EQ(session.threads.size(), 1u);
  const size_t kept = count_events(session.threads[0]);
  EXPECT_LE(kept * (sizeof(Event) + 3 * sizeof(int64_t)), 1000u);
  EXPECT_GT(kept, 0u);
  EXPECT_EQ(session.threads[0].dropped, 100 - kept);
}

// Sessions begin and end while threads record: for ThreadSanitizer, mostly.
TEST(Recorder, SessionsComeAndGoUnderThreads) {
  const std::string name = "name";
  std::atomic<bool> done{false};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!done) record_range(name);
    });
  }
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(start(size_t{1} << 16));
    std::this_thread::sleep_for(std::chrono::microseconds(300));
    const Session session = stop();
    for (const ThreadEvents& thread : session.threads) {
      for_each_event(thread, [&](const Event& event, std::span<const int64_t>) {
        EXPECT_LT(event.label, session.labels.size());
        EXPECT_EQ(event.kind, Kind::kRange);
      });
    }
  }
  done = true;
}

}  // namespace
}  // namespace heddle::trace
