// Convolutions by our own kernels, on every instruction set the processor has.
#include "ops/backend/convolution.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <tuple>
#include <vector>

#include "core/storage.h"
#include "ops/backend/depthwise_convolution.h"
#include "ops/backend/test_numbers.h"
#include "ops/backend/tile_convolution.h"
#include "ops/backend/winograd_convolution.h"
#include "parallel/parallel.h"

namespace heddle::ops::backend {
namespace {

// Each output by itself.
Floats convolved(const ConvolutionShape& s, const Floats& input, const Floats& weights, const Floats& bias,
                 const Floats& added) {
  const int64_t in_group = s.in_channels / s.groups, out_group = s.out_channels / s.groups;
  Floats output;
  for (int64_t b = 0; b < s.batch; ++b) {
    for (int64_t pixel = 0; pixel < s.output_pixels(); ++pixel) {
      const std::array<int64_t, 3> to = {pixel / (s.output[1] * s.output[2]), pixel / s.output[2] % s.output[1],
                                         pixel % s.output[2]};
      for (int64_t o = 0; o < s.out_channels; ++o) {
        float sum = bias[static_cast<size_t>(o)] + added[output.size()];
        for (int64_t tap = 0; tap < s.kernel_taps(); ++tap) {
          const std::array<int64_t, 3> t = {tap / (s.kernel[1] * s.kernel[2]), tap / s.kernel[2] % s.kernel[1],
                                            tap % s.kernel[2]};
          int64_t from = b;
          bool inside = true;
          for (size_t a = 0; a < 3; ++a) {
            const int64_t at = to[a] * s.stride[a] - s.padding[a] + t[a] * s.dilation[a];
            inside = inside && at >= 0 && at < s.input[a];
            from = from * s.input[a] + at;
          }
          for (int64_t c = 0; inside && c < in_group; ++c) {
            sum += input[static_cast<size_t>(from * s.in_channels + o / out_group * in_group + c)] *
                   weights[static_cast<size_t>((o * in_group + c) * s.kernel_taps() + tap)];
          }
        }
        output.push_back(std::max(0.0f, sum));
      }
    }
  }
  return output;
}

struct Case {
  const char* name;
  ConvolutionShape shape;
  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

std::vector<Case> cases() {
  ConvolutionShape flat;
  flat.in_channels = 16;
  flat.out_channels = 35;
  flat.input = {1, 9, 11};
  flat.kernel = {1, 3, 2};
  flat.stride = {1, 2, 1};
  flat.padding = {0, 2, 1};
  flat.dilation = {1, 1, 3};
  flat.output = {1, 6, 10};
  flat.batch = 3;

  ConvolutionShape deep = flat;
  deep.input = deep.output = {4, 5, 6};
  deep.kernel = {3, 3, 3};
  deep.stride = deep.padding = deep.dilation = {1, 1, 1};

  // Rows of the window lie together.
  ConvolutionShape samples = flat;
  samples.in_channels = 3;
  samples.input = {1, 7, 90};
  samples.kernel = {1, 2, 10};
  samples.stride = {1, 1, 5};
  samples.padding = {0, 1, 0};
  samples.dilation = {1, 2, 1};
  samples.output = {1, 7, 17};

  // Padding behind alone, as padding='same' gives for even windows.
  ConvolutionShape behind = samples;
  behind.in_channels = 16;
  behind.kernel = {1, 2, 2};
  behind.stride = {1, 1, 1};
  behind.output = {1, 7, 90};

  // Most windows see little but padding, and some nothing else.
  ConvolutionShape far = flat;
  far.input = far.output = {1, 9, 11};
  far.kernel = {1, 3, 3};
  far.stride = {1, 1, 1};
  far.padding = far.dilation = {1, 8, 7};
  far.padding[0] = 0;
  ConvolutionShape beyond = far;
  beyond.padding = {0, 20, 7};
  beyond.output = {1, 33, 11};

  ConvolutionShape depthwise = flat;
  depthwise.in_channels = depthwise.out_channels = depthwise.groups = 43;
  depthwise.input = {1, 1, 21};
  depthwise.kernel = {1, 1, 31};
  depthwise.stride = {1, 1, 1};
  depthwise.padding = {0, 0, 15};
  depthwise.dilation = {1, 1, 1};
  depthwise.output = {1, 1, 21};

  ConvolutionShape depthwise_deep = depthwise;
  depthwise_deep.input = {4, 9, 40};
  depthwise_deep.kernel = {2, 3, 11};
  depthwise_deep.stride = {1, 2, 2};
  depthwise_deep.padding = {1, 2, 9};
  depthwise_deep.dilation = {2, 1, 2};
  depthwise_deep.output = {4, 6, 19};
  return {{"flat", flat}, {"deep", deep},     {"samples", samples},     {"behind", behind},
          {"far", far},   {"beyond", beyond}, {"depthwise", depthwise}, {"depthwise_deep", depthwise_deep}};
}

class OwnConvolution : public testing::TestWithParam<std::tuple<int64_t, Case>> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(std::get<0>(GetParam())); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

TEST_P(OwnConvolution, SumsWhatEachWindowSees) {
  const ConvolutionShape& s = std::get<1>(GetParam()).shape;
  const Floats input = numbers(s.batch * s.input_pixels() * s.in_channels, 1),
               weights = numbers(s.kernel_taps() * s.in_channels / s.groups * s.out_channels, 2),
               bias = numbers(s.out_channels, 3), added = numbers(s.batch * s.output_pixels() * s.out_channels, 4);
  ConvolutionEnding ending;
  ending.add = true;
  ending.activation.kind = Activation::Kind::kRelu;
  ASSERT_NE(tiles_take(s), is_depthwise(s));
  const auto convolution = is_depthwise(s) ? make_depthwise_convolution(s, ending) : make_tile_convolution(s, ending);
  const Ref<Storage> packed = Storage::allocate(convolution->packed_bytes()).value();
  ASSERT_TRUE(convolution->pack(weights.data(), packed->data()).ok());
  for (const int threads : {1, 3}) {
    ASSERT_TRUE(parallel::set_num_threads(threads).ok());
    Floats output = added;
    ASSERT_TRUE(convolution->run(input.data(), packed->data(), bias.data(), output.data(), output.data()).ok());
    EXPECT_EQ(output, convolved(s, input, weights, bias, added));
  }
}

// Tiles of 4 x 4 outputs: whole ones, and those that hang over.
std::vector<Case> winograd_cases() {
  ConvolutionShape square;
  square.batch = 3;
  square.in_channels = 32;
  square.out_channels = 64;
  square.input = {1, 9, 11};
  square.kernel = {1, 3, 3};
  square.padding = {0, 2, 0};
  square.output = {1, 11, 9};
  ConvolutionShape apart = square;
  apart.batch = 1;
  apart.input = {2, 9, 11};
  apart.dilation = {1, 2, 2};
  apart.output = {2, 9, 7};
  ConvolutionShape large = square;  // more than the caches hold at a time
  large.batch = 1;
  large.in_channels = 128;
  large.input = {1, 61, 50};
  large.output = {1, 63, 48};
  return {{"square", square}, {"apart", apart}, {"large", large}};
}

class Winograd : public OwnConvolution {};

TEST_P(Winograd, ComesNearDirectSums) {
  const ConvolutionShape& s = std::get<1>(GetParam()).shape;
  ASSERT_TRUE(winograd_takes(s));
  const Floats input = numbers(s.batch * s.input_pixels() * s.in_channels, 1),
               weights = numbers(s.kernel_taps() * s.in_channels * s.out_channels, 2),
               bias = numbers(s.out_channels, 3), added = numbers(s.batch * s.output_pixels() * s.out_channels, 4);
  ConvolutionEnding ending;
  ending.add = true;
  for (const auto kind : {Activation::Kind::kRelu, Activation::Kind::kSilu}) {
    ending.activation.kind = kind;
    const auto convolution = make_winograd_convolution(s, ending);
    const Ref<Storage> packed = Storage::allocate(convolution->packed_bytes()).value();
    ASSERT_TRUE(convolution->pack(weights.data(), packed->data()).ok());
    Floats alone;
    for (const int threads : {1, 3}) {
      ASSERT_TRUE(parallel::set_num_threads(threads).ok());
      Floats output = added;
      ASSERT_TRUE(convolution->run(input.data(), packed->data(), bias.data(), output.data(), output.data()).ok());
      if (threads == 1) alone = output;
      EXPECT_EQ(output, alone);
    }
    // What silu leaves of these sums is what relu does, but near zero.
    const Floats sums = convolved(s, input, weights, bias, added);
    const float tolerance = kind == Activation::Kind::kSilu ? 0.3f : 0.005f;
    for (size_t i = 0; i < sums.size(); ++i) ASSERT_NEAR(alone[i], sums[i], tolerance) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Winograd,
                         testing::Combine(testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                                          testing::ValuesIn(winograd_cases())));
INSTANTIATE_TEST_SUITE_P(Shapes, OwnConvolution,
                         testing::Combine(testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                                          testing::ValuesIn(cases())));

}  // namespace
}  // namespace heddle::ops::backend
