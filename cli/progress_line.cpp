#include "cli/progress_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

namespace heddle::cli {
namespace {

constexpr std::chrono::seconds kFirstAfter{1};
constexpr std::chrono::seconds kThenEvery{5};
constexpr size_t kUsualWidth = 80;

// Asked each time: a window may change.
size_t terminal_width() {
  winsize size = {};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsualWidth;
}

}  // namespace

ProgressLine::ProgressLine() : terminal_(isatty(STDERR_FILENO) != 0), due_(Clock::now() + kFirstAfter) {}

ProgressLine::~ProgressLine() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void ProgressLine::show(const std::string& text) {
  if (terminal_) {
    // The last column stays free: writing there would begin a line that nothing takes back.
    std::fprintf(stderr, "\r\033[K%s", text.substr(0, terminal_width() - 1).c_str());
    std::fflush(stderr);
    shown_ = true;
    return;
  }
  const Clock::time_point now = Clock::now();
  if (now < due_) return;
  due_ = now + kThenEvery;
  std::fprintf(stderr, "heddle: %s\n", text.c_str());
}

}  // namespace heddle::cli
