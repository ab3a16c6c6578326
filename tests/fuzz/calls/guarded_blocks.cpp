// Stands for core/block_cache.cpp in a program without AddressSanitizer: every tensor ends where a page ends that
// nobody may touch, so that an access behind it, by a kernel, oneDNN or BLAS, ends the process. What was before a
// tensor is checked when it goes.
#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/block_cache.h"

namespace heddle {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kMostBytes = size_t{64} << 20;
constexpr unsigned char kBefore = 0xa5;

std::mutex g_mutex;
std::unordered_map<size_t, std::vector<char*>> g_free;  // by pages

size_t pages_for(size_t bytes) { return (bytes + kPage - 1) / kPage; }

}  // namespace

void* take_block(size_t bytes) {
  if (bytes > kMostBytes) return nullptr;
  const size_t pages = std::max<size_t>(pages_for(bytes), 1);
  char* start = nullptr;
  {
    const std::lock_guard lock(g_mutex);
    std::vector<char*>& free = g_free[pages];
    if (!free.empty()) {
      start = free.back();
      free.pop_back();
    }
  }
  if (!start) {
    void* mapped = mmap(nullptr, (pages + 1) * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return nullptr;
    start = static_cast<char*>(mapped);
    mprotect(start + pages * kPage, kPage, PROT_NONE);
  }
  char* const block = start + pages * kPage - bytes;
  std::memset(start, kBefore, pages * kPage);
  return block;
}

void give_block(void* block, size_t bytes) {
  if (!block) return;
  const size_t pages = std::max<size_t>(pages_for(bytes), 1);
  char* const start = static_cast<char*>(block) + bytes - pages * kPage;
  for (char* at = start; at < block; ++at) {
    if (static_cast<unsigned char>(*at) != kBefore) std::abort();
  }
  const std::lock_guard lock(g_mutex);
  if (pages > 16) {
    munmap(start, (pages + 1) * kPage);
  } else {
    g_free[pages].push_back(start);
  }
}

size_t cached_block_bytes() { return 0; }
void release_cached_blocks() {}

}  // namespace heddle
