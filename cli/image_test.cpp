#include "cli/image.h"

#include <gtest/gtest.h>
#include <png.h>
#include <turbojpeg.h>

#include <memory>
#include <string>

#include "cli/resize.h"

namespace heddle::cli {
namespace {

// A picture with no symmetry, of which Pillow's results below were taken.
Image picture(int width, int height) {
  Image image{width, height, 3, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        image.pixels.push_back(static_cast<uint8_t>((x * x * 37 + y * 91 + c * 53 + x * y * 13) % 256));
      }
    }
  }
  return image;
}

Bytes png_of(const void* pixels, int width, int height, uint32_t format) {
  png_image png = {};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<uint32_t>(width);
  png.height = static_cast<uint32_t>(height);
  png.format = format;
  Bytes bytes(1 << 16);
  size_t size = bytes.size();
  EXPECT_TRUE(png_image_write_to_memory(&png, bytes.data(), &size, 0, pixels, 0, nullptr)) << png.message;
  bytes.resize(size);
  return bytes;
}

Bytes jpeg_of(const Image& image, int pixel_format = TJPF_RGB) {
  const std::unique_ptr<void, int (*)(tjhandle)> jpeg(tjInitCompress(), tjDestroy);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(tjCompress2(jpeg.get(), image.pixels.data(), image.width, 0, image.height, pixel_format, &data, &size,
                        TJSAMP_444, 100, 0),
            0);
  Bytes bytes(reinterpret_cast<std::byte*>(data), reinterpret_cast<std::byte*>(data) + size);
  tjFree(data);
  return bytes;
}

TEST(Image, DecodesPng) {
  const Image image = picture(7, 5);
  const Result<Image> result = decode_image(png_of(image.pixels.data(), 7, 5, PNG_FORMAT_RGB), "x.png");
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result.value().width, 7);
  EXPECT_EQ(result.value().height, 5);
  EXPECT_EQ(result.value().pixels, image.pixels);
}

TEST(Image, DecodesGrayPngToThreeChannels) {
  const uint8_t gray[] = {0, 100, 200, 255};
  const Result<Image> result = decode_image(png_of(gray, 2, 2, PNG_FORMAT_GRAY), "x.png");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value().pixels, (std::vector<uint8_t>{0, 0, 0, 100, 100, 100, 200, 200, 200, 255, 255, 255}));
}

TEST(Image, DropsTransparency) {
  const uint8_t rgba[] = {10, 20, 30, 0, 40, 50, 60, 128};
  const Result<Image> result = decode_image(png_of(rgba, 2, 1, PNG_FORMAT_RGBA), "x.png");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value().pixels, (std::vector<uint8_t>{10, 20, 30, 40, 50, 60}));
}

TEST(Image, DecodesJpeg) {
  Image flat{16, 8, 3, std::vector<uint8_t>(16 * 8 * 3, 90)};
  const Result<Image> result = decode_image(jpeg_of(flat), "x.jpg");
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result.value().width, 16);
  EXPECT_EQ(result.value().height, 8);
  for (const uint8_t p : result.value().pixels) EXPECT_NEAR(p, 90, 1);
}

TEST(Image, RefusesBrokenFiles) {
  const Image image = picture(16, 16);
  for (const Bytes& whole : {png_of(image.pixels.data(), 16, 16, PNG_FORMAT_RGB), jpeg_of(image)}) {
    // The last bytes of either format hold no pixels.
    for (size_t cut = 0; cut + 16 < whole.size(); cut += 7) {
      const Result<Image> result = decode_image(std::span(whole).first(cut), "x.img");
      ASSERT_FALSE(result.ok()) << cut << " of " << whole.size();
      EXPECT_NE(result.status().message().find("x.img"), std::string::npos);
    }
  }
  EXPECT_EQ(decode_image(as_bytes("GIF89a..."), "x.gif").status().message(), "x.gif is neither a PNG nor a JPEG file");
}

TEST(Image, RefusesHugeSizes) {
  // A valid header that promises 2^31 - 1 squared pixels: refused before memory is asked for.
  const std::string text("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x8\2\0\0\0\x76\xdd\x4c\x0b",
                         33);
  EXPECT_FALSE(decode_image(as_bytes(text), "x.png").ok());
  ImageOptions options;
  options.resize = ImageOptions::Size{1 << 20, 1 << 20};
  const Image image = picture(2, 2);
  const Result<Tensor> result = read_image(png_of(image.pixels.data(), 2, 2, PNG_FORMAT_RGB), "x.png", options);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), ErrorCode::kLimit);
}

TEST(Image, GrayAsPillow) {
  EXPECT_EQ(to_gray(picture(7, 5)).pixels,
            (std::vector<uint8_t>{43,  80, 191, 120, 123, 171, 95, 134, 184, 52, 71,  87,  100, 85,  196, 109, 169, 124,
                                  153, 77, 177, 60,  136, 107, 75, 117, 156, 90, 151, 211, 147, 128, 183, 56,  80}));
}

TEST(Image, ShrinksAsPillow) {
  EXPECT_EQ(
      resize_bilinear(picture(7, 5), 3, 2).pixels,
      (std::vector<uint8_t>{103, 129, 161, 129, 97, 145, 137, 103, 121, 135, 141, 138, 155, 101, 149, 129, 99, 152}));
  EXPECT_EQ(resize_bilinear(picture(7, 5), 2, 5).pixels,
            (std::vector<uint8_t>{67,  120, 173, 102, 155, 130, 113, 107, 160, 155, 47,  100, 165, 141, 140,
                                  143, 118, 171, 146, 74,  127, 160, 88,  141, 132, 185, 161, 106, 105, 158}));
}

TEST(Image, GrowsAsPillow) {
  const Image grown = resize_bilinear(picture(7, 5), 10, 9);
  ASSERT_EQ(grown.pixels.size(), 270u);
  const std::vector<uint8_t> first_rows(grown.pixels.begin(), grown.pixels.begin() + 60);
  EXPECT_EQ(first_rows,
            (std::vector<uint8_t>{0,   53,  106, 20,  73,  126, 65,  118, 171, 142, 195, 248, 102, 155, 208,
                                  78,  131, 184, 84,  137, 177, 138, 191, 52,  110, 163, 75,  52,  105, 158,
                                  30,  83,  136, 53,  106, 159, 79,  132, 185, 100, 153, 206, 114, 111, 164,
                                  123, 91,  144, 128, 99,  144, 125, 157, 82,  117, 132, 91,  108, 76,  129}));
}

TEST(Image, TensorIsNormalised) {
  const Image image{2, 1, 3, {0, 51, 102, 153, 204, 255}};
  ImageOptions options;
  options.mean = {0.5};
  options.std = {0.1, 0.2, 0.5};
  const Tensor tensor = image_to_tensor(image, options).value();
  EXPECT_EQ(tensor.sizes(), (Dims{1, 3, 1, 2}));
  const float expected[] = {-5, 1, -1.5f, 1.5f, -0.2f, 1};
  for (int i = 0; i < 6; ++i) EXPECT_NEAR(tensor.data<float>()[i], expected[i], 1e-6) << i;
}

TEST(Image, MeanMustFitTheChannels) {
  const Image image{1, 1, 3, {0, 0, 0}};
  ImageOptions options;
  options.mean = {0.5, 0.5};
  EXPECT_EQ(image_to_tensor(image, options).status().message(),
            "--mean has 2 values for an image of 3 channels; give one, or one a channel");
  options.mean = {};
  options.std = {0};
  EXPECT_FALSE(image_to_tensor(image, options).ok());
}

TEST(Image, ReadsGrayAndResized) {
  const Image image = picture(7, 5);
  ImageOptions options;
  options.gray = true;
  options.resize = ImageOptions::Size{4, 3};
  const Result<Tensor> tensor = read_image(png_of(image.pixels.data(), 7, 5, PNG_FORMAT_RGB), "x.png", options);
  ASSERT_TRUE(tensor.ok());
  EXPECT_EQ(tensor.value().sizes(), (Dims{1, 1, 3, 4}));
}

}  // namespace
}  // namespace heddle::cli
