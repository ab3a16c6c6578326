// The public face of the counters.
#include "heddle/metrics.h"

#include <algorithm>
#include <limits>

#include "base/counting.h"
#include "base/text.h"
#include "core/block_cache.h"
#include "parallel/budget.h"
#include "parallel/parallel.h"

namespace heddle {
namespace {

Metrics::Histogram read(const counting::Histogram& histogram) {
  const counting::Histogram::Values values = histogram.values();
  Metrics::Histogram out;
  uint64_t below = 0;
  for (size_t i = 0; i < values.counts.size(); ++i) {
    below += values.counts[i];
    const double bound = i < histogram.kBounds.size() ? static_cast<double>(histogram.kBounds[i]) / 1e9
                                                      : std::numeric_limits<double>::infinity();
    out.buckets.push_back({bound, below});
  }
  out.count = values.count;
  out.sum = static_cast<double>(values.sum) / 1e9;
  return out;
}

class Page {
 public:
  template <class T>
  void value(const char* name, const char* type, const char* help, T value) {
    head(name, type, help);
    text_ += concat(name, " ", value, "\n");
  }
  void histogram(const char* name, const char* help, const Metrics::Histogram& histogram) {
    head(name, "histogram", help);
    for (const auto& [bound, count] : histogram.buckets) {
      const bool last = bound == std::numeric_limits<double>::infinity();
      text_ += concat(name, "_bucket{le=\"", last ? std::string("+Inf") : concat(bound), "\"} ", count, "\n");
    }
    text_ += concat(name, "_sum ", histogram.sum, "\n", name, "_count ", histogram.count, "\n");
  }
  std::string take() { return std::move(text_); }

 private:
  void head(const char* name, const char* type, const char* help) {
    text_ += concat("# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
  }
  std::string text_;
};

}  // namespace

double Metrics::Histogram::quantile(double share) const {
  const double rank = share * static_cast<double>(count);
  double lower = 0;
  uint64_t below = 0;
  for (const Bucket& bucket : buckets) {
    if (bucket.count > below && static_cast<double>(bucket.count) >= rank) {
      if (bucket.at_most == std::numeric_limits<double>::infinity()) return lower;
      const double part = (rank - static_cast<double>(below)) / static_cast<double>(bucket.count - below);
      return lower + (bucket.at_most - lower) * std::max(part, 0.0);
    }
    below = bucket.count;
    lower = bucket.at_most;
  }
  return 0;
}

Metrics metrics() {
  const counting::Counts& counts = counting::counts();
  Metrics now;
  now.requests = counts.requests.value();
  now.errors = counts.errors.value();
  now.latency = read(counts.latency);
  now.tasks = counts.tasks.value();
  now.queue_wait = read(counts.queue_wait);
  now.threads_busy = parallel::budget::running();
  now.intraop_threads = parallel::get_num_threads();
  now.interop_threads = parallel::get_num_interop_threads();
  now.memory_bytes = counting::memory_in_use();
  now.memory_peak_bytes = counting::memory_peak();
  now.cached_bytes = static_cast<int64_t>(cached_block_bytes());
  return now;
}

std::string metrics_text() {
  const Metrics now = metrics();
  Page page;
  page.value("heddle_requests_total", "counter", "Calls of models that have ended.", now.requests);
  page.value("heddle_request_errors_total", "counter", "Calls of models that failed or were cancelled.", now.errors);
  page.histogram("heddle_request_duration_seconds", "How long calls of models took.", now.latency);
  page.value("heddle_tasks_total", "counter", "Forked tasks that have begun.", now.tasks);
  page.histogram("heddle_task_queue_seconds", "How long forked tasks waited for a thread.", now.queue_wait);
  page.value("heddle_threads_busy", "gauge", "Threads that run models or help in operators.", now.threads_busy);
  page.value("heddle_intraop_threads", "gauge", "The setting get_num_threads().", now.intraop_threads);
  page.value("heddle_interop_threads", "gauge", "The setting get_num_interop_threads().", now.interop_threads);
  page.value("heddle_tensor_memory_bytes", "gauge", "Memory of tensors, without mapped weights.", now.memory_bytes);
  page.value("heddle_tensor_memory_peak_bytes", "gauge", "The most memory of tensors so far.", now.memory_peak_bytes);
  page.value("heddle_cached_memory_bytes", "gauge", "Memory kept of freed tensors for the next.", now.cached_bytes);
  return page.take();
}

}  // namespace heddle
