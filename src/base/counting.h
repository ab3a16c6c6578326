// Counters that any number of threads add to, each mostly in a cache line of its own. Reading sums the lines. Relaxed
// throughout: the numbers order nothing, and a reader may see one event's count before another's.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace heddle::counting {

inline constexpr size_t kShards = 16;
// This thread's line.
size_t shard();

class Counter {
 public:
  void add(uint64_t count = 1) { shards_[shard()].value.fetch_add(count, std::memory_order_relaxed); }
  uint64_t value() const;

 private:
  struct alignas(64) Shard {
    std::atomic<uint64_t> value{0};
  };
  std::array<Shard, kShards> shards_;
};

// Durations in nanoseconds, counted by upper bound.
class Histogram {
 public:
  // 10 us to 10 s; one bucket more holds what takes longer.
  static constexpr std::array<int64_t, 19> kBounds = {
      10'000,      25'000,        50'000,        100'000,       250'000,       500'000,     1'000'000,
      2'500'000,   5'000'000,     10'000'000,    25'000'000,    50'000'000,    100'000'000, 250'000'000,
      500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000};
  void add(int64_t nanoseconds);

  struct Values {
    std::array<uint64_t, kBounds.size() + 1> counts{};  // not cumulative
    uint64_t count = 0;
    int64_t sum = 0;  // nanoseconds
  };
  Values values() const;

 private:
  struct alignas(64) Shard {
    std::array<std::atomic<uint64_t>, kBounds.size() + 1> counts{};
    std::atomic<int64_t> sum{0};
  };
  std::array<Shard, kShards> shards_;
};

// What the layers count.
struct Counts {
  Counter requests;  // calls of the application that have ended
  Counter errors;    // those that failed
  Histogram latency;
  Counter tasks;         // forked tasks that have begun
  Histogram queue_wait;  // from fork to begin
};
Counts& counts();

// Bytes of tensors. Threads tell in steps, so each may be off by kMemoryStep.
inline constexpr int64_t kMemoryStep = 64 << 10;
// What this thread has not told yet. Beyond a step it goes the long way, as it does before the thread's first bytes
// and after its end. constinit and of the initial-exec model: each tensor passes here, in a shared library too.
inline constexpr int64_t kNoThread = INT64_MAX / 2;
[[gnu::tls_model("initial-exec")]] extern thread_local constinit int64_t t_untold;
void tell_memory(int64_t bytes);
inline void add_memory(int64_t bytes) {
  const int64_t untold = t_untold + bytes;
  if (untold >= kMemoryStep || untold <= -kMemoryStep) [[unlikely]]
    return tell_memory(bytes);
  t_untold = untold;
}
int64_t memory_in_use();
int64_t memory_peak();

}  // namespace heddle::counting
