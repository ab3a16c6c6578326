#include "ops/backend/convolution_plan.h"

#include <gtest/gtest.h>

#include <map>

namespace heddle::ops::backend {
namespace {

ConvolutionShape image(int64_t batch, int64_t in, int64_t out, int64_t extent, int64_t kernel, int64_t stride,
                       int64_t padding) {
  ConvolutionShape s;
  s.batch = batch;
  s.in_channels = in;
  s.out_channels = out;
  for (size_t axis : {1, 2}) {
    s.input[axis] = extent;
    s.kernel[axis] = kernel;
    s.stride[axis] = stride;
    s.padding[axis] = padding;
    s.output[axis] = (extent + 2 * padding - kernel) / stride + 1;
  }
  return s;
}

// Marks every output element a plan writes.
std::map<int64_t, int> coverage(const ConvolutionShape& whole, const ConvolutionPlan& plan) {
  std::map<int64_t, int> written;
  for (const ConvolutionPiece& piece : plan.pieces) {
    const ConvolutionShape& part = plan.parts[piece.part];
    for (int64_t pixel = 0; pixel < part.batch * part.output_pixels(); ++pixel) {
      for (int64_t c = 0; c < part.out_channels; ++c) {
        ++written[piece.output_offset + pixel * whole.out_channels + piece.first_channel + c];
      }
    }
  }
  return written;
}

TEST(ConvolutionPlanTest, PiecesCoverTheOutputOnce) {
  const ConvolutionShape shapes[] = {image(1, 64, 64, 56, 3, 1, 1), image(1, 512, 512, 7, 3, 1, 1),
                                     image(3, 16, 32, 28, 5, 2, 2), image(1, 256, 64, 56, 1, 1, 0),
                                     image(32, 8, 8, 14, 3, 1, 1),  image(2, 2048, 512, 7, 1, 1, 0)};
  for (const ConvolutionShape& s : shapes) {
    const ConvolutionPlan plan = plan_convolution(s);
    const auto written = coverage(s, plan);
    EXPECT_EQ(static_cast<int64_t>(written.size()), s.batch * s.output_pixels() * s.out_channels);
    EXPECT_EQ(written.begin()->first, 0);
    for (const auto& [offset, times] : written) ASSERT_EQ(times, 1) << "at " << offset;
    for (const ConvolutionShape& part : plan.parts) EXPECT_EQ(part.out_channels, plan.parts[0].out_channels);
  }
}

TEST(ConvolutionPlanTest, PiecesReadTheirOwnRowsWithTheirOwnPadding) {
  const ConvolutionShape s = image(1, 64, 64, 56, 3, 1, 1);
  const ConvolutionPlan plan = plan_convolution(s);
  ASSERT_GT(plan.pieces.size(), 1u);
  int64_t row = 0;
  for (const ConvolutionPiece& piece : plan.pieces) {
    const ConvolutionShape& part = plan.parts[piece.part];
    const int64_t first_read = piece.input_offset / (s.input[2] * s.in_channels);
    EXPECT_EQ(first_read - part.padding[1], row - s.padding[1]);
    EXPECT_LE(first_read + part.input[1], s.input[1]);
    row += part.output[1];
  }
}

TEST(ConvolutionPlanTest, AFlatOutputOfATallInputIsNotCutAcrossItsRows) {
  ConvolutionShape s = image(1, 192, 384, 173, 1, 1, 0);
  s.input[1] = s.kernel[1] = 8;
  s.output[1] = 1;
  const ConvolutionPlan plan = plan_convolution(s);
  for (const ConvolutionShape& part : plan.parts) EXPECT_EQ(part.input, s.input);
}

TEST(ConvolutionPlanTest, SmallWorkIsNotDivided) {
  EXPECT_EQ(plan_convolution(image(1, 8, 8, 14, 3, 1, 1)).pieces.size(), 1u);
}

TEST(ConvolutionPlanTest, TwoThreadsShareWhatIsWorthIt) {
  // MobileNetV2's: 4.8 million multiplications, 7.5 million of few pixels, and 1.7 million of short sums.
  EXPECT_EQ(plan_convolution(image(1, 384, 64, 14, 1, 1, 0)).pieces.size(), 2u);
  EXPECT_EQ(plan_convolution(image(1, 160, 960, 7, 1, 1, 0)).pieces.size(), 2u);
  ConvolutionShape depthwise = image(1, 192, 192, 28, 3, 1, 1);
  depthwise.groups = 192;
  EXPECT_EQ(plan_convolution(depthwise).pieces.size(), 2u);
}

TEST(ConvolutionPlanTest, RowsThatLieInThePaddingAloneKeepTheWholeTogether) {
  // With 40 rows of padding around 2 rows, most output rows see no input.
  const ConvolutionShape s = image(1, 256, 256, 2, 3, 1, 40);
  EXPECT_EQ(plan_convolution(s).pieces.size(), 1u);
}

}  // namespace
}  // namespace heddle::ops::backend
