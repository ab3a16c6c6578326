#include "archive/zip_reader.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "archive/byte_region.h"
#include "archive/zip_format.h"

namespace heddle::archive {
namespace {

using zip::get;

// Deflate cannot pack better than this; a record that claims more is refused before memory is set aside for it.
constexpr uint64_t kBestRatio = 1032;
// What all reads of one archive may inflate to: this, or so many times the file.
constexpr uint64_t kInflateAllowance = uint64_t{4} << 30;
constexpr uint64_t kInflateFactor = 20;

uint32_t crc_of(const unsigned char* data, size_t size) { return static_cast<uint32_t>(::crc32_z(0, data, size)); }

}  // namespace

ZipReader::ZipReader(Ref<Storage> bytes, std::string name, const LoadLimits& limits)
    : bytes_(std::move(bytes)), name_(std::move(name)), limits_(limits) {}

const unsigned char* ZipReader::at(uint64_t offset) const {
  return static_cast<const unsigned char*>(bytes_->data()) + offset;
}

bool ZipReader::holds(uint64_t offset, uint64_t length) const {
  return offset <= bytes_->bytes() && length <= bytes_->bytes() - offset;
}

bool ZipReader::looks_like_zip(const Storage& bytes) {
  if (bytes.bytes() < 4) return false;
  const uint32_t first = get<uint32_t>(static_cast<const unsigned char*>(bytes.data()));
  return first == zip::kLocalHeader || first == zip::kEnd || first == zip::kEnd64;
}

Result<Ref<ZipReader>> ZipReader::open(Ref<Storage> bytes, std::string name, const LoadLimits& limits) {
  HEDDLE_REQUIRE_CODE(bytes->bytes() <= limits.archive_bytes, kLimit, "cannot read ", quoted(name), ": it has ",
                      bytes->bytes(), " bytes, more than the limit archive_bytes, ", limits.archive_bytes);
  auto reader = Ref<ZipReader>::adopt(new ZipReader(std::move(bytes), std::move(name), limits));
  const Directory directory = HEDDLE_TRY(reader->find_directory());
  HEDDLE_TRY(reader->read_directory(directory));
  HEDDLE_TRY(reader->check_overlaps());
  return reader;
}

const ZipRecord* ZipReader::find(std::string_view record_name) const {
  const auto found = index_.find(record_name);
  return found == index_.end() ? nullptr : &records_[found->second];
}

Result<ZipReader::Directory> ZipReader::find_directory() const {
  const uint64_t size = bytes_->bytes();
  const uint64_t furthest = zip::kEndSize + zip::kLongestComment;
  const uint64_t lowest = size > furthest ? size - furthest : 0;
  for (uint64_t end = size; end >= lowest + zip::kEndSize; --end) {
    const uint64_t offset = end - zip::kEndSize;
    if (get<uint32_t>(at(offset)) != zip::kEnd) continue;
    if (!holds(end, get<uint16_t>(at(offset + 20)))) continue;  // its comment would pass the end: some other bytes
    if (offset >= zip::kEnd64LocatorSize && get<uint32_t>(at(offset - zip::kEnd64LocatorSize)) == zip::kEnd64Locator) {
      return read_end64(offset - zip::kEnd64LocatorSize, offset);
    }
    if (get<uint16_t>(at(offset + 4)) != 0 || get<uint16_t>(at(offset + 6)) != 0 ||
        get<uint16_t>(at(offset + 8)) != get<uint16_t>(at(offset + 10))) {
      return broken("it is one part of a zip archive split over several files");
    }
    const Directory directory{get<uint32_t>(at(offset + 16)), get<uint32_t>(at(offset + 12)),
                              get<uint16_t>(at(offset + 10))};
    if (directory.offset > offset || directory.size > offset - directory.offset) {
      return broken("its zip directory (", directory.size, " bytes at ", directory.offset,
                    ") passes the end of the file");
    }
    return directory;
  }
  return broken("it begins as a zip archive but has no zip directory at its end; the file (", size,
                " bytes) is truncated or was not copied completely");
}

Result<ZipReader::Directory> ZipReader::read_end64(uint64_t locator, uint64_t end) const {
  const auto offset = get<uint64_t>(at(locator + 8));
  if (offset > locator || locator - offset < zip::kEnd64Size || get<uint32_t>(at(offset)) != zip::kEnd64) {
    return broken("its zip64 directory record is not at offset ", offset, ", where it is announced");
  }
  if (get<uint32_t>(at(offset + 16)) != 0 || get<uint32_t>(at(offset + 20)) != 0 ||
      get<uint64_t>(at(offset + 24)) != get<uint64_t>(at(offset + 32))) {
    return broken("it is one part of a zip archive split over several files");
  }
  const Directory directory{get<uint64_t>(at(offset + 48)), get<uint64_t>(at(offset + 40)),
                            get<uint64_t>(at(offset + 32))};
  if (directory.offset > offset || directory.size > offset - directory.offset) {
    return broken("its zip directory (", directory.size, " bytes at ", directory.offset,
                  ") passes the end of the file");
  }
  // The old record repeats what fits into its narrower fields.
  const auto short_count = get<uint16_t>(at(end + 10));
  const auto short_size = get<uint32_t>(at(end + 12));
  const auto short_offset = get<uint32_t>(at(end + 16));
  if ((short_count != zip::kIn64Short && short_count != directory.count) ||
      (short_size != zip::kIn64 && short_size != directory.size) ||
      (short_offset != zip::kIn64 && short_offset != directory.offset)) {
    return broken("its two zip directory records disagree");
  }
  return directory;
}

Status ZipReader::read_directory(const Directory& directory) {
  if (directory.count > directory.size / zip::kCentralHeaderSize) {
    return broken("its zip directory of ", directory.size, " bytes cannot hold the ", directory.count,
                  " records it announces");
  }
  records_.reserve(directory.count);
  uint64_t offset = directory.offset;
  const uint64_t end = directory.offset + directory.size;
  for (uint64_t i = 0; i < directory.count; ++i) {
    if (end - offset < zip::kCentralHeaderSize || get<uint32_t>(at(offset)) != zip::kCentralHeader) {
      return broken("its zip directory is damaged at record ", i + 1, " of ", directory.count);
    }
    const unsigned char* header = at(offset);
    const auto flags = get<uint16_t>(header + 8);
    const auto name_length = get<uint16_t>(header + 28);
    const auto extra_length = get<uint16_t>(header + 30);
    const auto comment_length = get<uint16_t>(header + 32);
    const uint64_t length = zip::kCentralHeaderSize + uint64_t{name_length} + extra_length + comment_length;
    if (end - offset < length) return broken("its zip directory is damaged at record ", i + 1, " of ", directory.count);

    ZipRecord record;
    record.encrypted = flags & zip::kEncryptedFlag;
    record.method = get<uint16_t>(header + 10);
    record.crc = get<uint32_t>(header + 16);
    record.packed_size = get<uint32_t>(header + 20);
    record.size = get<uint32_t>(header + 24);
    record.header_offset = get<uint32_t>(header + 42);
    record.name.assign(reinterpret_cast<const char*>(header) + zip::kCentralHeaderSize, name_length);
    HEDDLE_TRY(read_zip64_extra(record, header + zip::kCentralHeaderSize + name_length, extra_length));
    HEDDLE_TRY(check_local_header(record, flags, directory.offset));
    if (!record.name.ends_with('/')) records_.push_back(std::move(record));
    offset += length;
  }
  if (offset != end) {
    return broken("its zip directory has ", end - offset, " bytes after the ", directory.count,
                  " records it announces");
  }
  for (size_t i = 0; i < records_.size(); ++i) {
    if (!index_.emplace(records_[i].name, i).second)
      return broken("it has two records named ", quoted(records_[i].name));
  }
  return ok_status();
}

// The zip64 field lists, in this order, those of size, packed size and offset that did not fit.
Status ZipReader::read_zip64_extra(ZipRecord& record, const unsigned char* extra, size_t length) const {
  uint64_t* wanted[3];
  size_t count = 0;
  for (uint64_t* field : {&record.size, &record.packed_size, &record.header_offset}) {
    if (*field == zip::kIn64) wanted[count++] = field;
  }
  size_t position = 0;
  while (count && length - position >= 4) {
    const auto id = get<uint16_t>(extra + position);
    const auto size = get<uint16_t>(extra + position + 2);
    position += 4;
    if (size > length - position) break;
    if (id == zip::kExtra64 && size >= 8 * count) {
      for (size_t i = 0; i < count; ++i) *wanted[i] = get<uint64_t>(extra + position + 8 * i);
      return ok_status();
    }
    position += size;
  }
  if (count) return broken("record ", quoted(record.name), " lacks the zip64 sizes it refers to");
  return ok_status();
}

// Finds where the data begins and checks that both headers tell the same; `limit` is where the directory begins.
Status ZipReader::check_local_header(ZipRecord& record, uint16_t flags, uint64_t limit) const {
  if (record.header_offset > limit || limit - record.header_offset < zip::kLocalHeaderSize) {
    return broken("record ", quoted(record.name), " lies outside of the file");
  }
  const unsigned char* header = at(record.header_offset);
  if (get<uint32_t>(header) != zip::kLocalHeader) {
    return broken("record ", quoted(record.name), " has no header at offset ", record.header_offset);
  }
  const auto name_length = get<uint16_t>(header + 26);
  const auto extra_length = get<uint16_t>(header + 28);
  const uint64_t room = limit - record.header_offset - zip::kLocalHeaderSize;
  if (uint64_t{name_length} + extra_length > room) {
    return broken("the header of record ", quoted(record.name), " passes the end of the file");
  }
  const std::string_view local_name(reinterpret_cast<const char*>(header) + zip::kLocalHeaderSize, name_length);
  if (local_name != record.name || get<uint16_t>(header + 8) != record.method) {
    return broken("the zip directory and the header of record ", quoted(record.name), " disagree");
  }
  // With the descriptor flag on either side, or with zip64 sizes, the local fields say nothing.
  const auto local_packed = get<uint32_t>(header + 18);
  const auto local_size = get<uint32_t>(header + 22);
  const bool told = !((flags | get<uint16_t>(header + 6)) & zip::kDescriptorFlag);
  if (told && ((local_packed != zip::kIn64 && local_packed != record.packed_size) ||
               (local_size != zip::kIn64 && local_size != record.size))) {
    return broken("the zip directory and the header of record ", quoted(record.name), " disagree about its size");
  }
  record.data_offset = record.header_offset + zip::kLocalHeaderSize + name_length + extra_length;
  if (record.packed_size > limit - record.data_offset) {
    return broken("record ", quoted(record.name), " (", record.packed_size, " bytes at ", record.data_offset,
                  ") passes the end of the file");
  }
  if (record.method == zip::kStored && record.size != record.packed_size && !record.encrypted) {
    return broken("record ", quoted(record.name), " is stored as ", record.packed_size, " bytes but announces ",
                  record.size);
  }
  if (record.method == zip::kDeflated && record.size / kBestRatio > record.packed_size) {
    return broken("record ", quoted(record.name), " announces ", record.size, " bytes, which its ", record.packed_size,
                  " bytes cannot inflate to");
  }
  return ok_status();
}

Status ZipReader::check_overlaps() const {
  std::vector<const ZipRecord*> order;
  order.reserve(records_.size());
  for (const ZipRecord& record : records_) order.push_back(&record);
  std::sort(order.begin(), order.end(),
            [](const ZipRecord* a, const ZipRecord* b) { return a->header_offset < b->header_offset; });
  for (size_t i = 1; i < order.size(); ++i) {
    if (order[i]->header_offset < order[i - 1]->data_offset + order[i - 1]->packed_size) {
      return broken("records ", quoted(order[i - 1]->name), " and ", quoted(order[i]->name), " overlap");
    }
  }
  return ok_status();
}

Result<Ref<Storage>> ZipReader::read(const ZipRecord& record, size_t alignment) const {
  if (record.encrypted) {
    return error(ErrorCode::kUnsupported, "cannot read ", quoted(name_), ": record ", quoted(record.name),
                 " is encrypted");
  }
  if (record.method != zip::kStored && record.method != zip::kDeflated) {
    return error(ErrorCode::kUnsupported, "cannot read ", quoted(name_), ": record ", quoted(record.name),
                 " is packed with zip method ", record.method, ", expected stored (0) or deflated (8)");
  }
  HEDDLE_REQUIRE_CODE(record.size <= limits_.record_bytes, kLimit, "cannot read ", quoted(name_), ": record ",
                      quoted(record.name), " has ", record.size, " bytes, more than the limit record_bytes, ",
                      limits_.record_bytes);
  const bool stored = record.method == zip::kStored;
  Ref<Storage> content = stored ? slice(bytes_, record.data_offset, record.size) : HEDDLE_TRY(inflate(record));
  // Zero stands for "not computed": PyTorch can be told to leave checksums out.
  if (record.crc != 0 && (!stored || record.size <= kVerifiedBytes) &&
      crc_of(static_cast<const unsigned char*>(content->data()), content->bytes()) != record.crc) {
    return broken("record ", quoted(record.name), " is damaged (its checksum does not match its content)");
  }
  if (reinterpret_cast<uintptr_t>(content->data()) % alignment != 0) {
    return copy_bytes(content->data(), content->bytes());
  }
  return content;
}

Result<std::string> ZipReader::read_text(const ZipRecord& record) const {
  const Ref<Storage> content = HEDDLE_TRY(read(record));
  return std::string(static_cast<const char*>(content->data()), content->bytes());
}

Result<Ref<Storage>> ZipReader::inflate(const ZipRecord& record) const {
  const uint64_t allowance = limits_.expanded_bytes
                                 ? limits_.expanded_bytes
                                 : std::max(kInflateAllowance, kInflateFactor * uint64_t{bytes_->bytes()});
  if (record.size > allowance ||
      inflated_.fetch_add(record.size, std::memory_order_relaxed) > allowance - record.size) {
    return error(ErrorCode::kLimit, "cannot read ", quoted(name_), ": its compressed records inflate to more than ",
                 allowance, " bytes (expanded_bytes); write the archive without compression");
  }
  Ref<Storage> content = HEDDLE_TRY(Storage::allocate(record.size));
  z_stream stream{};
  constexpr int kRawDeflate = -15;
  if (inflateInit2(&stream, kRawDeflate) != Z_OK) return error(ErrorCode::kLimit, "no memory to inflate a record");
  uint64_t in = record.packed_size;
  uint64_t out = record.size;
  stream.next_in = const_cast<unsigned char*>(at(record.data_offset));
  stream.next_out = static_cast<unsigned char*>(content->data());
  int outcome = Z_OK;
  constexpr uint64_t kPiece = std::numeric_limits<uInt>::max();
  // zlib counts in 32 bits, so both ends are fed in pieces.
  while (outcome == Z_OK) {
    if (stream.avail_in == 0) in -= stream.avail_in = static_cast<uInt>(std::min(in, kPiece));
    if (stream.avail_out == 0) out -= stream.avail_out = static_cast<uInt>(std::min(out, kPiece));
    outcome = ::inflate(&stream, Z_NO_FLUSH);
  }
  const bool complete = outcome == Z_STREAM_END && out == 0 && stream.avail_out == 0;
  inflateEnd(&stream);
  if (!complete) {
    return broken("record ", quoted(record.name), " is damaged (it does not inflate to the ", record.size,
                  " bytes announced)");
  }
  return content;
}

}  // namespace heddle::archive
