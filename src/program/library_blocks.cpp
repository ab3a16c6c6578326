#include "program/library_blocks.h"

#include <mutex>
#include <vector>

#include "heddle/library.h"

namespace heddle::program {
namespace {

struct Kept {
  std::mutex mutex;
  bool is_running = false;  // blocks run as they come
  std::vector<LibraryBlockEntry> blocks;
};

// Never freed: libraries may be loaded while the process ends.
Kept& kept() {
  static Kept& only = *new Kept();
  return only;
}

thread_local CaughtBlocks* catching = nullptr;

void run(const LibraryBlockEntry& block) {
  Library library(block.name);
  block.fill(library);
}

}  // namespace

CaughtBlocks::CaughtBlocks() : outer_(catching) { catching = this; }
CaughtBlocks::~CaughtBlocks() { catching = outer_; }

void add_block(LibraryBlockEntry block) {
  {
    Kept& all = kept();
    const std::lock_guard lock(all.mutex);
    if (!all.is_running) {
      all.blocks.push_back(block);
      return;
    }
  }
  if (!catching) return run(block);
  try {
    run(block);
  } catch (...) {
    if (!catching->failure_) catching->failure_ = std::current_exception();
  }
}

void run_kept_blocks() {
  std::vector<LibraryBlockEntry> blocks;
  {
    Kept& all = kept();
    const std::lock_guard lock(all.mutex);
    all.is_running = true;
    blocks.swap(all.blocks);
  }
  for (const LibraryBlockEntry& block : blocks) run(block);
}

}  // namespace heddle::program
