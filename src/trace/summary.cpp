#include "trace/summary.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "base/text.h"
#include "trace/critical_path.h"
#include "trace/parallelism.h"

namespace heddle::trace {
namespace {

using Intervals = std::vector<std::pair<int64_t, int64_t>>;

// Sorted and disjoint.
Intervals merged(Intervals intervals) {
  std::sort(intervals.begin(), intervals.end());
  Intervals out;
  for (const auto& [begin, end] : intervals) {
    if (!out.empty() && begin <= out.back().second) {
      out.back().second = std::max(out.back().second, end);
    } else {
      out.emplace_back(begin, end);
    }
  }
  return out;
}

int64_t length(const Intervals& intervals) {
  int64_t sum = 0;
  for (const auto& [begin, end] : intervals) sum += end - begin;
  return sum;
}

// Of two merged ones.
int64_t overlap(const Intervals& a, const Intervals& b) {
  int64_t sum = 0;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    sum += std::max<int64_t>(0, std::min(a[i].second, b[j].second) - std::max(a[i].first, b[j].first));
    a[i].second < b[j].second ? ++i : ++j;
  }
  return sum;
}

std::string module_of(const Label& label) {
  const std::string root = class_of_function(label.code);
  return label.module.empty() ? root : concat(root, ".", label.module);
}

class Tables {
 public:
  explicit Tables(const Recording& recording) : recording_(recording) {}

  void add(const OperatorFact& fact) {
    const Label& label = recording_.label(*fact.span);
    add_to(operators_[label.name], fact);
    Summary::Row& line = lines_[label.place.empty() ? label.function : label.place];
    line.detail = label.text;
    add_to(line, fact);
    Summary::Row& module = modules_[module_of(label)];
    if (module.detail.empty()) module.detail = class_of_function(label.owner);
    add_to(module, fact);
    total_ += fact.span->duration();
    bytes_ += fact.span->word(kBytesAllocated);
  }

  void move_into(Summary& summary) {
    summary.operators = rows(operators_);
    summary.lines = rows(lines_);
    summary.modules = rows(modules_);
    summary.memory = bytes_;
  }

 private:
  using Map = std::map<std::string, Summary::Row>;
  static void add_to(Summary::Row& row, const OperatorFact& fact) {
    ++row.calls;
    row.time += fact.span->duration();
    row.thread_time += fact.work();
    row.bytes += fact.span->word(kBytesAllocated);
  }
  std::vector<Summary::Row> rows(Map& map) const {
    std::vector<Summary::Row> rows;
    for (auto& [name, row] : map) {
      row.name = name;
      row.share = total_ > 0 ? static_cast<double>(row.time) / static_cast<double>(total_) : 0;
      rows.push_back(std::move(row));
    }
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.time > b.time; });
    return rows;
  }

  const Recording& recording_;
  Map operators_;
  Map lines_;
  Map modules_;
  int64_t total_ = 0;
  int64_t bytes_ = 0;
};

void add_busy_times(const Recording& recording, const Intervals& active, Summary& summary) {
  for (const Thread& thread : recording.threads) {
    Intervals busy;
    for (const Span& span : thread.spans) {
      if (span.kind == Kind::kTask || span.kind == Kind::kChunk) busy.emplace_back(span.begin, span.end);
    }
    const int64_t time = overlap(merged(std::move(busy)), active);
    summary.busy_time += time;
    summary.threads += time > 0;
  }
  summary.active_time = length(active);
  if (summary.active_time <= 0) return;
  summary.busy_threads = static_cast<double>(summary.busy_time) / static_cast<double>(summary.active_time);
  if (summary.threads > 0) summary.efficiency = summary.busy_threads / summary.threads;
}

std::string percent(int64_t part, int64_t whole) {
  return concat(whole > 0 ? (100 * part + whole / 2) / whole : 0, "%");
}

// The whole of the calls, with so many threads.
struct Forecast {
  int64_t chain = 0;
  int64_t time = 0;  // of all calls, one after another
  std::map<uint32_t, int64_t> by_label;
};

Forecast forecast(const Parallelism& parallelism, const std::vector<const Invocation*>& roots,
                  const std::vector<int64_t>& works, int64_t threads) {
  Forecast sum;
  for (size_t i = 0; i < roots.size(); ++i) {
    const Chain chain = parallelism.longest_chain(*roots[i], threads);
    sum.chain += chain.time;
    sum.time += std::max(chain.time, works[i] / threads);
    for (const auto& [label, time] : chain.by_label) sum.by_label[label] += time;
  }
  return sum;
}

constexpr int64_t kMostThreads = 1024;

std::string describe_limit(const Recording& recording, const Forecast& endless, int64_t work, bool forks,
                           int useful_threads) {
  if (useful_threads >= kMostThreads) return "This model can use as many threads as there are.";
  const auto longest = std::max_element(endless.by_label.begin(), endless.by_label.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; });
  std::string what = "what the interpreter does between operators";
  if (longest->first != 0 && longest->first < recording.labels.size()) {
    const Label& label = recording.labels[longest->first];
    what = label.place.empty() ? label.name : concat(label.name, " (", label.place, ")");
  }
  return concat("This model cannot use more than ", useful_threads, useful_threads == 1 ? " thread" : " threads",
                " because ", percent(endless.chain, work), " of its work ",
                forks ? "is one chain of tasks and operators that wait for each other"
                      : "is done by one thread, one operator after another",
                "; the most of that, ", percent(longest->second, work), " of the work, is ", what, ".");
}

void add_parallelism(const Recording& recording, const Invocations& invocations,
                     const std::vector<const Invocation*>& roots, Summary& summary) {
  const Parallelism parallelism(invocations);
  std::vector<int64_t> works;
  for (const Invocation* root : roots) works.push_back(parallelism.work(*root));
  for (const int64_t work : works) summary.work += work;
  const Forecast endless = forecast(parallelism, roots, works, kMostThreads);
  summary.span = endless.chain;
  if (summary.work <= 0 || endless.chain <= 0) return;
  summary.parallelism = static_cast<double>(summary.work) / static_cast<double>(endless.chain);
  // The least that is within 5% of what threads without end could give.
  int64_t low = 1;
  int64_t high = kMostThreads;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    const bool enough = forecast(parallelism, roots, works, middle).time * 20 <= endless.time * 21;
    enough ? high = middle : low = middle + 1;
  }
  summary.useful_threads = static_cast<int>(low);
  summary.limit = describe_limit(recording, endless, summary.work, summary.tasks > 0, summary.useful_threads);
}

void add_critical_paths(const Recording& recording, const Invocations& invocations,
                        const std::vector<const Invocation*>& roots, Summary& summary) {
  PathTimes times;
  for (const Invocation* root : roots) add_critical_path(recording, invocations, *root, times);
  for (const auto& [key, time] : times) summary.critical_path.push_back({key.first, key.second, time});
  std::stable_sort(summary.critical_path.begin(), summary.critical_path.end(),
                   [](const auto& a, const auto& b) { return a.time > b.time; });
}

}  // namespace

Summary summarize(const Recording& recording) {
  Summary summary;
  const Invocations invocations(recording);
  Tables tables(recording);
  Intervals active;
  for (const auto& [id, invocation] : invocations.all()) {
    for (const OperatorFact& fact : invocation.operators) tables.add(fact);
    if (!invocation.fork || invocation.fork->other == 0) {
      for (const Span* stretch : invocation.stretches) active.emplace_back(stretch->begin, stretch->end);
    } else if (!invocation.stretches.empty()) {
      ++summary.tasks;
      const Span& first = *invocation.stretches.front();
      if ((first.detail & kFirst) && !(first.detail & kInline)) {
        summary.queue_time += std::max<int64_t>(0, first.begin - invocation.fork->begin);
      }
    }
    if (invocation.call) active.emplace_back(invocation.call->begin, invocation.call->end);
  }
  tables.move_into(summary);
  add_busy_times(recording, merged(std::move(active)), summary);
  const std::vector<const Invocation*> roots = invocations.roots();
  summary.calls = roots.size();
  for (const Invocation* root : roots) {
    summary.call_time += root->call ? root->call->duration() : root->end() - root->fork->begin;
  }
  add_critical_paths(recording, invocations, roots, summary);
  add_parallelism(recording, invocations, roots, summary);
  return summary;
}

}  // namespace heddle::trace
