// Threads that call a function as fast as it returns, and what they saw. The caller watches over them.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <mutex>
#include <vector>

namespace heddle::cli {

class LoadGenerator {
 public:
  using Clock = std::chrono::steady_clock;

  struct Samples {
    std::vector<double> latencies;  // milliseconds, of calls that began after start_measuring(), sorted
    double seconds = 0;             // from start_measuring() to the end of the last of them
  };

  // Starts the threads. make_call runs once on each and gives the function it calls from then on.
  LoadGenerator(int threads, std::function<std::function<void()>()> make_call);
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

  const std::function<std::function<void()>()> make_call_;
  std::vector<Caller> callers_;
  std::atomic<bool> measuring_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> failed_{false};
  std::atomic<size_t> measured_{0};
  Clock::time_point start_;  // written before measuring_
  std::mutex mutex_;
  std::exception_ptr failure_;  // guarded by mutex_
};

// The smallest sample that at least `percent` of the sorted samples do not exceed; 0 of none.
double percentile(const std::vector<double>& sorted, double percent);

}  // namespace heddle::cli
