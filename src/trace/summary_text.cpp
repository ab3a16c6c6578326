// A trace's summary for a terminal.
#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "trace/summary.h"

namespace heddle::trace {
namespace {

template <class... A>
std::string format(const char* pattern, A... values) {
  char line[256];
  const int size = std::snprintf(line, sizeof line, pattern, values...);
  return std::string(line, std::min<size_t>(static_cast<size_t>(std::max(size, 0)), sizeof line - 1));
}

double milliseconds(int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e6; }
double per_call(int64_t nanoseconds, const Summary& summary) {
  return milliseconds(nanoseconds) / static_cast<double>(std::max<uint64_t>(summary.calls, 1));
}

std::string table(const char* title, const std::vector<Summary::Row>& rows, size_t most, const Summary& summary) {
  std::string out =
      format("\n%10s %10s %12s %7s %9s  ", "calls", "ms a call", "thread-ms", "share", "MB") + title + "\n";
  const double calls = static_cast<double>(std::max<uint64_t>(summary.calls, 1));
  for (size_t i = 0; i < std::min(rows.size(), most); ++i) {
    const Summary::Row& row = rows[i];
    out += format("%10.4g %10.4f %12.4f %6.1f%% %9.3f  ", static_cast<double>(row.calls) / calls,
                  per_call(row.time, summary), per_call(row.thread_time, summary), row.share * 100,
                  static_cast<double>(row.bytes) / 1e6 / calls) +
           row.name + (row.detail.empty() ? "" : "  " + row.detail) + "\n";
  }
  if (rows.size() > most) out += format("%53s", "") + concat(rows.size() - most, " more\n");
  return out;
}

}  // namespace

std::string to_text(const Summary& summary, size_t rows) {
  std::string out = format("%llu calls, %.4f ms each", static_cast<unsigned long long>(summary.calls),
                           per_call(summary.call_time, summary));
  if (summary.tasks > 0) {
    out +=
        format("; %llu tasks, %.4f ms in the queue each on the average", static_cast<unsigned long long>(summary.tasks),
               milliseconds(summary.queue_time) / static_cast<double>(summary.tasks));
  }
  out += format("\n%.2f threads at work at a time, of %d that took part: %.0f%% efficient\n", summary.busy_threads,
                summary.threads, summary.efficiency * 100);
  if (!summary.limit.empty()) out += summary.limit + "\n";
  out += table("operator", summary.operators, rows, summary);
  out += table("line", summary.lines, rows, summary);
  out += table("module", summary.modules, rows, summary);
  out += format("\n%10s %7s  what decided when the calls ended\n", "ms a call", "share");
  for (size_t i = 0; i < std::min(summary.critical_path.size(), rows); ++i) {
    const Summary::Step& step = summary.critical_path[i];
    out += format("%10.4f %6.1f%%  ", per_call(step.time, summary),
                  100 * static_cast<double>(step.time) / static_cast<double>(std::max<int64_t>(summary.call_time, 1))) +
           step.name + (step.place.empty() ? "" : "  " + step.place) + "\n";
  }
  return out;
}

}  // namespace heddle::trace
