#include "cli/image.h"

#include <png.h>
#include <turbojpeg.h>

#include <array>
#include <cstring>
#include <memory>

#include "cli/resize.h"

namespace heddle::cli {
namespace {

constexpr int64_t kMaxPixels = int64_t{1} << 28;

Status broken(std::string_view name, std::string_view kind, std::string_view reason) {
  return error(ErrorCode::kBadArchive, name, " is a broken ", kind, " file: ", reason);
}

// The image with its pixels allocated, or why it is refused. Before decoding, so that a header cannot ask for any
// memory.
Result<Image> make_image(int64_t width, int64_t height, std::string_view name) {
  if (width <= 0 || height <= 0 || width > kMaxPixels / height) {
    return error(ErrorCode::kLimit, name, " is ", width, " by ", height, " pixels; at most 2^28 pixels are read");
  }
  Image image;
  image.width = static_cast<int>(width);
  image.height = static_cast<int>(height);
  image.pixels.resize(static_cast<size_t>(width * height * image.channels));
  return image;
}

Result<Image> decode_png(std::span<const std::byte> bytes, std::string_view name) {
  png_image png = {};
  png.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, void (*)(png_image*)> guard(&png, [](png_image* p) { png_image_free(p); });
  if (!png_image_begin_read_from_memory(&png, bytes.data(), bytes.size())) return broken(name, "PNG", png.message);
  // Alpha is read and dropped afterwards: libpng would otherwise blend it with a background.
  png.format = PNG_FORMAT_RGBA;
  Image image = HEDDLE_TRY(make_image(png.width, png.height, name));
  const size_t count = image.pixels.size() / 3;
  std::vector<uint8_t> rgba(count * 4);
  if (!png_image_finish_read(&png, nullptr, rgba.data(), 0, nullptr)) return broken(name, "PNG", png.message);
  for (size_t i = 0; i < count; ++i) std::memcpy(&image.pixels[i * 3], &rgba[i * 4], 3);
  return image;
}

Result<Image> decode_jpeg(std::span<const std::byte> bytes, std::string_view name) {
  const std::unique_ptr<void, int (*)(tjhandle)> jpeg(tjInitDecompress(), tjDestroy);
  if (!jpeg) return error(ErrorCode::kLimit, "libjpeg-turbo cannot start: ", tjGetErrorStr2(nullptr));
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto size = static_cast<unsigned long>(bytes.size());
  int width = 0, height = 0, subsampling = 0, colours = 0;
  if (tjDecompressHeader3(jpeg.get(), data, size, &width, &height, &subsampling, &colours) != 0) {
    return broken(name, "JPEG", tjGetErrorStr2(jpeg.get()));
  }
  if (colours == TJCS_CMYK || colours == TJCS_YCCK) {
    return error(ErrorCode::kUnsupported, name, " is a CMYK JPEG; convert it to RGB first");
  }
  Image image = HEDDLE_TRY(make_image(width, height, name));
  // Progressive files may repeat scans without end; a cut-off file only warns, and its rest would be gray.
  const int flags = TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS | TJFLAG_STOPONWARNING;
  if (tjDecompress2(jpeg.get(), data, size, image.pixels.data(), width, 0, height, TJPF_RGB, flags) != 0) {
    return broken(name, "JPEG", tjGetErrorStr2(jpeg.get()));
  }
  return image;
}

// One value a channel, from none, one for all, or one each.
Result<std::vector<double>> per_channel(const std::vector<double>& values, int channels, double none,
                                        std::string_view option) {
  if (values.size() == static_cast<size_t>(channels)) return values;
  HEDDLE_REQUIRE(values.size() <= 1, option, " has ", values.size(), " values for an image of ", channels,
                 channels == 1 ? " channel" : " channels", "; give one, or one a channel");
  return std::vector<double>(static_cast<size_t>(channels), values.empty() ? none : values[0]);
}

}  // namespace

Result<Image> decode_image(std::span<const std::byte> bytes, std::string_view name) {
  constexpr std::array<unsigned char, 8> kPng = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  constexpr std::array<unsigned char, 3> kJpeg = {0xff, 0xd8, 0xff};
  if (bytes.size() >= kPng.size() && std::memcmp(bytes.data(), kPng.data(), kPng.size()) == 0) {
    return decode_png(bytes, name);
  }
  if (bytes.size() >= kJpeg.size() && std::memcmp(bytes.data(), kJpeg.data(), kJpeg.size()) == 0) {
    return decode_jpeg(bytes, name);
  }
  return error(ErrorCode::kBadArchive, name, " is neither a PNG nor a JPEG file");
}

Image to_gray(const Image& image) {
  Image gray{image.width, image.height, 1, std::vector<uint8_t>(image.pixels.size() / 3)};
  for (size_t i = 0; i < gray.pixels.size(); ++i) {
    const uint8_t* rgb = &image.pixels[i * 3];
    gray.pixels[i] = static_cast<uint8_t>((rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000u) >> 16);
  }
  return gray;
}

Result<Tensor> image_to_tensor(const Image& image, const ImageOptions& options) {
  const std::vector<double> mean = HEDDLE_TRY(per_channel(options.mean, image.channels, 0.0, "--mean"));
  const std::vector<double> std = HEDDLE_TRY(per_channel(options.std, image.channels, 1.0, "--std"));
  for (const double s : std) HEDDLE_REQUIRE(s != 0, "--std must not be 0: pixels are divided by it");
  const std::array<int64_t, 4> sizes = {1, image.channels, image.height, image.width};
  Tensor tensor = HEDDLE_TRY(Tensor::empty(sizes, DType::kFloat32));
  auto* out = tensor.data<float>();
  const auto channels = static_cast<size_t>(image.channels);
  for (size_t c = 0; c < channels; ++c) {
    // In float as torchvision's ToTensor and Normalize compute, so that the last bit agrees.
    const auto m = static_cast<float>(mean[c]);
    const auto s = static_cast<float>(std[c]);
    for (size_t i = c; i < image.pixels.size(); i += channels) {
      *out++ = (static_cast<float>(image.pixels[i]) / 255.0f - m) / s;
    }
  }
  return tensor;
}

Result<Tensor> read_image(std::span<const std::byte> bytes, std::string_view name, const ImageOptions& options) {
  Image image = HEDDLE_TRY(decode_image(bytes, name));
  if (options.gray) image = to_gray(image);
  if (options.resize) {
    const auto [width, height] = *options.resize;
    // The picture between the two passes has the new width and the old height.
    if (width <= 0 || height <= 0 || width > kMaxPixels / height || width > kMaxPixels / image.height) {
      return error(ErrorCode::kLimit, "--resize ", width, "x", height,
                   ": sizes are positive, at most 2^28 pixels in all");
    }
    image = resize_bilinear(image, width, height);
  }
  return image_to_tensor(image, options);
}

}  // namespace heddle::cli
