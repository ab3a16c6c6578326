// What the inputs of a fuzz program came to, for its last line; shared with the processes that own_loop.cpp forks.
#pragma once

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <new>

namespace heddle::fuzz {

struct Counts {
  std::atomic<uint64_t> inputs{0};
  std::atomic<uint64_t> wellformed{
      0};  // those that were more than an error of syntax: a call, a program, an archive that loads
  std::atomic<uint64_t> runs{0};       // operators called, methods or programs run
  std::atomic<uint64_t> succeeded{0};  // of the runs
};

inline Counts& counts() {
  static Counts* const shared = [] {
    void* memory = mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto* made = new (memory) Counts;
    std::atexit([] {
      std::fprintf(stderr, "counts: %llu inputs, %llu well-formed, %llu runs, %llu succeeded\n",
                   static_cast<unsigned long long>(counts().inputs),
                   static_cast<unsigned long long>(counts().wellformed), static_cast<unsigned long long>(counts().runs),
                   static_cast<unsigned long long>(counts().succeeded));
    });
    return made;
  }();
  return *shared;
}

}  // namespace heddle::fuzz
