#include "small_zip.h"

#include <zlib.h>

#include <cstring>

namespace heddle::fuzz {
namespace {

constexpr size_t kEndSize = 22;
constexpr size_t kEntrySize = 46;
constexpr size_t kLocalSize = 30;
constexpr size_t kAlignment = 64;

uint32_t number(std::string_view bytes, size_t at, int width) {
  uint32_t value = 0;
  for (int i = width - 1; i >= 0; --i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<size_t>(i)]);
  return value;
}

void put(std::string& out, uint64_t value, int width) {
  for (int i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i));
}

void put_common(std::string& out, const Record& record, size_t extra) {
  put(out, 0, 2);  // flags
  put(out, 0, 2);  // stored
  put(out, 0, 4);  // time
  put(out, crc32(0, reinterpret_cast<const Bytef*>(record.bytes.data()), static_cast<uInt>(record.bytes.size())), 4);
  put(out, record.bytes.size(), 4);
  put(out, record.bytes.size(), 4);
  put(out, record.name.size(), 2);
  put(out, extra, 2);
}

}  // namespace

std::optional<std::vector<Record>> read_zip(std::string_view bytes) {
  const size_t end = bytes.rfind("PK\x05\x06");
  if (end == std::string_view::npos || end + kEndSize > bytes.size()) return std::nullopt;
  const size_t count = number(bytes, end + 10, 2);
  size_t at = number(bytes, end + 16, 4);
  std::vector<Record> records;
  for (size_t i = 0; i < count; ++i) {
    if (at > bytes.size() || bytes.size() - at < kEntrySize || number(bytes, at + 10, 2) != 0) return std::nullopt;
    const size_t size = number(bytes, at + 24, 4);
    const size_t name = number(bytes, at + 28, 2);
    const size_t local = number(bytes, at + 42, 4);
    if (bytes.size() - at - kEntrySize < name || local > bytes.size() || bytes.size() - local < kLocalSize)
      return std::nullopt;
    const size_t data = local + kLocalSize + number(bytes, local + 26, 2) + number(bytes, local + 28, 2);
    if (data > bytes.size() || bytes.size() - data < size) return std::nullopt;
    records.push_back({std::string(bytes.substr(at + kEntrySize, name)), std::string(bytes.substr(data, size))});
    at += kEntrySize + name + number(bytes, at + 30, 2) + number(bytes, at + 32, 2);
  }
  return records;
}

std::string write_zip(const std::vector<Record>& records) {
  std::string out;
  std::string directory;
  for (const Record& record : records) {
    const size_t local = out.size();
    const size_t unpadded = local + kLocalSize + record.name.size() + 4;
    const size_t padding = (kAlignment - unpadded % kAlignment) % kAlignment;
    put(out, 0x04034b50, 4);
    put(out, 0, 2);
    put_common(out, record, 4 + padding);
    out += record.name;
    put(out, 0x4246, 2);  // PyTorch's own padding
    put(out, padding, 2);
    out.append(padding, 'Z');
    out += record.bytes;
    put(directory, 0x02014b50, 4);
    put(directory, 0, 4);
    put_common(directory, record, 0);
    put(directory, 0, 10);
    put(directory, 0, 2);
    put(directory, local, 4);
    directory += record.name;
  }
  const size_t begin = out.size();
  out += directory;
  put(out, 0x06054b50, 4);
  put(out, 0, 4);
  put(out, records.size(), 2);
  put(out, records.size(), 2);
  put(out, directory.size(), 4);
  put(out, begin, 4);
  put(out, 0, 2);
  return out;
}

}  // namespace heddle::fuzz
