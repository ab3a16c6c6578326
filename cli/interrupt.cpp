#include "cli/interrupt.h"

#include <atomic>
#include <csignal>

namespace heddle::cli {
namespace {

std::atomic<bool> g_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may write it");

// The first signal only: then the system's own answer is back in place.
void install(void (*handler)(int), int flags) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  g_interrupted = false;
  install([](int) { g_interrupted = true; }, static_cast<int>(SA_RESETHAND | SA_RESTART));
}

InterruptGuard::~InterruptGuard() { install(SIG_DFL, 0); }

bool interrupted() { return g_interrupted; }

}  // namespace heddle::cli
