// Functions to be called at a time, by whichever thread of the inter-op pool has nothing else to do: at the earliest at
// that time, and late where all are busy. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

namespace heddle::parallel {

using AlarmClock = std::chrono::steady_clock;

// f must not throw or block. Returns what forget_alarm takes.
uint64_t set_alarm(AlarmClock::time_point time, std::function<void()> f);
// It is not called any more, unless it is being called now.
void forget_alarm(uint64_t number);

// For the pool: the earliest time, and calling what is due.
std::optional<AlarmClock::time_point> next_alarm();
void ring_alarms();
void reset_alarms_after_fork();

}  // namespace heddle::parallel
