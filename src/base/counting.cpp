#include "base/counting.h"

#include <algorithm>
#include <utility>

namespace heddle::counting {
namespace {

std::atomic<int64_t> g_in_use{0};
std::atomic<int64_t> g_peak{0};

void publish(int64_t bytes) {
  const int64_t now = g_in_use.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  int64_t peak = g_peak.load(std::memory_order_relaxed);
  while (now > peak && !g_peak.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

thread_local constinit bool t_ended = false;

// Tells the rest when the thread ends; tensors that go still later are told one by one.
struct AtEndOfThread {
  AtEndOfThread() { t_untold = 0; }
  ~AtEndOfThread() {
    t_ended = true;
    publish(std::exchange(t_untold, kNoThread));
  }
};

}  // namespace

size_t shard() {
  static constinit std::atomic<uint32_t> next{0};
  constexpr size_t kNone = kShards;
  [[gnu::tls_model("initial-exec")]] static thread_local constinit size_t t_shard = kNone;
  if (t_shard == kNone) t_shard = next.fetch_add(1, std::memory_order_relaxed) % kShards;
  return t_shard;
}

uint64_t Counter::value() const {
  uint64_t sum = 0;
  for (const Shard& shard : shards_) sum += shard.value.load(std::memory_order_relaxed);
  return sum;
}

void Histogram::add(int64_t nanoseconds) {
  const auto bucket =
      static_cast<size_t>(std::lower_bound(kBounds.begin(), kBounds.end(), nanoseconds) - kBounds.begin());
  Shard& mine = shards_[shard()];
  mine.counts[bucket].fetch_add(1, std::memory_order_relaxed);
  mine.sum.fetch_add(nanoseconds, std::memory_order_relaxed);
}

Histogram::Values Histogram::values() const {
  Values values;
  for (const Shard& shard : shards_) {
    for (size_t i = 0; i < values.counts.size(); ++i) {
      const uint64_t count = shard.counts[i].load(std::memory_order_relaxed);
      values.counts[i] += count;
      values.count += count;
    }
    values.sum += shard.sum.load(std::memory_order_relaxed);
  }
  return values;
}

// Never destroyed: threads may outlive main().
Counts& counts() {
  static auto* const counts = new Counts;
  return *counts;
}

thread_local constinit int64_t t_untold = kNoThread;

void tell_memory(int64_t bytes) {
  if (t_untold == kNoThread) {
    if (t_ended) return publish(bytes);
    static thread_local const AtEndOfThread t_end;
    (void)t_end;
  }
  t_untold += bytes;
  if (t_untold >= kMemoryStep || t_untold <= -kMemoryStep) publish(std::exchange(t_untold, 0));
}

int64_t memory_in_use() { return std::max<int64_t>(0, g_in_use.load(std::memory_order_relaxed)); }
int64_t memory_peak() { return g_peak.load(std::memory_order_relaxed); }

}  // namespace heddle::counting
