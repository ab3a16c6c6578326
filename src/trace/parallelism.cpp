#include "trace/parallelism.h"

#include <algorithm>
#include <unordered_map>

namespace heddle::trace {
namespace {

// Tasks that wait for tasks: a chain of so many is taken as it was measured.
constexpr int kDeepest = 2000;

// One walk over a call with its tasks, as if each task had a thread of its own.
class Walk {
 public:
  Walk(const Invocations& invocations, int64_t threads) : invocations_(invocations), threads_(threads) {}

  Chain run(const Invocation& invocation, Chain start, int depth) {
    Chain chain = std::move(start);
    size_t next_operator = 0;
    size_t next_event = 0;
    const std::vector<const Span*> events = events_of(invocation);
    for (const Span* stretch : invocation.stretches) {
      // Time is spent up to each fork and wait in turn.
      int64_t at = stretch->begin;
      while (true) {
        const bool has_event = next_event < events.size() && events[next_event]->begin <= stretch->end;
        const int64_t to = has_event ? std::clamp(events[next_event]->begin, at, stretch->end) : stretch->end;
        spend(invocation, at, to, next_operator, chain);
        at = to;
        if (!has_event) break;
        happen(*events[next_event++], chain, depth);
      }
    }
    for (; next_event < events.size(); ++next_event) happen(*events[next_event], chain, depth);
    return chain;
  }

 private:
  std::vector<const Span*> events_of(const Invocation& invocation) const {
    std::vector<const Span*> events = invocation.waits;
    for (const uint64_t id : invocation.forks) {
      if (const Invocation* task = invocations_.find(id); task && task->fork) events.push_back(task->fork);
    }
    std::stable_sort(events.begin(), events.end(), [](const Span* a, const Span* b) { return a->begin < b->begin; });
    return events;
  }

  // The interpreter's own time between operators, and theirs.
  void spend(const Invocation& invocation, int64_t from, int64_t to, size_t& next, Chain& chain) const {
    int64_t own = to - from;
    for (; next < invocation.operators.size() && invocation.operators[next].span->end <= to; ++next) {
      const OperatorFact& fact = invocation.operators[next];
      const int64_t time = fact.time_with(threads_);
      own -= fact.span->duration();
      chain.time += time;
      chain.by_label[fact.span->label] += time;
    }
    own = std::max<int64_t>(own, 0);
    chain.time += own;
    chain.by_label[0] += own;
  }

  void happen(const Span& event, Chain& chain, int depth) {
    if (event.kind == Kind::kFork) {
      starts_[event.id] = chain;
      return;
    }
    const Invocation* const awaited = invocations_.find(event.other);
    if (!awaited) return;
    const auto known = ends_.find(awaited->id);
    if (known != ends_.end()) {
      if (known->second.time > chain.time) chain = known->second;
      return;
    }
    const auto start = starts_.find(awaited->id);
    if (start == starts_.end() || depth >= kDeepest) return;
    const Chain end = run(*awaited, start->second, depth + 1);
    ends_[awaited->id] = end;
    if (end.time > chain.time) chain = end;
  }

  const Invocations& invocations_;
  const int64_t threads_;
  std::unordered_map<uint64_t, Chain> starts_;
  std::unordered_map<uint64_t, Chain> ends_;
};

}  // namespace

int64_t Parallelism::work(const Invocation& root) const {
  int64_t work = 0;
  std::vector<const Invocation*> open = {&root};
  while (!open.empty()) {
    const Invocation& invocation = *open.back();
    open.pop_back();
    for (const Span* stretch : invocation.stretches) work += stretch->duration();
    for (const OperatorFact& fact : invocation.operators) work += fact.work() - fact.span->duration();
    for (const uint64_t id : invocation.forks) {
      if (const Invocation* task = invocations_.find(id)) open.push_back(task);
    }
  }
  return work;
}

Chain Parallelism::longest_chain(const Invocation& root, int64_t threads) const {
  return Walk(invocations_, threads).run(root, {}, 0);
}

}  // namespace heddle::trace
