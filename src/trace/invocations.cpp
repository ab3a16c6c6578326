#include "trace/invocations.h"

#include <algorithm>
#include <unordered_map>

namespace heddle::trace {
namespace {

bool inside(const Span& inner, const Span& outer) { return inner.begin >= outer.begin && inner.end <= outer.end; }

// The regions of one thread's operators. Spans come by begin, the outer first.
class RegionFinder {
 public:
  explicit RegionFinder(const std::unordered_map<uint64_t, int64_t>& chunk_time) : chunk_time_(chunk_time) {}
  void operator_begins(OperatorFact* fact) {
    operator_ = fact;
    region_ = nullptr;
  }
  void region_begins(const Span& span) {
    if (!operator_ || !inside(span, *operator_->span)) return;
    if (region_ && inside(span, *region_)) return;
    region_ = &span;
    const auto chunks = chunk_time_.find(span.id);
    const int64_t work = chunks == chunk_time_.end() ? span.duration() : chunks->second;
    operator_->regions.push_back({span.duration(), work, span.parts()});
  }

 private:
  const std::unordered_map<uint64_t, int64_t>& chunk_time_;
  OperatorFact* operator_ = nullptr;
  const Span* region_ = nullptr;
};

}  // namespace

int64_t OperatorFact::region_time() const {
  int64_t time = 0;
  for (const RegionFact& region : regions) time += region.time;
  return time;
}

int64_t OperatorFact::work() const {
  int64_t time = span->duration() - region_time();
  for (const RegionFact& region : regions) time += region.work;
  return time;
}

int64_t OperatorFact::time_with(int64_t threads) const {
  int64_t time = span->duration() - region_time();
  for (const RegionFact& region : regions) time += region.work / std::max<int64_t>(1, std::min(threads, region.parts));
  return time;
}

const Span* Invocation::last_wait_before(int64_t time) const {
  const Span* last = nullptr;
  for (const Span* wait : waits) {
    if (wait->end <= time && wait->duration() > 0) last = wait;
  }
  return last;
}

Invocations::Invocations(const Recording& recording) {
  std::unordered_map<uint64_t, int64_t> chunk_time;
  for (const Thread& thread : recording.threads) {
    for (const Span& span : thread.spans) {
      if (span.kind == Kind::kChunk) chunk_time[span.id] += span.duration();
    }
  }
  const auto at = [&](uint64_t id) -> Invocation& {
    Invocation& invocation = by_id_[id];
    invocation.id = id;
    return invocation;
  };
  for (const Thread& thread : recording.threads) {
    RegionFinder regions(chunk_time);
    // Pointers into `operators` are of use until the next operator of the same thread only.
    for (const Span& span : thread.spans) {
      if (span.kind == Kind::kRegion) regions.region_begins(span);
      if (span.kind == Kind::kCall) at(span.id).call = &span;
      if (span.kind == Kind::kTask) at(span.id).stretches.push_back(&span);
      if (span.kind == Kind::kWait) at(span.id).waits.push_back(&span);
      if (span.kind == Kind::kOperator) {
        std::vector<OperatorFact>& operators = at(span.id).operators;
        operators.push_back({&span, {}});
        regions.operator_begins(&operators.back());
      }
      if (span.kind == Kind::kFork) {
        at(span.id).fork = &span;
        if (span.other != 0) at(span.other).forks.push_back(span.id);
      }
    }
  }
  const auto by_begin = [](const Span* a, const Span* b) { return a->begin < b->begin; };
  for (auto& [id, invocation] : by_id_) {
    std::stable_sort(invocation.stretches.begin(), invocation.stretches.end(), by_begin);
    std::stable_sort(invocation.waits.begin(), invocation.waits.end(), by_begin);
    std::stable_sort(invocation.operators.begin(), invocation.operators.end(),
                     [](const auto& a, const auto& b) { return a.span->begin < b.span->begin; });
    invocation.whole = !invocation.stretches.empty() && (invocation.stretches.front()->detail & kFirst) &&
                       (invocation.stretches.back()->detail & kEndMask) != kSuspended;
  }
  by_id_.erase(0);  // what the application waited for outside calls
}

const Invocation* Invocations::find(uint64_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

std::vector<const Invocation*> Invocations::roots() const {
  std::vector<const Invocation*> roots;
  for (const auto& [id, invocation] : by_id_) {
    const bool of_application = invocation.call || (invocation.fork && invocation.fork->other == 0);
    if (of_application && invocation.whole) roots.push_back(&invocation);
  }
  return roots;
}

}  // namespace heddle::trace
