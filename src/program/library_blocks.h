// HEDDLE_LIBRARY blocks between their library's start and the operator table's: static constructors run them in no
// order that could be relied on, and perhaps before the table can be made.
#pragma once

#include <exception>

namespace heddle {
class Library;
}

namespace heddle::program {

struct LibraryBlockEntry {
  const char* name;
  void (*fill)(Library&);
};

// Runs the block, once ensure_runtime() is done; keeps it until then. Any thread. Throws what the block throws.
void add_block(LibraryBlockEntry block);
// Runs those that were kept. Called once, by ensure_runtime().
void run_kept_blocks();

// While it lives, blocks added on this thread throw nothing: their first exception is kept here, because none may leave
// a static constructor.
class CaughtBlocks {
 public:
  CaughtBlocks();
  CaughtBlocks(const CaughtBlocks&) = delete;
  CaughtBlocks& operator=(const CaughtBlocks&) = delete;
  ~CaughtBlocks();
  const std::exception_ptr& first_failure() const { return failure_; }

 private:
  friend void add_block(LibraryBlockEntry block);
  std::exception_ptr failure_;
  CaughtBlocks* outer_;
};

}  // namespace heddle::program
