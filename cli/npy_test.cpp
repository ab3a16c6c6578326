#include "cli/npy.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "cli/elements.h"

namespace heddle::cli {
namespace {

// As numpy.save writes it: the header padded so that the data begins at a multiple of 64.
std::string npy(std::string header, std::string_view data, char version = 1) {
  const size_t counted = version == 1 ? 2 : 4;
  while ((8 + counted + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string text("\x93NUMPY");
  text += version;
  text += '\0';
  for (size_t i = 0; i < counted; ++i) text += static_cast<char>(header.size() >> (8 * i));
  return text + header + std::string(data);
}

Result<Tensor> read(const std::string& text) { return read_npy(as_bytes(text), "x.npy"); }

std::string failure(const std::string& text) {
  const Result<Tensor> result = read(text);
  return result.ok() ? "no failure" : result.status().message();
}

TEST(Npy, ReadsRowMajor) {
  const float values[] = {1, 2, 3, 4, 5, 6};
  const std::string_view data(reinterpret_cast<const char*>(values), sizeof values);
  for (const char version : {'\1', '\2', '\3'}) {
    const Result<Tensor> result =
        read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", data, version));
    ASSERT_TRUE(result.ok()) << result.status().message();
    const Tensor& tensor = result.value();
    EXPECT_EQ(tensor.dtype(), DType::kFloat32);
    EXPECT_EQ(tensor.sizes(), (Dims{2, 3}));
    EXPECT_EQ(std::memcmp(tensor.raw_data(), values, sizeof values), 0);
  }
}

TEST(Npy, ReadsFortranOrderAndBigEndian) {
  const std::string data("\0\1\0\4\0\2\0\5\0\3\0\6", 12);
  const Result<Tensor> result = read(npy("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }", data));
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result.value().strides(), (Dims{1, 2}));
  std::vector<int64_t> seen;
  for_each_element(result.value(),
                   [&](const Dims&, int64_t offset) { seen.push_back(element_at(result.value(), offset).to_int()); });
  EXPECT_EQ(seen, (std::vector<int64_t>{1, 2, 3, 4, 5, 6}));
}

TEST(Npy, ReadsScalarsAndEmptyArrays) {
  const Result<Tensor> scalar = read(npy("{'descr': '|b1', 'fortran_order': False, 'shape': (), }", "\1"));
  ASSERT_TRUE(scalar.ok());
  EXPECT_EQ(scalar.value().dim(), 0);
  const Result<Tensor> empty = read(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 0), }", ""));
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ(empty.value().sizes(), (Dims{3, 0}));
}

TEST(Npy, BoolsAreZeroOrOne) {
  const Result<Tensor> result =
      read(npy("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", std::string("\x7f\0", 2)));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value().data<uint8_t>()[0], 1);
}

TEST(Npy, WritesWhatItReads) {
  const Tensor base = Tensor::empty(Dims{2, 3}, DType::kInt32).value();
  for (int i = 0; i < 6; ++i) base.data<int32_t>()[i] = i * 7;
  for (const Tensor& tensor : {base, base.transpose(0, 1), base.select(0, 1), base.select(0, 1).select(0, 2)}) {
    const Result<Bytes> bytes = write_npy(tensor);
    ASSERT_TRUE(bytes.ok());
    EXPECT_EQ((bytes.value().size() - static_cast<size_t>(tensor.numel()) * 4) % 64, 0u);
    const Result<Tensor> back = read_npy(bytes.value(), "back");
    ASSERT_TRUE(back.ok()) << back.status().message();
    EXPECT_EQ(back.value().sizes(), tensor.sizes());
    const int32_t* at = back.value().data<int32_t>();
    for_each_element(tensor, [&](const Dims&, int64_t offset) { EXPECT_EQ(*at++, tensor.data<int32_t>()[offset]); });
  }
}

TEST(Npy, WritesNoBfloat16) {
  const Result<Bytes> bytes = write_npy(Tensor::empty(Dims{1}, DType::kBFloat16).value());
  ASSERT_FALSE(bytes.ok());
  EXPECT_NE(bytes.status().message().find("bfloat16"), std::string::npos);
}

TEST(Npy, RefusesWhatIsBroken) {
  const std::string whole = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", std::string(24, '\0'));
  EXPECT_EQ(failure(""), "x.npy is no .npy file: it does not begin as one");
  EXPECT_EQ(failure(whole.substr(0, 40)), "x.npy ends inside its .npy header");
  EXPECT_EQ(failure(whole.substr(0, whole.size() - 1)),
            "x.npy is cut off: an array of shape [2, 3] needs 24 bytes of data, there are 23");
  for (size_t cut = 0; cut < whole.size(); ++cut) EXPECT_NE(failure(whole.substr(0, cut)), "no failure") << cut;
  EXPECT_NE(failure(npy("{'descr': '<u4', 'fortran_order': False, 'shape': (1,), }", "1234")).find("no PyTorch type"),
            std::string::npos);
  EXPECT_NE(
      failure(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "1234")).find("structured"),
      std::string::npos);
  for (const char* header : {"", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': 3, 'shape': (1,), }",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (1", "{'evil': '<f4', }",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }"}) {
    EXPECT_NE(failure(npy(header, "1234")).find("broken .npy header"), std::string::npos) << header;
  }
}

TEST(Npy, RefusesSizesBeyondMemory) {
  EXPECT_NE(
      failure(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 1000000), }", "1234")).find("cut off"),
      std::string::npos);
  EXPECT_NE(failure(npy("{'descr': '<f8', 'fortran_order': True, 'shape': (4611686018427387904, 4), }", "1234")),
            "no failure");
}

}  // namespace
}  // namespace heddle::cli
