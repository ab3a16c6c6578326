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

LoadGenerator::LoadGenerator(int threads, std::function<std::function<void()>()> make_call)
    : make_call_(std::move(make_call)), callers_(static_cast<size_t>(threads)) {
  for (Caller& caller : callers_) caller.thread = std::thread([this, &caller] { serve(caller); });
}

LoadGenerator::~LoadGenerator() {
  stopping_ = true;
  for (Caller& caller : callers_) {
    if (caller.thread.joinable()) caller.thread.join();
  }
}

void LoadGenerator::serve(Caller& caller) {
  try {
    const std::function<void()> call = make_call_();
    while (!stopping_) {
      const bool counts = measuring_;
      const Clock::time_point begin = Clock::now();
      call();
      const Clock::time_point end = Clock::now();
      if (!counts) continue;
      caller.latencies.push_back(std::chrono::duration<double, std::milli>(end - begin).count());
      caller.last_end = end;
      ++measured_;
    }
  } catch (...) {
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
  for (Caller& caller : callers_) caller.thread.join();
  if (failure_) std::rethrow_exception(failure_);
  Samples samples;
  for (const Caller& caller : callers_) {
    if (caller.latencies.empty()) continue;
    samples.latencies.insert(samples.latencies.end(), caller.latencies.begin(), caller.latencies.end());
    samples.seconds = std::max(samples.seconds, std::chrono::duration<double>(caller.last_end - start_).count());
  }
  std::sort(samples.latencies.begin(), samples.latencies.end());
  return samples;
}

double percentile(const std::vector<double>& sorted, double percent) {
  if (sorted.empty()) return 0;
  const auto rank = static_cast<size_t>(std::ceil(percent / 100 * static_cast<double>(sorted.size())));
  return sorted[std::clamp<size_t>(rank, 1, sorted.size()) - 1];
}

}  // namespace heddle::cli
