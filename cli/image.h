// Photographs as input: PNG and JPEG files to tensors, with the preparation that image models are usually trained with.
// Pixels equal Pillow's, in decoding (but for JPEG's freedom of rounding), gray levels and resizing. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/file.h"
#include "core/tensor.h"

namespace heddle::cli {

// 8-bit pixels, row after row, the channels of a pixel together.
struct Image {
  int width = 0;
  int height = 0;
  int channels = 3;  // 3: red, green, blue; 1: gray
  std::vector<uint8_t> pixels;
};

struct ImageOptions {
  struct Size {
    int width = 0;
    int height = 0;
  };
  std::optional<Size> resize;
  std::vector<double> mean;  // empty, one value, or one a channel; subtracted after scaling to 0..1
  std::vector<double> std;   // the same, divided by
  bool gray = false;         // one channel instead of three
};

// Transparency is dropped, 16-bit channels become 8-bit, gray pictures become three equal channels. Fails, naming
// `name`, for files that are neither PNG nor JPEG, broken ones, and pictures of more than 2^28 pixels.
Result<Image> decode_image(std::span<const std::byte> bytes, std::string_view name);

// ITU-R 601 luma, rounded as Pillow's convert("L") rounds it.
Image to_gray(const Image& image);

// float32 [1, channels, height, width] in 0..1, then (value - mean) / std. Fails when mean or std do not fit the
// channels.
Result<Tensor> image_to_tensor(const Image& image, const ImageOptions& options);

// decode_image, gray, resize, image_to_tensor, as the options say.
Result<Tensor> read_image(std::span<const std::byte> bytes, std::string_view name, const ImageOptions& options);

}  // namespace heddle::cli
