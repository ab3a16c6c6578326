#include "cli/interrupt.h"

namespace heddle::cli {
namespace {

volatile std::sig_atomic_t g_seen = 0;

void note(int) { g_seen = 1; }

}  // namespace

Interrupt::Interrupt() : before_{} {
  g_seen = 0;
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, &before_);
}

Interrupt::~Interrupt() { sigaction(SIGINT, &before_, nullptr); }

bool Interrupt::seen() { return g_seen != 0; }

}  // namespace heddle::cli
