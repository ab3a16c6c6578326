// Ctrl-C while a command measures: it ends what it does and keeps what it has. A second Ctrl-C ends the process.
#pragma once

namespace heddle::cli {

// While it lives, SIGINT and SIGTERM only set interrupted(). One at a time, on the main thread.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

// Whether a signal came since the guard was made. Any thread.
bool interrupted();

}  // namespace heddle::cli
