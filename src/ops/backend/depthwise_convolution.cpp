#include "ops/backend/depthwise_convolution.h"

#include <algorithm>

#include "base/work_note.h"
#include "ops/backend/depthwise.h"
#include "ops/backend/tile_grid.h"
#include "parallel/parallel.h"

namespace heddle::ops::backend {
namespace {

// Some 15 microseconds of one core: less is not worth another thread.
constexpr int64_t kWorkOfPiece = 200'000;

class DepthwiseConvolution final : public Convolution {
 public:
  DepthwiseConvolution(const ConvolutionShape& shape, const ConvolutionEnding& ending)
      : shape_(shape), ending_(ending) {}

  size_t packed_bytes() const override {
    return static_cast<size_t>(shape_.kernel_taps() * shape_.in_channels) * sizeof(float);
  }

  Status pack(const float* weights, void* packed) const override {
    const int64_t taps = shape_.kernel_taps();
    float* to = static_cast<float*>(packed);
    for (int64_t tap = 0; tap < taps; ++tap) {
      for (int64_t c = 0; c < shape_.in_channels; ++c) *to++ = weights[c * taps + tap];
    }
    return ok_status();
  }

  bool same_order(const Convolution& other) const override {
    // The order follows from the weights alone, and those are the same.
    return dynamic_cast<const DepthwiseConvolution*>(&other) != nullptr;
  }

  Status run(const float* input, const void* packed, const float* bias, const float* added,
             float* output) const override {
    trace::note_work("depthwise", 2.0 * static_cast<double>(shape_.work()));
    const ConvolutionShape& s = shape_;
    const int64_t channels = s.in_channels;
    const int64_t pixels_of_piece = std::max<int64_t>(kWorkOfPiece / (s.kernel_taps() * channels), 1);
    // A piece is some pixels of a line, or some lines.
    const int64_t pixels = std::min((pixels_of_piece + 3) / 4 * 4, s.output[2]);
    const int64_t pieces_of_line = (s.output[2] + pixels - 1) / pixels;
    const int64_t lines = s.batch * s.output[0] * s.output[1];
    const int64_t grain = std::max<int64_t>(pixels_of_piece / pixels, 1);
    TileProduct ending;
    set_bounds(ending_.activation, ending);
    parallel::parallel_for(0, lines * pieces_of_line, grain, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i) {
        const int64_t line = i / pieces_of_line;
        const int64_t begin = i % pieces_of_line * pixels;
        const int64_t at = (line * s.output[2] + begin) * channels;
        DepthwiseLine part;
        part.input = input + line / (s.output[0] * s.output[1]) * s.input_pixels() * channels;
        part.weights = static_cast<const float*>(packed);
        part.bias = bias;
        part.added = added ? added + at : nullptr;
        part.output = output + at;
        part.plane = line / s.output[1] % s.output[0];
        part.row = line % s.output[1];
        part.begin = begin;
        part.end = std::min(begin + pixels, s.output[2]);
        part.low = ending.low;
        part.high = ending.high;
        sum_depthwise_line(s, part);
        TileProduct finished = ending;
        finished.rows = part.end - part.begin;
        finished.columns = channels;
        finished.output = part.output;
        finished.output_step = channels;
        activate(ending_.activation, finished);
      }
    });
    return ok_status();
  }

 private:
  const ConvolutionShape shape_;
  const ConvolutionEnding ending_;
};

}  // namespace

bool is_depthwise(const ConvolutionShape& s) {
  return !s.transposed && s.groups > 1 && s.groups == s.in_channels && s.groups == s.out_channels;
}

Ref<const Convolution> make_depthwise_convolution(const ConvolutionShape& shape, const ConvolutionEnding& ending) {
  return make_ref<DepthwiseConvolution>(shape, ending);
}

}  // namespace heddle::ops::backend
