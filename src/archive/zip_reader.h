// Reads zip archives out of one region of memory, trusting no length or offset in them. Stored records are handed out
// without a copy; deflated ones are inflated on each read. Immutable once open, so any thread may read from it at the
// same time.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/load_limits.h"
#include "base/result.h"
#include "core/storage.h"

namespace heddle::archive {

struct ZipRecord {
  std::string name;
  uint64_t size = 0;         // bytes of the content
  uint64_t packed_size = 0;  // bytes in the file
  uint64_t header_offset = 0;
  uint64_t data_offset = 0;
  uint32_t crc = 0;
  uint16_t method = 0;
  bool encrypted = false;
};

class ZipReader final : public RefCounted {
 public:
  // Stored records up to this size have their checksum verified on every read, deflated ones always. Longer stored
  // records (weights) are not verified: touching each of their bytes would undo what mapping the file gains.
  static constexpr uint64_t kVerifiedBytes = 64 * 1024;

  // Whether the bytes begin or end as a zip archive does.
  static bool looks_like_zip(const Storage& bytes);

  // Reads the central directory (with zip64) and checks it against the file: every record inside it, none overlapping,
  // no name twice, every local header agreeing. Fails with kBadArchive; `name` is for messages.
  // kLimit: more bytes than the limits allow.
  static Result<Ref<ZipReader>> open(Ref<Storage> bytes, std::string name, const LoadLimits& limits = {});

  const std::string& name() const { return name_; }
  uint64_t bytes() const { return bytes_->bytes(); }
  // In the order of the central directory, folders left out.
  const std::vector<ZipRecord>& records() const { return records_; }
  // Null when there is no such record.
  const ZipRecord* find(std::string_view record_name) const;

  // The content, at an address that is a multiple of `alignment`: in place where it is stored at such a place, else a
  // copy. Errors: an encrypted record, an unknown method (kUnsupported); a wrong checksum, data that does not inflate
  // to the promised size (kBadArchive); a longer record, or more inflated bytes in all, than the limits allow (kLimit).
  Result<Ref<Storage>> read(const ZipRecord& record, size_t alignment = 1) const;
  Result<std::string> read_text(const ZipRecord& record) const;

 private:
  ZipReader(Ref<Storage> bytes, std::string name, const LoadLimits& limits);
  struct Directory {
    uint64_t offset;
    uint64_t size;
    uint64_t count;
  };
  const unsigned char* at(uint64_t offset) const;
  // Whether bytes [offset, offset + length) lie inside the file.
  bool holds(uint64_t offset, uint64_t length) const;
  template <class... P>
  Status broken(const P&... pieces) const {
    return error(ErrorCode::kBadArchive, "cannot read ", quoted(name_), ": ", concat(pieces...));
  }
  Result<Directory> find_directory() const;
  Result<Directory> read_end64(uint64_t locator, uint64_t end) const;
  Status read_directory(const Directory& directory);
  Status read_zip64_extra(ZipRecord& record, const unsigned char* extra, size_t length) const;
  Status check_local_header(ZipRecord& record, uint16_t flags, uint64_t limit) const;
  Status check_overlaps() const;
  Result<Ref<Storage>> inflate(const ZipRecord& record) const;

  const Ref<Storage> bytes_;
  const std::string name_;
  const LoadLimits limits_;
  std::vector<ZipRecord> records_;
  std::unordered_map<std::string_view, size_t> index_;  // views into records_
  // Bytes inflated so far, over all reads. Relaxed: it is a budget, ordering nothing.
  mutable std::atomic<uint64_t> inflated_{0};
};

}  // namespace heddle::archive
