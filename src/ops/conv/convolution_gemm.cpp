#include "ops/conv/convolution_gemm.h"

#include <algorithm>
#include <vector>

#include "base/work_note.h"
#include "ops/backend/blas.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

using backend::ConvolutionShape;
using backend::Op;

// Elements of the columns one piece of work lays out.
constexpr int64_t kColumns = 1 << 16;

// Walks the taps of one channel over output pixels [begin, end): f(tap, first pixel, count, offset or -1, step), a run
// of `count` pixels of one output row, whose inputs begin at `offset` of the channel's plane and lie `step` apart; -1:
// in the padding.
struct Window {
  const ConvolutionShape& s;

  // The pixels of the image the window slides over, and those of the grid it stands on: a transposed convolution swaps
  // the two.
  const std::array<int64_t, 3>& plane() const { return s.transposed ? s.output : s.input; }
  const std::array<int64_t, 3>& grid() const { return s.transposed ? s.input : s.output; }

  template <class F>
  void each_run(int64_t tap, int64_t begin, int64_t end, F&& f) const {
    const int64_t tw = tap % s.kernel[2];
    const int64_t th = tap / s.kernel[2] % s.kernel[1];
    const int64_t td = tap / s.kernel[2] / s.kernel[1];
    const int64_t width = grid()[2];
    int64_t pixel = begin;
    while (pixel < end) {
      const int64_t ow = pixel % width;
      const int64_t oh = pixel / width % grid()[1];
      const int64_t od = pixel / width / grid()[1];
      const int64_t count = std::min(end - pixel, width - ow);
      const int64_t d = od * s.stride[0] - s.padding[0] + td * s.dilation[0];
      const int64_t h = oh * s.stride[1] - s.padding[1] + th * s.dilation[1];
      if (d < 0 || d >= plane()[0] || h < 0 || h >= plane()[1]) {
        f(pixel - begin, count, int64_t{-1});
      } else {
        row(pixel - begin, ow, count, (d * plane()[1] + h) * plane()[2], tw, f);
      }
      pixel += count;
    }
  }

  template <class F>
  void row(int64_t at, int64_t ow, int64_t count, int64_t start, int64_t tw, F& f) const {
    const int64_t shift = tw * s.dilation[2] - s.padding[2];
    // Outputs [first, last) of the row have an input.
    const int64_t first = std::clamp<int64_t>((-shift + s.stride[2] - 1) / s.stride[2], ow, ow + count);
    const int64_t reach = plane()[2] - shift;
    const int64_t last =
        std::clamp<int64_t>(reach > 0 ? (reach + s.stride[2] - 1) / s.stride[2] : 0, first, ow + count);
    if (first > ow) f(at, first - ow, int64_t{-1});
    if (last > first) f(at + first - ow, last - first, start + first * s.stride[2] + shift);
    if (ow + count > last) f(at + last - ow, ow + count - last, int64_t{-1});
  }
};

template <class T>
void forward(const ConvolutionShape& s, const T* input, const T* weight, const T* bias, T* output) {
  const int64_t in = s.in_channels / s.groups;
  const int64_t out = s.out_channels / s.groups;
  const int64_t taps = s.kernel_taps();
  const int64_t depth = in * taps;
  const int64_t pixels = s.output_pixels();
  const int64_t block = std::clamp<int64_t>(kColumns / std::max<int64_t>(depth, 1), 16, std::max<int64_t>(pixels, 16));
  const int64_t blocks = (pixels + block - 1) / block;
  const Window window{s};
  trace::note_work(backend::gemm_description(), 2.0 * static_cast<double>(s.work()));
  parallel::parallel_for(0, s.batch * s.groups * blocks, 1, [&](int64_t from, int64_t to) {
    std::vector<T> columns(static_cast<size_t>(depth * std::min(block, pixels)));
    for (int64_t i = from; i < to; ++i) {
      const int64_t begin = i % blocks * block;
      const int64_t count = std::min(block, pixels - begin);
      const int64_t plane = i / blocks;  // of batch and group
      const int64_t group = plane % s.groups;
      const T* image = input + plane * in * s.input_pixels();
      for (int64_t row = 0; row < depth; ++row) {
        const T* channel = image + row / taps * s.input_pixels();
        T* column = columns.data() + row * count;
        window.each_run(row % taps, begin, begin + count, [&](int64_t at, int64_t run, int64_t offset) {
          if (offset < 0) {
            std::fill_n(column + at, run, T(0));
          } else {
            for (int64_t k = 0; k < run; ++k) column[at + k] = channel[offset + k * s.stride[2]];
          }
        });
      }
      T* result = output + plane * out * pixels + begin;
      for (int64_t c = 0; c < out; ++c) std::fill_n(result + c * pixels, count, bias ? bias[group * out + c] : T(0));
      backend::gemm<T>(Op::kNone, Op::kNone, out, count, depth, T(1), weight + group * out * depth, depth,
                       columns.data(), count, T(1), result, pixels);
    }
  });
}

template <class T>
void transposed(const ConvolutionShape& s, const T* input, const T* weight, const T* bias, T* output) {
  const int64_t in = s.in_channels / s.groups;
  const int64_t out = s.out_channels / s.groups;
  const int64_t taps = s.kernel_taps();
  const int64_t pixels = s.input_pixels();
  const int64_t block =
      std::clamp<int64_t>(kColumns / std::max<int64_t>(taps * pixels, 1), 1, std::max<int64_t>(out, 1));
  const int64_t blocks = (out + block - 1) / block;
  const Window window{s};
  trace::note_work(backend::gemm_description(), 2.0 * static_cast<double>(s.work()));
  parallel::parallel_for(0, s.batch * s.groups * blocks, 1, [&](int64_t from, int64_t to) {
    std::vector<T> columns(static_cast<size_t>(block * taps * pixels));
    for (int64_t i = from; i < to; ++i) {
      const int64_t begin = i % blocks * block;
      const int64_t count = std::min(block, out - begin);
      const int64_t plane = i / blocks;
      const int64_t group = plane % s.groups;
      // columns[count * taps, pixels] = weight[in, out * taps]' * input[in, pixels]
      backend::gemm<T>(Op::kTranspose, Op::kNone, count * taps, pixels, in, T(1),
                       weight + (group * in * out + begin) * taps, out * taps, input + plane * in * pixels, pixels,
                       T(0), columns.data(), pixels);
      for (int64_t c = 0; c < count; ++c) {
        T* channel = output + (plane * out + begin + c) * s.output_pixels();
        std::fill_n(channel, s.output_pixels(), bias ? bias[group * out + begin + c] : T(0));
        for (int64_t tap = 0; tap < taps; ++tap) {
          const T* column = columns.data() + (c * taps + tap) * pixels;
          window.each_run(tap, 0, pixels, [&](int64_t at, int64_t run, int64_t offset) {
            if (offset < 0) return;
            for (int64_t k = 0; k < run; ++k) channel[offset + k * s.stride[2]] += column[at + k];
          });
        }
      }
    }
  });
}

}  // namespace

Status convolution_by_gemm(const ConvolutionShape& shape, const Tensor& input, const Tensor& weight, const Tensor& bias,
                           const Tensor& output) {
  return dispatch<NumberTypes>(input.dtype(), "convolution", [&]<class T>() -> Status {
    const T* b = bias.defined() ? bias.data<T>() : nullptr;
    const auto compute = shape.transposed ? &transposed<T> : &forward<T>;
    compute(shape, input.data<T>(), weight.data<T>(), b, output.data<T>());
    return ok_status();
  });
}

}  // namespace heddle::ops
