#include "cli/resize.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace heddle::cli {
namespace {

// Weights are fixed-point with this many fraction bits: 32 less 8 for the pixel and 2 for the sum's headroom.
constexpr int kFractionBits = 22;

// What one output position takes of the input: weights.size() neighbours from `first` on.
struct Window {
  int first = 0;
  std::vector<int32_t> weights;
};

std::vector<Window> make_windows(int in, int out) {
  const double scale = static_cast<double>(in) / out;
  const double reach = std::max(scale, 1.0);
  std::vector<Window> windows(static_cast<size_t>(out));
  std::vector<double> weights;
  for (int i = 0; i < out; ++i) {
    const double center = (i + 0.5) * scale;
    const int first = std::max(static_cast<int>(center - reach + 0.5), 0);
    const int last = std::min(static_cast<int>(center + reach + 0.5), in);
    weights.clear();
    double sum = 0;
    for (int k = first; k < last; ++k) {
      weights.push_back(std::max(0.0, 1.0 - std::abs((k - center + 0.5) / reach)));
      sum += weights.back();
    }
    Window& window = windows[static_cast<size_t>(i)];
    window.first = first;
    for (const double w : weights) window.weights.push_back(static_cast<int32_t>(0.5 + w / sum * (1 << kFractionBits)));
  }
  return windows;
}

// One pass along an axis: `lines` independent lines of `out` positions; neighbours on the axis lie `step` values apart.
struct Axis {
  size_t in_line, in_step, out_line, out_step;
};

void resample(const std::vector<Window>& windows, int lines, const Axis& axis, const uint8_t* in, uint8_t* out,
              size_t channels) {
  for (size_t line = 0; line < static_cast<size_t>(lines); ++line) {
    for (size_t i = 0; i < windows.size(); ++i) {
      const Window& window = windows[i];
      for (size_t c = 0; c < channels; ++c) {
        const uint8_t* source = in + line * axis.in_line + static_cast<size_t>(window.first) * axis.in_step + c;
        int32_t sum = 1 << (kFractionBits - 1);
        for (size_t k = 0; k < window.weights.size(); ++k) sum += source[k * axis.in_step] * window.weights[k];
        out[line * axis.out_line + i * axis.out_step + c] =
            static_cast<uint8_t>(std::clamp(sum >> kFractionBits, 0, 255));
      }
    }
  }
}

}  // namespace

Image resize_bilinear(const Image& image, int width, int height) {
  const auto channels = static_cast<size_t>(image.channels);
  const size_t in_row = static_cast<size_t>(image.width) * channels;
  const size_t out_row = static_cast<size_t>(width) * channels;
  Image across = image;
  if (width != image.width) {
    across.width = width;
    across.pixels.assign(out_row * static_cast<size_t>(image.height), 0);
    resample(make_windows(image.width, width), image.height, {in_row, channels, out_row, channels}, image.pixels.data(),
             across.pixels.data(), channels);
  }
  if (height == image.height) return across;
  Image result{width, height, image.channels, std::vector<uint8_t>(out_row * static_cast<size_t>(height))};
  resample(make_windows(image.height, height), width, {channels, out_row, channels, out_row}, across.pixels.data(),
           result.pixels.data(), channels);
  return result;
}

}  // namespace heddle::cli
