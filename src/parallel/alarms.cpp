#include "parallel/alarms.h"

#include <atomic>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

#include "parallel/task_pool.h"

namespace heddle::parallel {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

struct Alarms {
  std::mutex mutex;
  uint64_t last_number = 0;
  // By time and number.
  std::map<std::pair<AlarmClock::time_point, uint64_t>, std::function<void()>> waiting;
  std::map<uint64_t, AlarmClock::time_point> times;
  // The earliest of them in the clock's ticks, for threads that are about to sleep.
  std::atomic<int64_t> earliest{kNever};

  void update_earliest() {
    earliest = waiting.empty() ? kNever : waiting.begin()->first.first.time_since_epoch().count();
  }
};

// Never destroyed, as the pools are; replaced only in a forked child, where one thread is left.
Alarms* g_alarms = new Alarms;

}  // namespace

uint64_t set_alarm(AlarmClock::time_point time, std::function<void()> f) {
  uint64_t number = 0;
  {
    const std::lock_guard lock(g_alarms->mutex);
    number = ++g_alarms->last_number;
    g_alarms->waiting.emplace(std::pair(time, number), std::move(f));
    g_alarms->times.emplace(number, time);
    g_alarms->update_earliest();
  }
  // Some thread must fall asleep knowing of it.
  launch([] {});
  return number;
}

void forget_alarm(uint64_t number) {
  std::function<void()> forgotten;  // destroyed after the lock is released
  const std::lock_guard lock(g_alarms->mutex);
  const auto time = g_alarms->times.find(number);
  if (time == g_alarms->times.end()) return;
  const auto alarm = g_alarms->waiting.find({time->second, number});
  forgotten = std::move(alarm->second);
  g_alarms->waiting.erase(alarm);
  g_alarms->times.erase(time);
  g_alarms->update_earliest();
}

std::optional<AlarmClock::time_point> next_alarm() {
  const int64_t earliest = g_alarms->earliest;
  if (earliest == kNever) return std::nullopt;
  return AlarmClock::time_point(AlarmClock::duration(earliest));
}

void ring_alarms() {
  const AlarmClock::time_point now = AlarmClock::now();
  // One by one, which needs no memory: nobody here could be told that there is none.
  for (std::function<void()> due;; due()) {
    const std::lock_guard lock(g_alarms->mutex);
    const auto first = g_alarms->waiting.begin();
    if (first == g_alarms->waiting.end() || first->first.first > now) {
      g_alarms->update_earliest();
      return;
    }
    due = std::move(first->second);
    g_alarms->times.erase(first->first.second);
    g_alarms->waiting.erase(first);
  }
}

void reset_alarms_after_fork() { g_alarms = new Alarms; }

}  // namespace heddle::parallel
