#include "program/archive_source.h"

namespace heddle::program {

SourceRange ArchiveSource::original(uint32_t offset) const {
  std::call_once(once_, [this] {
    // A damaged debug record costs the original places, never the program.
    Result<archive::DebugRanges> read = archive_->read_debug_ranges(qualifier_);
    if (read.ok()) ranges_ = std::move(read).value();
  });
  const SourceRange* found = ranges_.find(offset);
  return found ? *found : SourceRange();
}

}  // namespace heddle::program
