#include "trace/critical_path.h"

#include <algorithm>

namespace heddle::trace {
namespace {

constexpr const char* kInterpreter = "interpreter";
constexpr const char* kQueue = "waiting for a thread of the inter-op pool";
constexpr const char* kResume = "waking up after a wait";
constexpr const char* kOutside = "waiting for the application";

class Walker {
 public:
  Walker(const Recording& recording, const Invocations& invocations, PathTimes& times)
      : recording_(recording), invocations_(invocations), times_(times) {}

  void walk(const Invocation& root, int64_t begin, int64_t end) {
    const Invocation* at = &root;
    int64_t time = end;
    while (at && time > begin) {
      if (const Span* wait = at->last_wait_before(time); wait && wait->end > at->begin()) {
        execute(*at, wait->end, time);
        time = back_through(*wait, at);
        continue;
      }
      const int64_t first = std::max(at->begin(), begin);
      execute(*at, std::min(first, time), time);
      time = std::min(first, time);
      if (at == &root) break;
      time = back_to_fork(at, time);
    }
    if (at == &root && time > begin) add(kQueue, "", time - begin);
  }

 private:
  void add(const std::string& name, const std::string& place, int64_t time) {
    if (time > 0) times_[{name, place}] += time;
  }

  // The operators between, and the rest.
  void execute(const Invocation& invocation, int64_t from, int64_t to) {
    int64_t rest = to - from;
    auto fact = std::lower_bound(invocation.operators.begin(), invocation.operators.end(), from,
                                 [](const OperatorFact& f, int64_t time) { return f.span->end <= time; });
    for (; fact != invocation.operators.end() && fact->span->begin < to; ++fact) {
      const int64_t time = std::min(fact->span->end, to) - std::max(fact->span->begin, from);
      const Label& label = recording_.label(*fact->span);
      add(label.name, label.place, time);
      rest -= time;
    }
    add(kInterpreter, "", rest);
  }

  // Goes on with what was waited for, or else before the wait.
  int64_t back_through(const Span& wait, const Invocation*& at) {
    const Invocation* const awaited = invocations_.find(wait.other);
    if (awaited && awaited->whole && awaited->end() > wait.begin && awaited->end() <= wait.end) {
      add(kResume, "", wait.end - awaited->end());
      at = awaited;
      return awaited->end();
    }
    add(kOutside, "", wait.duration());
    return wait.begin;
  }

  int64_t back_to_fork(const Invocation*& at, int64_t time) {
    // Who waited for the task began it: what came before is what he did.
    if (!at->stretches.empty() && (at->stretches.front()->detail & kInline)) {
      for (const auto& [id, other] : invocations_.all()) {
        for (const Span* wait : other.waits) {
          if (wait->other != at->id || wait->begin > time || wait->end < time) continue;
          add(kInterpreter, "", time - wait->begin);
          at = &other;
          return wait->begin;
        }
      }
    }
    const Span* const fork = at->fork;
    at = fork ? invocations_.find(fork->other) : nullptr;
    if (!fork || fork->begin > time) return time;
    add(kQueue, "", time - fork->begin);
    return fork->begin;
  }

  const Recording& recording_;
  const Invocations& invocations_;
  PathTimes& times_;
};

}  // namespace

void add_critical_path(const Recording& recording, const Invocations& invocations, const Invocation& root,
                       PathTimes& times) {
  const int64_t begin = root.call ? root.call->begin : root.fork->begin;
  const int64_t end = root.call ? root.call->end : root.end();
  Walker(recording, invocations, times).walk(root, begin, end);
}

}  // namespace heddle::trace
