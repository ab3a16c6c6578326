// How one convolution is divided into pieces of equal kind, so that threads can share it and the bits of the result do
// not depend on how many there are: the division follows from the shape alone. Knows no library.
// Plain values; any thread.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle::ops::backend {

// A convolution of channels-last data: input [batch, D, H, W, in_channels], output [batch, D', H', W', out_channels].
// Axes that a one- or two-dimensional convolution lacks are leading ones of extent, kernel, stride and dilation 1.
struct ConvolutionShape {
  int64_t batch = 1;
  int64_t groups = 1;
  int64_t in_channels = 1;   // of all groups
  int64_t out_channels = 1;  // of all groups
  std::array<int64_t, 3> input = {1, 1, 1};
  std::array<int64_t, 3> output = {1, 1, 1};
  std::array<int64_t, 3> kernel = {1, 1, 1};
  std::array<int64_t, 3> stride = {1, 1, 1};
  std::array<int64_t, 3> padding = {0, 0, 0};  // before; what comes after follows from the output
  std::array<int64_t, 3> dilation = {1, 1, 1};
  bool transposed = false;
  auto operator<=>(const ConvolutionShape&) const = default;

  int64_t input_pixels() const { return input[0] * input[1] * input[2]; }
  int64_t output_pixels() const { return output[0] * output[1] * output[2]; }
  int64_t kernel_taps() const { return kernel[0] * kernel[1] * kernel[2]; }
  // Whether each output pixel sees the input pixel at its own place, and no other.
  bool is_pointwise() const;
  // Multiplications of the whole.
  int64_t work() const;
};

struct ConvolutionPiece {
  size_t part = 0;  // which of ConvolutionPlan::parts computes it
  int64_t input_offset = 0;
  int64_t output_offset = 0;
  int64_t first_channel = 0;  // of the output
};

struct ConvolutionPlan {
  // The different sub-problems, each computed by one primitive; all have the same number of output channels.
  std::vector<ConvolutionShape> parts;
  std::vector<ConvolutionPiece> pieces;
  int64_t channel_pieces = 1;  // over one, a piece's output is a block of channels to be set in among the others
};

ConvolutionPlan plan_convolution(const ConvolutionShape& shape);
// The whole as one piece, for libraries that refuse the parts.
ConvolutionPlan undivided_convolution(const ConvolutionShape& shape);

}  // namespace heddle::ops::backend
