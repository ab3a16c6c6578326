// The numbers of the zip format (APPNOTE 6.3) that the reader and the writer share, and little-endian access to bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace heddle::archive::zip {

constexpr uint32_t kLocalHeader = 0x04034b50;
constexpr uint32_t kCentralHeader = 0x02014b50;
constexpr uint32_t kEnd = 0x06054b50;
constexpr uint32_t kEnd64 = 0x06064b50;
constexpr uint32_t kEnd64Locator = 0x07064b50;

constexpr size_t kLocalHeaderSize = 30;
constexpr size_t kCentralHeaderSize = 46;
constexpr size_t kEndSize = 22;
constexpr size_t kEnd64Size = 56;
constexpr size_t kEnd64LocatorSize = 20;
constexpr size_t kLongestComment = 0xffff;

constexpr uint16_t kStored = 0;
constexpr uint16_t kDeflated = 8;
constexpr uint16_t kEncryptedFlag = 1;
constexpr uint16_t kDescriptorFlag = 8;  // sizes and checksum follow the data; the local header need not have them
constexpr uint16_t kUtf8Flag = 0x800;

constexpr uint16_t kExtra64 = 1;            // the extra field with 64-bit sizes
constexpr uint16_t kExtraPadding = 0x4246;  // what PyTorch fills gaps with ("FB"); readers skip what they do not know

// A 16 or 32-bit field of this value says that the true one stands in a zip64 record.
constexpr uint16_t kIn64Short = 0xffff;
constexpr uint32_t kIn64 = 0xffffffff;

// Byte-wise, so that it works on any address and any host; compilers make one load of it.
template <class T>
T get(const unsigned char* at) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value | static_cast<T>(at[i]) << (8 * i));
  return value;
}

template <class T>
void put(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(static_cast<uint64_t>(value) >> (8 * i));
}

}  // namespace heddle::archive::zip
