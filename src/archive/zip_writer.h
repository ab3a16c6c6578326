// Writes zip archives as PyTorch does: records stored at multiples of 64 bytes, so that readers can map them. One
// thread a writer.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace heddle::archive {

class ZipWriter {
 public:
  static constexpr uint64_t kAlignment = 64;

  // The stream must outlive the writer and stand at its beginning.
  explicit ZipWriter(std::ostream& out) : out_(out) {}

  // Appends a record; names must differ. Fails with kRuntime when the stream does not take the bytes.
  Status add_stored(std::string_view name, const void* data, size_t size);
  // For text: deflated, and not aligned.
  Status add_deflated(std::string_view name, std::string_view text);
  // Writes the directory; nothing may be added afterwards.
  Status finish();

 private:
  struct Record {
    std::string name;
    uint64_t size;
    uint64_t packed_size;
    uint64_t offset;
    uint32_t crc;
    uint16_t method;
  };
  Status add(Record record, const void* packed, bool aligned);
  Status write(const void* data, size_t size);

  std::ostream& out_;
  uint64_t position_ = 0;
  std::vector<Record> records_;
};

}  // namespace heddle::archive
