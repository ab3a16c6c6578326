// Hands out register numbers while code is made. For lower_graph alone.
#pragma once

#include <cstdint>
#include <vector>

namespace heddle::lower {

class Registers {
 public:
  uint32_t take() {
    if (free_.empty()) return count_++;
    const uint32_t reg = free_.back();
    free_.pop_back();
    return reg;
  }
  void give_back(uint32_t reg) { free_.push_back(reg); }
  uint32_t count() const { return count_; }

 private:
  std::vector<uint32_t> free_;
  uint32_t count_ = 0;
};

}  // namespace heddle::lower
