// How far a command is, told on standard error: on a terminal in one line that is written over, cut to its width and
// gone at the end; elsewhere in plain lines, the first after a second, then one every five. One thread.
#pragma once

#include <chrono>
#include <string>

namespace heddle::cli {

class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // One line of ASCII.
  void show(const std::string& text);

 private:
  using Clock = std::chrono::steady_clock;
  const bool terminal_;
  bool shown_ = false;
  Clock::time_point due_;  // of the next plain line
};

}  // namespace heddle::cli
