// Hands out register numbers while code is made. For lower_graph alone.
#pragma once

#include <cstdint>
#include <vector>

namespace heddle::lower {

class Registers {
 public:
  // The register given back last: it is likely still in the cache.
  uint32_t take() {
    if (free_.empty()) return count_++;
    const uint32_t reg = free_.back();
    free_.pop_back();
    return reg;
  }
  void give_back(uint32_t reg) { free_.push_back(reg); }
  uint32_t count() const { return count_; }

  // What is free at a fork of the ways, to start the other way from the same.
  struct State {
    std::vector<uint32_t> free;
    uint32_t count;
  };
  State state() const { return {free_, count_}; }
  void restore(const State& state) {
    free_ = state.free;
    for (uint32_t reg = state.count; reg < count_; ++reg) free_.push_back(reg);
  }

 private:
  std::vector<uint32_t> free_;
  uint32_t count_ = 0;
};

}  // namespace heddle::lower
