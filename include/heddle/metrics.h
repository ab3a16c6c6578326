// What a server wants to know of the models it runs: counters, histograms and gauges of the whole process since its
// start. Counting is always on; a call of a model pays about 0.1 us for it. Any thread at any time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace heddle {

struct Metrics {
  // Durations in seconds.
  struct Histogram {
    struct Bucket {
      double at_most;  // seconds; infinity in the last
      uint64_t count;  // of all durations up to it, as Prometheus counts
    };
    std::vector<Bucket> buckets;
    uint64_t count = 0;
    double sum = 0;
    // An estimate from the buckets, between their bounds by a straight line; 0 of none. share: 0.99 for the 99th
    // percentile.
    double quantile(double share) const;
  };
  uint64_t requests = 0;  // calls of models by the application that have ended
  uint64_t errors = 0;    // those that failed, or were cancelled
  Histogram latency;
  uint64_t tasks = 0;    // forked tasks that have begun
  Histogram queue_wait;  // of those, from fork to begin
  int threads_busy = 0;  // threads that run Heddle's work now
  int intraop_threads = 0;
  int interop_threads = 0;
  int64_t memory_bytes = 0;       // of tensors' own memory now; weights in mapped files are not in it
  int64_t memory_peak_bytes = 0;  // the most so far; both within 64 KiB for each thread
  int64_t cached_bytes = 0;       // kept of freed tensors for the next ones
};

Metrics metrics();
// The same as a text for Prometheus, format version 0.0.4 (Content-Type: text/plain; version=0.0.4).
std::string metrics_text();

}  // namespace heddle
