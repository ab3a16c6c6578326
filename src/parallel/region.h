// One parallel_for in flight: the chunks still to be done, and who is doing them. The caller and its helpers share it;
// a helper that comes late finds no chunk left and touches nothing of the caller's.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>

#include "base/trace.h"
#include "parallel/parallel.h"
#include "parallel/worker_pool.h"

namespace heddle::parallel {

class Region final : public Task {
 public:
  // Splits into chunks for `participants` threads, each a multiple of grain long. Before anybody runs it; again for a
  // new use, when nobody else holds it.
  void prepare(int64_t begin, int64_t end, int64_t grain, int participants, detail::ChunkFunction function,
               void* context);

  // A helper's part; gives the helper back to the budget.
  void run() override;
  // The caller's part beside `helpers` that were asked for: works, then waits until the chunks they have taken are
  // done. Rethrows.
  void run_as_caller(int helpers);
  // Under which number its chunks are recorded; 0: they are not. After prepare().
  void set_trace_id(uint64_t id) { trace_id_ = id; }

 private:
  static constexpr uint32_t kMaxSegments = 16;

  void work(int participant);
  // How many chunks of a segment it has done.
  uint32_t work_on(int participant, uint32_t segment);
  uint32_t segment_begin(uint32_t segment) const {
    return static_cast<uint32_t>(uint64_t{chunks_} * segment / segments_);
  }
  void run_chunk(uint32_t chunk);
  void run_recorded(uint32_t chunk, int participant);
  void wait();

  int64_t begin_ = 0;
  int64_t end_ = 0;
  int64_t chunk_size_ = 0;
  uint32_t chunks_ = 0;
  uint32_t segments_ = 1;
  uint64_t trace_id_ = 0;
  detail::ChunkFunction function_ = nullptr;
  void* context_ = nullptr;  // the caller's: alive until all chunks are done
  std::atomic<int> participants_{1};
  std::atomic<bool> failed_{false};
  std::mutex error_mutex_;
  std::exception_ptr error_;
  // The first chunk of each segment that nobody has taken. A participant begins with a segment of its own, the same in
  // each region of one size: what it reads is what it wrote last, and lies in its cache.
  struct alignas(64) Counter {
    std::atomic<uint32_t> next{0};
  };
  std::array<Counter, kMaxSegments> segment_counters_;
  alignas(64) std::atomic<uint32_t> done_{0};  // added to by each participant, when it finds no chunk left
};

}  // namespace heddle::parallel
