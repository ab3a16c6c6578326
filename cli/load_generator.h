// Threads that call a function as fast as it returns, or as calls arrive, and what they saw. The caller watches over
// them.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <vector>

namespace heddle::cli {

class LoadGenerator {
 public:
  using Clock = std::chrono::steady_clock;

  struct Samples {
    std::vector<double> latencies;  // milliseconds, of calls that began after start_measuring(), sorted
    double seconds = 0;             // from start_measuring() to the end of the last of them
    size_t unserved = 0;            // calls that had arrived by stop() and that no thread had begun
  };

  // Starts the threads. make_call runs once on each and gives the function it calls from then on.
  // With a rate, so many calls a second arrive at random (a Poisson process), whether or not a thread is free for them,
  // and a latency begins with the arrival. Without one a thread calls again as soon as it can.
  // A call that throws after a stop was requested was cut short: it neither counts nor fails.
  LoadGenerator(int threads, std::function<std::function<void()>()> make_call, std::optional<double> rate = {},
                std::stop_token stop = {});
  ~LoadGenerator();
  LoadGenerator(const LoadGenerator&) = delete;
  LoadGenerator& operator=(const LoadGenerator&) = delete;

  void start_measuring();
  // Calls ended so far since start_measuring().
  size_t measured() const { return measured_; }
  // Whether a call threw: then all threads stop.
  bool failed() const { return failed_; }
  // Lets the calls under way end. Rethrows the first exception of a call.
  Samples stop();

 private:
  struct Caller;
  void serve(Caller& caller);
  // When the next call begins to count, and not before then; none: stop() came first.
  std::optional<Clock::time_point> next_call();
  Clock::time_point take_arrival();

  const std::function<std::function<void()>()> make_call_;
  std::vector<Caller> callers_;
  std::atomic<bool> measuring_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> failed_{false};
  std::atomic<size_t> measured_{0};
  Clock::time_point start_;  // written before measuring_
  const std::optional<double> rate_;
  const std::stop_token stop_;
  std::mutex mutex_;
  std::exception_ptr failure_;      // guarded by mutex_
  Clock::time_point next_arrival_;  // guarded by mutex_
  std::mt19937_64 engine_{1};       // guarded by mutex_
};

// The smallest sample that at least `percent` of the sorted samples do not exceed; 0 of none.
double percentile(const std::vector<double>& sorted, double percent);

}  // namespace heddle::cli
