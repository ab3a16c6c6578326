#include "archive/zip_reader.h"

#include <gtest/gtest.h>

#include <functional>

#include "archive/archive_test_util.h"
#include "archive/zip_format.h"

namespace heddle::archive {
namespace {

using test::make_zip;
using test::to_storage;

Result<Ref<ZipReader>> open(const std::string& bytes) { return ZipReader::open(to_storage(bytes), "file.pt"); }

std::string error_of(const std::string& bytes) {
  auto zip = open(bytes);
  return zip.ok() ? "no error" : zip.status().message();
}

void expect_error(const std::string& bytes, const std::string& part) {
  const std::string message = error_of(bytes);
  EXPECT_NE(message.find(part), message.npos) << message;
  EXPECT_NE(message.find("'file.pt'"), message.npos) << message;
}

const std::string kLong(5000, 'x');

// Two stored records and a deflated one.
std::string sample() { return make_zip({{"m/a", "first"}, {"m/b", "second"}, {"m/c.py", kLong}}); }

// `bytes` with the field at `offset` of the n-th header with this signature changed.
template <class T>
std::string with_field(std::string bytes, uint32_t signature, size_t n, size_t offset, T value) {
  std::string mark;
  zip::put<uint32_t>(mark, signature);
  size_t at = bytes.find(mark);
  while (n-- > 0) at = bytes.find(mark, at + 1);
  std::string field;
  zip::put<T>(field, value);
  return bytes.replace(at + offset, field.size(), field);
}

TEST(ZipReader, ReadsStoredAndDeflatedRecords) {
  auto zip = open(sample());
  ASSERT_TRUE(zip.ok()) << zip.status().message();
  const ZipReader& reader = **zip;
  ASSERT_EQ(reader.records().size(), 3u);
  EXPECT_EQ(*reader.read_text(*reader.find("m/a")), "first");
  EXPECT_EQ(*reader.read_text(*reader.find("m/b")), "second");
  EXPECT_EQ(*reader.read_text(*reader.find("m/c.py")), kLong);
  EXPECT_EQ(reader.find("m/d"), nullptr);
}

TEST(ZipReader, HandsOutStoredRecordsInPlace) {
  const Ref<Storage> bytes = to_storage(sample());
  auto zip = ZipReader::open(bytes, "file.pt");
  const ZipReader& reader = **zip;
  const auto inside = [&](const Storage& content) {
    const auto* begin = static_cast<const char*>(bytes->data());
    const auto* data = static_cast<const char*>(content.data());
    return data >= begin && data < begin + bytes->bytes();
  };
  EXPECT_TRUE(inside(**reader.read(*reader.find("m/a"), 64)));
  EXPECT_FALSE(inside(**reader.read(*reader.find("m/c.py"))));
  // The same archive one byte further on: what was aligned is copied.
  const std::string shifted = "?" + sample();
  const Ref<Storage> whole = to_storage(shifted);
  auto moved = ZipReader::open(slice(whole, 1, whole->bytes() - 1), "file.pt");
  EXPECT_EQ(reinterpret_cast<uintptr_t>((*(*moved)->read(*(*moved)->find("m/a"), 16))->data()) % 16, 0u);
}

TEST(ZipReader, ReadsEmptyArchivesAndComments) {
  EXPECT_TRUE(open(make_zip({})).ok());
  std::string commented = with_field<uint16_t>(sample(), zip::kEnd, 0, 20, 5) + "hello";
  EXPECT_TRUE(open(commented).ok());
}

TEST(ZipReader, ReadsZip64) {
  test::Records many;
  for (int i = 0; i < 66'000; ++i) many.emplace_back(std::to_string(i), "");
  auto zip = open(make_zip(many));
  ASSERT_TRUE(zip.ok()) << zip.status().message();
  EXPECT_EQ((*zip)->records().size(), many.size());

  // Sizes and offset of the one record moved into the zip64 field.
  const std::string plain = make_zip({{"a", "content"}});
  const size_t central = plain.find("PK\1\2");
  std::string field;
  zip::put<uint16_t>(field, zip::kExtra64);
  zip::put<uint16_t>(field, uint16_t{24});
  for (const uint64_t value : {7, 7, 0}) zip::put<uint64_t>(field, value);
  std::string wide = plain;
  wide.insert(central + zip::kCentralHeaderSize + 1, field);
  for (const size_t offset : {20, 24, 42})
    wide = with_field<uint32_t>(wide, zip::kCentralHeader, 0, offset, zip::kIn64);
  wide = with_field<uint16_t>(wide, zip::kCentralHeader, 0, 30, 28);
  wide = with_field<uint32_t>(wide, zip::kEnd, 0, 12, static_cast<uint32_t>(zip::kCentralHeaderSize + 1 + 28));
  auto reader = open(wide);
  ASSERT_TRUE(reader.ok()) << reader.status().message();
  EXPECT_EQ(*(*reader)->read_text(*(*reader)->find("a")), "content");
  expect_error(with_field<uint16_t>(wide, zip::kCentralHeader, 0, zip::kCentralHeaderSize + 1, 7), "lacks the zip64");
}

TEST(ZipReader, TrustsTheDirectoryWhereADescriptorFollowsTheData) {
  std::string bytes = sample();
  bytes = with_field<uint16_t>(bytes, zip::kLocalHeader, 0, 6, zip::kDescriptorFlag);
  bytes = with_field<uint32_t>(bytes, zip::kLocalHeader, 0, 18, 0);
  bytes = with_field<uint32_t>(bytes, zip::kLocalHeader, 0, 22, 0);
  auto zip = open(bytes);
  ASSERT_TRUE(zip.ok()) << zip.status().message();
  EXPECT_EQ(*(*zip)->read_text(*(*zip)->find("m/a")), "first");
}

TEST(ZipReader, RefusesEveryTruncation) {
  const std::string whole = sample();
  for (size_t length = 0; length < whole.size(); ++length) {
    auto zip = open(whole.substr(0, length));
    ASSERT_FALSE(zip.ok()) << length;
  }
  expect_error(whole.substr(0, whole.size() - 1), "truncated");
}

TEST(ZipReader, RefusesADirectoryThatDoesNotFitTheFile) {
  const std::string good = sample();
  expect_error(with_field<uint32_t>(good, zip::kEnd, 0, 16, 0xfffffff0), "passes the end");
  expect_error(with_field<uint32_t>(good, zip::kEnd, 0, 12, 0x7fffffff), "passes the end");
  expect_error(with_field<uint16_t>(good, zip::kEnd, 0, 8, 2), "several files");
  std::string fewer = with_field<uint16_t>(good, zip::kEnd, 0, 8, 2);
  expect_error(with_field<uint16_t>(fewer, zip::kEnd, 0, 10, 2), "after the 2 records");
  std::string more = with_field<uint16_t>(good, zip::kEnd, 0, 8, 4);
  expect_error(with_field<uint16_t>(more, zip::kEnd, 0, 10, 4), "cannot hold the 4 records");
  std::string impossible = with_field<uint16_t>(good, zip::kEnd, 0, 8, 0xfff);
  expect_error(with_field<uint16_t>(impossible, zip::kEnd, 0, 10, 0xfff), "cannot hold");
  expect_error(with_field<uint32_t>(good, zip::kCentralHeader, 1, 0, 0), "record 2 of 3");
  expect_error(with_field<uint16_t>(good, zip::kCentralHeader, 2, 30, 0xffff), "damaged at record 3");
}

TEST(ZipReader, RefusesRecordsThatContradictTheirHeaders) {
  const std::string good = sample();
  expect_error(with_field<uint32_t>(good, zip::kCentralHeader, 0, 42, 0x7ffffff0), "outside of the file");
  expect_error(with_field<uint32_t>(good, zip::kCentralHeader, 0, 42, 3), "no header");
  expect_error(with_field<char>(good, zip::kLocalHeader, 0, zip::kLocalHeaderSize, 'x'), "disagree");
  expect_error(with_field<uint16_t>(good, zip::kLocalHeader, 1, 8, zip::kDeflated), "disagree");
  expect_error(with_field<uint32_t>(good, zip::kLocalHeader, 1, 22, 7), "disagree about its size");
  expect_error(with_field<uint16_t>(good, zip::kLocalHeader, 2, 28, 0xffff), "passes the end");
  expect_error(with_field<uint32_t>(with_field<uint16_t>(good, zip::kLocalHeader, 0, 6, zip::kDescriptorFlag),
                                    zip::kCentralHeader, 0, 24, 9),
               "stored as 5 bytes but announces 9");
  std::string bomb = with_field<uint16_t>(good, zip::kLocalHeader, 2, 6, zip::kDescriptorFlag);
  expect_error(with_field<uint32_t>(bomb, zip::kCentralHeader, 2, 24, 0x7fffffff), "cannot inflate to");
}

TEST(ZipReader, RefusesDuplicateAndOverlappingRecords) {
  expect_error(make_zip({{"m/a", "first"}, {"m/a", "second"}}), "two records named 'm/a'");
  // Two directory entries of different names over one record: its bytes hold the header of the other.
  std::string inner = make_zip({{"m/b", "second"}});
  std::string outer = make_zip({{"m/a", inner.substr(0, inner.find("PK\1\2"))}, {"m/b", "second"}});
  const size_t nested = outer.find("PK\3\4", 1);
  expect_error(with_field<uint32_t>(outer, zip::kCentralHeader, 1, 42, static_cast<uint32_t>(nested)), "overlap");
}

TEST(ZipReader, RefusesToReadDamagedContent) {
  const auto read_error = [](const std::string& bytes, const std::string& name) {
    auto zip = open(bytes);
    if (!zip.ok()) return "does not open: " + zip.status().message();
    const auto content = (*zip)->read_text(*(*zip)->find(name));
    return content.ok() ? "no error" : content.status().message();
  };
  std::string flipped = sample();
  flipped[flipped.find("second") + 2] ^= 1;
  EXPECT_NE(read_error(flipped, "m/b").find("checksum"), std::string::npos);
  EXPECT_EQ(read_error(flipped, "m/a"), "no error");
  std::string packed = sample();
  packed[packed.find("m/c.py") + 6 + 3] ^= 0x55;
  EXPECT_NE(read_error(packed, "m/c.py").find("damaged"), std::string::npos);
  std::string longer = with_field<uint16_t>(sample(), zip::kLocalHeader, 2, 6, zip::kDescriptorFlag);
  longer = with_field<uint32_t>(longer, zip::kCentralHeader, 2, 24, 5001);
  EXPECT_NE(read_error(longer, "m/c.py").find("5001"), std::string::npos);
  const std::string encrypted = with_field<uint16_t>(sample(), zip::kCentralHeader, 0, 8, zip::kEncryptedFlag);
  EXPECT_NE(read_error(encrypted, "m/a").find("encrypted"), std::string::npos);
  std::string method = with_field<uint16_t>(sample(), zip::kCentralHeader, 0, 10, 14);
  method = with_field<uint16_t>(method, zip::kLocalHeader, 0, 8, 14);
  EXPECT_NE(read_error(method, "m/a").find("method 14"), std::string::npos);
  // PyTorch leaves checksums out where it is told to; zero says so.
  const std::string unchecked = with_field<uint32_t>(flipped, zip::kCentralHeader, 1, 16, 0);
  EXPECT_EQ(read_error(unchecked, "m/b"), "no error");
}

TEST(ZipReader, SurvivesDamage) {
  std::mt19937 random(1);
  const std::string good = sample();
  for (int i = 0; i < 5000; ++i) {
    auto zip = open(test::damaged(good, random));
    if (!zip.ok()) continue;
    for (const ZipRecord& record : (*zip)->records()) (void)(*zip)->read_text(record);
  }
}

}  // namespace
}  // namespace heddle::archive
