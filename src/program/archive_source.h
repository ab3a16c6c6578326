// A code file of an archive that can tell which of the author's lines its text was generated from. Any thread.
#pragma once

#include <memory>
#include <mutex>

#include "archive/archive.h"
#include "base/source.h"

namespace heddle::program {

class ArchiveSource final : public Source {
 public:
  ArchiveSource(const Source& code, std::shared_ptr<const archive::Archive> archive, std::string qualifier)
      : Source(code.name(), code.text(), code.first_line()),
        archive_(std::move(archive)),
        qualifier_(std::move(qualifier)) {}
  // Reads the archive's debug record at the first question: most programs never fail.
  SourceRange original(uint32_t offset) const override;

 private:
  const std::shared_ptr<const archive::Archive> archive_;
  const std::string qualifier_;
  mutable std::once_flag once_;
  mutable archive::DebugRanges ranges_;
};

}  // namespace heddle::program
