#include "cli/wav.h"

#include <gtest/gtest.h>

#include <string>

#include "cli/file.h"

namespace heddle::cli {
namespace {

std::string little(uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string wav(uint32_t encoding, uint32_t channels, uint32_t bits, const std::string& data,
                const std::string& before_data = "") {
  const std::string format = little(encoding, 2) + little(channels, 2) + little(16000, 4) +
                             little(16000 * channels * bits / 8, 4) + little(channels * bits / 8, 2) + little(bits, 2);
  const std::string chunks =
      "fmt " + little(16, 4) + format + before_data + "data" + little(static_cast<uint32_t>(data.size()), 4) + data;
  return "RIFF" + little(static_cast<uint32_t>(chunks.size() + 4), 4) + "WAVE" + chunks;
}

std::vector<float> samples(const std::string& text) {
  const Result<Tensor> result = read_wav(as_bytes(text), "x.wav");
  if (!result.ok()) {
    ADD_FAILURE() << result.status().message();
    return {};
  }
  EXPECT_EQ(result.value().sizes(), (Dims{1, result.value().numel()}));
  return std::vector<float>(result.value().data<float>(), result.value().data<float>() + result.value().numel());
}

TEST(Wav, ReadsPcm) {
  EXPECT_EQ(samples(wav(1, 1, 16, little(0x8000, 2) + little(0x4000, 2))), (std::vector<float>{-1, 0.5}));
  EXPECT_EQ(samples(wav(1, 1, 8, std::string("\0\x80\xc0", 3))), (std::vector<float>{-1, 0, 0.5}));
  EXPECT_EQ(samples(wav(1, 1, 24, little(0x800000, 3) + little(0x400000, 3))), (std::vector<float>{-1, 0.5}));
  EXPECT_EQ(samples(wav(1, 1, 32, little(0xc0000000, 4))), (std::vector<float>{-0.5}));
}

TEST(Wav, ReadsFloat) { EXPECT_EQ(samples(wav(3, 1, 32, little(0x3f400000, 4))), (std::vector<float>{0.75})); }

TEST(Wav, AveragesChannels) {
  EXPECT_EQ(samples(wav(1, 2, 16, little(0x4000, 2) + little(0, 2))), (std::vector<float>{0.25}));
}

TEST(Wav, SkipsOtherChunks) {
  // An odd chunk is padded to an even offset.
  const std::string list = "LIST" + little(3, 4) + std::string("abc\0", 4);
  EXPECT_EQ(samples(wav(1, 1, 16, little(0x4000, 2), list)), (std::vector<float>{0.5}));
}

TEST(Wav, RefusesWhatIsBroken) {
  const std::string whole = wav(1, 1, 16, std::string(8, '\1'));
  for (size_t cut = 0; cut < whole.size(); ++cut) {
    EXPECT_FALSE(read_wav(as_bytes(whole.substr(0, cut)), "x.wav").ok()) << cut;
  }
  EXPECT_FALSE(read_wav(as_bytes(wav(1, 0, 16, "1234")), "x.wav").ok());
  EXPECT_EQ(read_wav(as_bytes(wav(2, 1, 4, "1234")), "x.wav").status().code(), ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace heddle::cli
