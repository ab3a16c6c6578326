#include "core/block_cache.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace heddle {
namespace {

// Smaller blocks are malloc's own trade; larger ones are rare and would fill the cache.
constexpr size_t kSmallest = size_t{16} << 10;
constexpr size_t kLargest = size_t{32} << 20;
constexpr size_t kStepsOfDoubling = 4;
constexpr size_t kBlocksOfSize = 16;

// A block fits requests between its size and the next smaller one, so at most a fifth of it lies idle.
// Sizes are 5 to 8 quarters of a power of two, its exponent the octave.
struct Size {
  size_t octave;
  size_t steps;
  size_t index() const { return octave * kStepsOfDoubling + steps; }
  size_t bytes() const { return steps * ((size_t{1} << octave) / kStepsOfDoubling); }
};

Size size_for(size_t bytes) {
  bytes = std::max(bytes, kSmallest);
  const size_t octave = static_cast<size_t>(std::bit_width(bytes - 1)) - 1;  // 2^octave < bytes <= 2^(octave + 1)
  const size_t step = (size_t{1} << octave) / kStepsOfDoubling;
  return {octave, (bytes + step - 1) / step};
}

constexpr size_t kSizes = 26 * kStepsOfDoubling + 2 * kStepsOfDoubling;

// The blocks of one size. Who finds it busy goes to the system instead: a lock that a thread holds while another one
// calls fork() stays locked in the child for ever, and that must not matter.
struct Shelf {
  std::atomic_flag busy;
  size_t count = 0;                              // guarded by busy
  size_t bytes = 0;                              // of each block; guarded by busy
  std::array<void*, kBlocksOfSize> blocks = {};  // guarded by busy
};

class TryLock {
 public:
  // Acquire and release order what one holder wrote before what the next one reads.
  explicit TryLock(std::atomic_flag& flag) : flag_(flag), held_(!flag.test_and_set(std::memory_order_acquire)) {}
  ~TryLock() {
    if (held_) flag_.clear(std::memory_order_release);
  }
  TryLock(const TryLock&) = delete;
  TryLock& operator=(const TryLock&) = delete;
  explicit operator bool() const { return held_; }

 private:
  std::atomic_flag& flag_;
  const bool held_;
};

// Never destroyed: tensors may go after static destructors have run.
std::array<Shelf, kSizes>& shelves() {
  static auto* const shelves = new std::array<Shelf, kSizes>();
  return *shelves;
}

// Relaxed: it bounds, and guards no memory.
std::atomic<size_t> g_cached{0};

// AddressSanitizer sees an access behind a tensor, or after its end, only where each block is its own and no larger
// than asked.
#if defined(__SANITIZE_ADDRESS__)
#define HEDDLE_EXACT_BLOCKS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)  // Clang's word
#define HEDDLE_EXACT_BLOCKS 1
#endif
#endif
#ifdef HEDDLE_EXACT_BLOCKS
constexpr bool kExactBlocks = true;
#else
constexpr bool kExactBlocks = false;
#endif

void* take_exact(size_t bytes) {
  void* block = nullptr;
  return posix_memalign(&block, kBlockAlignment, bytes) == 0 ? block : nullptr;
}

// Up to so many bytes malloc answers from the thread's own store, which is several times faster than aligned_alloc.
constexpr size_t kSmallForMalloc = 768;

// A block of malloc, with the address that malloc gave right before the aligned part.
void* take_small(size_t bytes) {
  auto* const start = static_cast<char*>(std::malloc(bytes + kBlockAlignment + sizeof(void*)));
  if (!start) return nullptr;
  const auto first = reinterpret_cast<uintptr_t>(start + sizeof(void*));
  char* const block = start + sizeof(void*) + (kBlockAlignment - first % kBlockAlignment) % kBlockAlignment;
  std::memcpy(block - sizeof(void*), &start, sizeof(void*));
  return block;
}

void give_small(void* block) {
  void* start = nullptr;
  std::memcpy(&start, static_cast<char*>(block) - sizeof(void*), sizeof(void*));
  std::free(start);
}

bool is_kept(size_t bytes) { return bytes > kSmallest / 2 && bytes <= kLargest; }

}  // namespace

void* take_block(size_t bytes) {
  if (bytes > SIZE_MAX / 2) return nullptr;
  if (kExactBlocks) return take_exact(bytes);
  if (bytes <= kSmallForMalloc) return take_small(bytes);
  if (!is_kept(bytes)) {
    // aligned_alloc wants a multiple of the alignment.
    const size_t rounded = (bytes + kBlockAlignment - 1) / kBlockAlignment * kBlockAlignment;
    return std::aligned_alloc(kBlockAlignment, rounded);
  }
  const Size size = size_for(bytes);
  Shelf& shelf = shelves()[size.index()];
  if (const TryLock lock(shelf.busy); lock && shelf.count > 0) {
    g_cached.fetch_sub(size.bytes(), std::memory_order_relaxed);
    return shelf.blocks[--shelf.count];
  }
  return std::aligned_alloc(kBlockAlignment, size.bytes());
}

void give_block(void* block, size_t bytes) {
  if (!block) return;
  if (kExactBlocks) return std::free(block);
  if (bytes <= kSmallForMalloc) return give_small(block);
  if (is_kept(bytes)) {
    const Size size = size_for(bytes);
    Shelf& shelf = shelves()[size.index()];
    const TryLock lock(shelf.busy);
    if (lock && shelf.count < kBlocksOfSize) {
      // Counted first: two threads must not both see room for one block.
      if (g_cached.fetch_add(size.bytes(), std::memory_order_relaxed) + size.bytes() <= kMostCachedBytes) {
        shelf.bytes = size.bytes();
        shelf.blocks[shelf.count++] = block;
        return;
      }
      g_cached.fetch_sub(size.bytes(), std::memory_order_relaxed);
    }
  }
  std::free(block);
}

size_t cached_block_bytes() { return g_cached.load(std::memory_order_relaxed); }

void release_cached_blocks() {
  for (Shelf& shelf : shelves()) {
    const TryLock lock(shelf.busy);
    if (!lock) continue;
    for (; shelf.count > 0; --shelf.count) {
      g_cached.fetch_sub(shelf.bytes, std::memory_order_relaxed);
      std::free(shelf.blocks[shelf.count - 1]);
    }
  }
}

}  // namespace heddle
