// Where the lines of an archive's code come from: the places in the author's Python files, out of a .debug_pkl record.
// Immutable once read; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/source.h"

namespace heddle::archive {

class DebugRanges {
 public:
  struct Row {
    uint32_t code_offset;  // the row holds from this byte of the code record up to the next row's
    SourceRange original;
  };

  // Reads a .debug_pkl, with the string table that PyTorch writes since 1.10 or in the older form without. `where`
  // begins messages.
  static Result<DebugRanges> read(std::span<const unsigned char> pickle, const std::string& where);

  // Sorted by code_offset.
  const std::vector<Row>& rows() const { return rows_; }
  // The original of the code at this byte; null before the first row. Places that PyTorch did not know are unknown
  // ranges.
  const SourceRange* find(uint32_t code_offset) const;

 private:
  std::vector<Row> rows_;
};

}  // namespace heddle::archive
