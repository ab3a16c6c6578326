#include "cli/load_generator.h"

#include <algorithm>
#include <cmath>
#include <thread>

namespace heddle::cli {

struct LoadGenerator::Caller {
  // Written by the thread, read after it has been joined.
  std::vector<double> latencies;
  Clock::time_point last_end;
  std::thread thread;
};

LoadGenerator::LoadGenerator(int threads, std::function<std::function<void()>()> make_call, std::optional<double> rate,
                             std::stop_token stop)
    : make_call_(std::move(make_call)),
      callers_(static_cast<size_t>(threads)),
      rate_(rate),
      stop_(std::move(stop)),
      next_arrival_(Clock::now()) {
  for (Caller& caller : callers_) caller.thread = std::thread([this, &caller] { serve(caller); });
}

LoadGenerator::~LoadGenerator() {
  stopping_ = true;
  for (Caller& caller : callers_) {
    if (caller.thread.joinable()) caller.thread.join();
  }
}

LoadGenerator::Clock::time_point LoadGenerator::take_arrival() {
  const std::lock_guard lock(mutex_);
  const Clock::time_point arrival = next_arrival_;
  const std::chrono::duration<double> pause(std::exponential_distribution<double>(*rate_)(engine_));
  next_arrival_ += std::chrono::duration_cast<Clock::duration>(pause);
  return arrival;
}

std::optional<LoadGenerator::Clock::time_point> LoadGenerator::next_call() {
  if (!rate_) return Clock::now();
  constexpr auto kLookEvery = std::chrono::milliseconds(10);
  const Clock::time_point arrival = take_arrival();
  for (Clock::time_point now = Clock::now(); now < arrival; now = Clock::now()) {
    if (stopping_) return {};
    std::this_thread::sleep_until(std::min(arrival, now + kLookEvery));
  }
  return arrival;
}

void LoadGenerator::serve(Caller& caller) {
  try {
    const std::function<void()> call = make_call_();
    while (!stopping_) {
      const bool counts = measuring_;
      const std::optional<Clock::time_point> begin = next_call();
      if (!begin) break;
      call();
      const Clock::time_point end = Clock::now();
      if (!counts || *begin < start_) continue;
      caller.latencies.push_back(std::chrono::duration<double, std::milli>(end - *begin).count());
      caller.last_end = end;
      ++measured_;
    }
  } catch (...) {
    if (stop_.stop_requested()) return;
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    failed_ = true;
    stopping_ = true;
  }
}

void LoadGenerator::start_measuring() {
  start_ = Clock::now();
  measuring_ = true;
}

LoadGenerator::Samples LoadGenerator::stop() {
  stopping_ = true;
  const Clock::time_point end = Clock::now();
  for (Caller& caller : callers_) caller.thread.join();
  if (failure_) std::rethrow_exception(failure_);
  Samples samples;
  for (const Caller& caller : callers_) {
    if (caller.latencies.empty()) continue;
    samples.latencies.insert(samples.latencies.end(), caller.latencies.begin(), caller.latencies.end());
    samples.seconds = std::max(samples.seconds, std::chrono::duration<double>(caller.last_end - start_).count());
  }
  std::sort(samples.latencies.begin(), samples.latencies.end());
  while (rate_ && take_arrival() < end) ++samples.unserved;
  return samples;
}

double percentile(const std::vector<double>& sorted, double percent) {
  if (sorted.empty()) return 0;
  const auto rank = static_cast<size_t>(std::ceil(percent / 100 * static_cast<double>(sorted.size())));
  return sorted[std::clamp<size_t>(rank, 1, sorted.size()) - 1];
}

}  // namespace heddle::cli
