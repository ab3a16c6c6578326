#include "parallel/region.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <new>

#include "parallel/backend.h"
#include "parallel/budget.h"
#include "parallel/pause.h"
#include "parallel/settings.h"

namespace heddle::parallel {
namespace {

// More chunks than threads, so that a thread which the system holds up keeps little from the others.
constexpr uint64_t kChunksPerThread = 4;

thread_local int t_thread_num = 0;
thread_local bool t_in_region = false;

class InRegion {
 public:
  explicit InRegion(int participant) {
    t_in_region = true;
    t_thread_num = participant;
  }
  ~InRegion() {
    t_in_region = false;
    t_thread_num = 0;
  }
};

}  // namespace

bool in_parallel_region() { return t_in_region; }
int get_thread_num() { return t_thread_num; }

void Region::prepare(int64_t begin, int64_t end, int64_t grain, int participants, detail::ChunkFunction function,
                     void* context) {
  const auto chunks_wanted = static_cast<uint64_t>(participants) * kChunksPerThread;
  begin_ = begin;
  end_ = end;
  function_ = function;
  context_ = context;
  trace_id_ = 0;
  const auto items = static_cast<uint64_t>(end) - static_cast<uint64_t>(begin);
  const auto step = static_cast<uint64_t>(std::max<int64_t>(grain, 1));
  const uint64_t steps = items / step + (items % step != 0);
  const uint64_t steps_per_chunk = std::max<uint64_t>(1, (steps + chunks_wanted - 1) / chunks_wanted);
  chunks_ = static_cast<uint32_t>((steps + steps_per_chunk - 1) / steps_per_chunk);
  chunk_size_ = static_cast<int64_t>(std::min(items, step * steps_per_chunk));
  // Relaxed: the queue hands the region to the helpers.
  participants_.store(1, std::memory_order_relaxed);
  failed_.store(false, std::memory_order_relaxed);
  segments_ = std::min(static_cast<uint32_t>(participants), kMaxSegments);
  for (uint32_t s = 0; s < segments_; ++s) {
    segment_counters_[s].next.store(segment_begin(s), std::memory_order_relaxed);
  }
  done_.store(0, std::memory_order_relaxed);
}

void Region::run() {
  // Threads that are not ours have no role yet.
  if (trace::on() && trace::role() == trace::Role::kCaller) trace::set_role(trace::Role::kHelper);
  work(participants_.fetch_add(1, std::memory_order_relaxed));
  budget::return_helper();
}

void Region::run_as_caller(int helpers) {
  work(0);
  // Helpers that have not come by now would find nothing to do.
  if (participants_.load(std::memory_order_relaxed) <= helpers) {
    for (int late = backend::withdraw_helpers(*this); late > 0; --late) budget::return_helper();
  }
  wait();
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void Region::work(int participant) {
  const InRegion scope(participant);
  uint32_t done = 0;
  for (uint32_t s = 0; s < segments_; ++s)
    done += work_on(participant, (static_cast<uint32_t>(participant) + s) % segments_);
  // Release: the caller's acquire of the last count sees what all chunks wrote.
  if (done > 0 && done_.fetch_add(done, std::memory_order_acq_rel) + done == chunks_) done_.notify_one();
}

uint32_t Region::work_on(int participant, uint32_t segment) {
  std::atomic<uint32_t>& next = segment_counters_[segment].next;
  const uint32_t end = segment_begin(segment + 1);
  uint32_t done = 0;
  // Relaxed: handing out chunk numbers orders nothing; what the caller wrote before reaches helpers through the queue.
  // Asked first: where the others have ended a segment, its counter stays in their caches.
  while (next.load(std::memory_order_relaxed) < end) {
    const uint32_t chunk = next.fetch_add(1, std::memory_order_relaxed);
    if (chunk >= end) break;
    ++done;
    if (failed_.load(std::memory_order_relaxed)) continue;
    if (trace_id_ == 0) {
      run_chunk(chunk);
    } else {
      run_recorded(chunk, participant);
    }
  }
  return done;
}

void Region::run_recorded(uint32_t chunk, int participant) {
  const int64_t begin = trace::now();
  run_chunk(chunk);
  trace::Writer().record({.begin = begin,
                          .end = trace::now(),
                          .id = trace_id_,
                          .other = chunk,
                          .kind = trace::Kind::kChunk,
                          .detail = static_cast<uint8_t>(std::min(participant, 255))});
}

void Region::run_chunk(uint32_t chunk) {
  const int64_t begin = begin_ + static_cast<int64_t>(chunk) * chunk_size_;
  const int64_t end = chunk + 1 == chunks_ ? end_ : begin + chunk_size_;
  try {
    function_(context_, begin, end);
  } catch (...) {
    const std::lock_guard lock(error_mutex_);
    if (!error_) error_ = std::current_exception();
    failed_.store(true, std::memory_order_relaxed);
  }
}

void Region::wait() {
  uint32_t done = done_.load(std::memory_order_acquire);
  if (done == chunks_) return;
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + std::chrono::microseconds(spin_microseconds());
  while (done != chunks_ && Clock::now() < end) {
    for (int i = 0; i < 32 && done != chunks_; ++i) {
      pause();
      done = done_.load(std::memory_order_acquire);
    }
  }
  while (done != chunks_) {
    done_.wait(done, std::memory_order_acquire);
    done = done_.load(std::memory_order_acquire);
  }
}

namespace detail {

// Regions that could be divided are recorded where they are not, too.
bool must_run_alone() { return t_in_region || (!trace::on() && budget::exhausted()); }

// The caller's time in a region, where a trace is on when it begins.
class RecordedRegion {
 public:
  RecordedRegion(int64_t items, int64_t grain, int helpers) {
    if (!trace::on()) [[likely]]
      return;
    id_ = trace::new_id();
    payload_ = {items, std::max<int64_t>(grain, 1), helpers};
    begin_ = trace::now();
  }
  ~RecordedRegion() {
    if (id_ == 0) [[likely]]
      return;
    trace::Writer().record({.begin = begin_, .end = trace::now(), .id = id_, .kind = trace::Kind::kRegion}, payload_);
  }
  RecordedRegion(const RecordedRegion&) = delete;
  RecordedRegion& operator=(const RecordedRegion&) = delete;
  uint64_t id() const { return id_; }

 private:
  uint64_t id_ = 0;
  int64_t begin_ = 0;
  std::array<int64_t, trace::kRegionWordCount> payload_;  // set when id_ is
};

void run_region(int64_t begin, int64_t end, int64_t grain, ChunkFunction function, void* context) {
  const ActiveThread active;
  const int64_t items = end - begin;
  const int64_t steps = items / std::max<int64_t>(grain, 1) + (items % std::max<int64_t>(grain, 1) != 0);
  const int helpers = budget::take_helpers(static_cast<int>(std::min<int64_t>(steps - 1, kMaxThreads)));
  const RecordedRegion recorded(items, grain, helpers);
  if (helpers == 0) {
    function(context, begin, end);
    return;
  }
  // Helpers that come late may still hold the region used last.
  static thread_local Ref<Region> t_spare;
  Ref<Region> region = std::move(t_spare);
  try {
    if (!region || region->use_count() > 1) region = make_ref<Region>();
    region->prepare(begin, end, grain, helpers + 1, function, context);
    region->set_trace_id(recorded.id());
    backend::request_helpers(region, helpers);
  } catch (const std::bad_alloc&) {
    // Nobody was asked.
    for (int i = 0; i < helpers; ++i) budget::return_helper();
    function(context, begin, end);
    return;
  }
  region->run_as_caller(helpers);
  t_spare = std::move(region);
}

}  // namespace detail
}  // namespace heddle::parallel
