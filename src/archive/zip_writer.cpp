#include "archive/zip_writer.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "archive/zip_format.h"

namespace heddle::archive {
namespace {

using zip::put;

constexpr uint16_t kVersionNeeded = 20;
constexpr uint16_t kVersionNeeded64 = 45;
// 1980-01-01, the earliest date the format knows: the same value gives the same file.
constexpr uint32_t kDosTime = 0x00210000;

uint32_t crc_of(const void* data, size_t size) {
  return static_cast<uint32_t>(::crc32_z(0, static_cast<const unsigned char*>(data), size));
}

uint32_t narrow(uint64_t value) { return value >= zip::kIn64 ? zip::kIn64 : static_cast<uint32_t>(value); }

template <class Record>
bool is_wide(const Record& record) {
  return record.size >= zip::kIn64 || record.packed_size >= zip::kIn64;
}

// The field with what does not fit into 32 bits, or nothing. Local headers do not tell the offset.
template <class Record>
std::string zip64_field(const Record& record, bool with_offset) {
  std::string values;
  if (is_wide(record)) {
    put<uint64_t>(values, record.size);
    put<uint64_t>(values, record.packed_size);
  }
  if (with_offset && record.offset >= zip::kIn64) put<uint64_t>(values, record.offset);
  if (values.empty()) return values;
  std::string field;
  put<uint16_t>(field, zip::kExtra64);
  put<uint16_t>(field, static_cast<uint16_t>(values.size()));
  return field + values;
}

// What local and central headers have in common.
template <class Record>
void put_common(std::string& out, const Record& record, size_t extra_size) {
  put<uint16_t>(out, is_wide(record) ? kVersionNeeded64 : kVersionNeeded);
  put<uint16_t>(out, zip::kUtf8Flag);
  put<uint16_t>(out, record.method);
  put<uint32_t>(out, kDosTime);
  put<uint32_t>(out, record.crc);
  put<uint32_t>(out, is_wide(record) ? zip::kIn64 : static_cast<uint32_t>(record.packed_size));
  put<uint32_t>(out, is_wide(record) ? zip::kIn64 : static_cast<uint32_t>(record.size));
  put<uint16_t>(out, static_cast<uint16_t>(record.name.size()));
  put<uint16_t>(out, static_cast<uint16_t>(extra_size));
}

}  // namespace

Status ZipWriter::add_stored(std::string_view name, const void* data, size_t size) {
  return add({std::string(name), size, size, position_, crc_of(data, size), zip::kStored}, data, true);
}

Status ZipWriter::add_deflated(std::string_view name, std::string_view text) {
  z_stream stream{};
  constexpr int kRawDeflate = -15;
  constexpr int kMemory = 8;
  HEDDLE_REQUIRE_CODE(text.size() <= std::numeric_limits<uInt>::max(), kLimit, "record ", quoted(name),
                      " is too long to deflate");
  HEDDLE_REQUIRE_CODE(
      deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawDeflate, kMemory, Z_DEFAULT_STRATEGY) == Z_OK,
      kLimit, "no memory to deflate a record");
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int outcome = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  HEDDLE_REQUIRE_CODE(outcome == Z_STREAM_END, kRuntime, "record ", quoted(name), " does not deflate");
  return add(
      {std::string(name), text.size(), packed.size(), position_, crc_of(text.data(), text.size()), zip::kDeflated},
      packed.data(), false);
}

Status ZipWriter::add(Record record, const void* packed, bool aligned) {
  HEDDLE_REQUIRE(record.name.size() <= std::numeric_limits<uint16_t>::max(), "a record's name of ", record.name.size(),
                 " bytes is too long");
  std::string extra = zip64_field(record, false);
  const uint64_t start = position_ + zip::kLocalHeaderSize + record.name.size() + extra.size();
  if (aligned && start % kAlignment) {
    constexpr uint64_t kFieldHeader = 4;
    const uint64_t padding = kAlignment - (start + kFieldHeader) % kAlignment;
    put<uint16_t>(extra, zip::kExtraPadding);
    put<uint16_t>(extra, static_cast<uint16_t>(padding));
    extra.append(padding, '\0');
  }
  std::string header;
  put<uint32_t>(header, zip::kLocalHeader);
  put_common(header, record, extra.size());
  header += record.name;
  header += extra;
  HEDDLE_TRY(write(header.data(), header.size()));
  HEDDLE_TRY(write(packed, record.packed_size));
  records_.push_back(std::move(record));
  return ok_status();
}

Status ZipWriter::finish() {
  std::string directory;
  for (const Record& record : records_) {
    const std::string extra = zip64_field(record, true);
    put<uint32_t>(directory, zip::kCentralHeader);
    put<uint16_t>(directory, kVersionNeeded64);
    put_common(directory, record, extra.size());
    put<uint16_t>(directory, uint16_t{0});  // length of a comment
    put<uint16_t>(directory, uint16_t{0});  // disk
    put<uint16_t>(directory, uint16_t{0});  // attributes inside and
    put<uint32_t>(directory, uint32_t{0});  // outside of the archive
    put<uint32_t>(directory, narrow(record.offset));
    directory += record.name;
    directory += extra;
  }
  const uint64_t start = position_;
  const uint64_t count = records_.size();
  const uint64_t size = directory.size();
  if (start >= zip::kIn64 || size >= zip::kIn64 || count >= zip::kIn64Short) {
    const uint64_t end64 = start + size;
    put<uint32_t>(directory, zip::kEnd64);
    put<uint64_t>(directory, zip::kEnd64Size - 12);  // of what follows this field
    put<uint16_t>(directory, kVersionNeeded64);
    put<uint16_t>(directory, kVersionNeeded64);
    put<uint32_t>(directory, uint32_t{0});  // this disk, and the one of the directory
    put<uint32_t>(directory, uint32_t{0});
    put<uint64_t>(directory, count);
    put<uint64_t>(directory, count);
    put<uint64_t>(directory, size);
    put<uint64_t>(directory, start);
    put<uint32_t>(directory, zip::kEnd64Locator);
    put<uint32_t>(directory, uint32_t{0});
    put<uint64_t>(directory, end64);
    put<uint32_t>(directory, uint32_t{1});  // disks
  }
  const auto short_count = static_cast<uint16_t>(std::min<uint64_t>(count, zip::kIn64Short));
  put<uint32_t>(directory, zip::kEnd);
  put<uint16_t>(directory, uint16_t{0});
  put<uint16_t>(directory, uint16_t{0});
  put<uint16_t>(directory, short_count);
  put<uint16_t>(directory, short_count);
  put<uint32_t>(directory, narrow(size));
  put<uint32_t>(directory, narrow(start));
  put<uint16_t>(directory, uint16_t{0});  // length of a comment
  HEDDLE_TRY(write(directory.data(), directory.size()));
  out_.flush();
  HEDDLE_REQUIRE_CODE(out_.good(), kRuntime, "the archive cannot be written: the stream failed");
  return ok_status();
}

Status ZipWriter::write(const void* data, size_t size) {
  out_.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
  HEDDLE_REQUIRE_CODE(out_.good(), kRuntime, "the archive cannot be written: the stream failed after ", position_,
                      " bytes");
  position_ += size;
  return ok_status();
}

}  // namespace heddle::archive
