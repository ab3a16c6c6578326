#include "core/block_cache.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

namespace heddle {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kKeeps = false;
#else
constexpr bool kKeeps = true;
#endif

TEST(BlockCache, GivesTheSameBlockAgainForANearSize) {
  if (!kKeeps) GTEST_SKIP() << "AddressSanitizer gets every block from the system";
  release_cached_blocks();
  void* first = take_block(kMiB - 100);
  give_block(first, kMiB - 100);
  EXPECT_GE(cached_block_bytes(), kMiB - 100);
  void* second = take_block(kMiB - 5000);
  EXPECT_EQ(first, second);
  EXPECT_EQ(cached_block_bytes(), 0u);
  give_block(second, kMiB - 5000);
  release_cached_blocks();
  EXPECT_EQ(cached_block_bytes(), 0u);
}

TEST(BlockCache, BlocksAreAlignedAndLargeEnough) {
  for (size_t bytes : {0ul, 1ul, 63ul, 768ul, 769ul, 8192ul, 8193ul, 16384ul, 16385ul, 20480ul, 20481ul, 5 * kMiB + 1,
                       32 * kMiB, 40 * kMiB}) {
    void* block = take_block(bytes);
    ASSERT_NE(block, nullptr) << bytes;
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % kBlockAlignment, 0u) << bytes;
    std::memset(block, 1, bytes);
    give_block(block, bytes);
  }
  EXPECT_EQ(take_block(SIZE_MAX), nullptr);
  release_cached_blocks();
  EXPECT_EQ(cached_block_bytes(), 0u);
}

TEST(BlockCache, KeepsNoMoreThanItsBound) {
  std::vector<void*> blocks;
  for (int i = 0; i < 12; ++i) blocks.push_back(take_block(20 * kMiB));
  for (void* block : blocks) give_block(block, 20 * kMiB);
  EXPECT_LE(cached_block_bytes(), kMostCachedBytes);
  release_cached_blocks();
}

TEST(BlockCache, ManyThreadsShareIt) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (size_t i = 0; i < 2000; ++i) {
        const size_t bytes = 16384 + i % 7 * 9000;
        auto* block = static_cast<unsigned char*>(take_block(bytes));
        std::memset(block, t, bytes);
        for (size_t at = 0; at < bytes; at += 1024) ASSERT_EQ(block[at], t);
        give_block(block, bytes);
      }
    });
  }
  threads.clear();
  release_cached_blocks();
  EXPECT_EQ(cached_block_bytes(), 0u);
}

}  // namespace
}  // namespace heddle
