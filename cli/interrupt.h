// Ctrl-C as a wish to end: the first is noted, the second ends the process as ever. One at a time, on the main thread.
#pragma once

#include <csignal>

namespace heddle::cli {

class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  static bool seen();

 private:
  struct sigaction before_;
};

}  // namespace heddle::cli
