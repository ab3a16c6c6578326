// Source texts and ranges in them: what an error message points at. Immutable after creation, so any thread may read
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/ref.h"

namespace heddle {

struct SourceRange;

class Source : public RefCounted {
 public:
  Source(std::string name, std::string text, uint32_t first_line = 1)
      : name_(std::move(name)), text_(std::move(text)), first_line_(first_line) {}
  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }
  // The line number of the text's first line in the file it was cut from.
  uint32_t first_line() const { return first_line_; }
  // Where the text at this byte comes from: the author's file behind an archive's generated code. Unknown unless a
  // subclass knows.
  virtual SourceRange original(uint32_t offset) const;

 private:
  std::string name_;
  std::string text_;
  uint32_t first_line_;
};

// Bytes [begin, end) of a source; an empty source means "unknown place".
struct SourceRange {
  Ref<const Source> source;
  uint32_t begin = 0;
  uint32_t end = 0;

  bool known() const { return static_cast<bool>(source); }
  // One-based line in the file; 0 when unknown.
  uint32_t line() const;
  uint32_t column() const;
  SourceRange original() const;
  // File and line, the lines around, and a line of "~~~~" under the range, ending in "<--- HERE".
  std::string highlight() const;
};

}  // namespace heddle
