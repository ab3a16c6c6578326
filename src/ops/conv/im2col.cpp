// torch.nn.functional.unfold and fold: patches of an image as columns, and columns added up to an image.
#include <algorithm>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

// A window sliding over images [channels, height, width].
struct Sliding {
  int64_t height, width;
  Dims kernel, dilation, padding, stride;
  int64_t blocks_down = 0;
  int64_t blocks_across = 0;
  int64_t blocks() const { return blocks_down * blocks_across; }
  int64_t taps() const { return kernel[0] * kernel[1]; }
};

Result<Sliding> sliding_over(std::string_view name, int64_t height, int64_t width, const Dims& kernel,
                             const Dims& dilation, const Dims& padding, const Dims& stride) {
  Sliding s{height, width, kernel, dilation, padding, stride};
  constexpr int64_t kLarge = int64_t{1} << 31;
  for (size_t i = 0; i < 2; ++i) {
    HEDDLE_REQUIRE(kernel.size() == 2 && dilation.size() == 2 && padding.size() == 2 && stride.size() == 2, name,
                   ": kernel_size, dilation, padding and stride must have two elements");
    HEDDLE_REQUIRE(kernel[i] > 0 && kernel[i] < kLarge, "kernel size should be greater than zero, but got ",
                   to_text(kernel));
    HEDDLE_REQUIRE(dilation[i] > 0 && dilation[i] < kLarge, "dilation should be greater than zero, but got ",
                   to_text(dilation));
    HEDDLE_REQUIRE(padding[i] >= 0 && padding[i] < kLarge, "padding should be non-negative, but got ",
                   to_text(padding));
    HEDDLE_REQUIRE(stride[i] > 0 && stride[i] < kLarge, "stride should be greater than zero, but got ",
                   to_text(stride));
    const int64_t extent = i == 0 ? height : width;
    const int64_t room = extent + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1;
    HEDDLE_REQUIRE(room >= 0 && extent < kLarge, name, ": the image of ", height, "x", width, " with padding ",
                   to_text(padding), " has no room for a kernel of ", to_text(kernel), " with dilation ",
                   to_text(dilation), ": calculated shape of the array of sliding blocks must be at least one");
    (i == 0 ? s.blocks_down : s.blocks_across) = room / stride[i] + 1;
  }
  HEDDLE_TRY(checked_numel(Dims{s.blocks_down, s.blocks_across, kernel[0], kernel[1]}, 1));
  return s;
}

// Calls f(column element, image element, count) for the runs of one channel's columns that lie inside the image; a
// run's neighbours are stride[1] apart there.
template <class F>
void each_run(const Sliding& s, F&& f) {
  const int64_t step = s.stride[1];
  for (int64_t tap = 0; tap < s.taps(); ++tap) {
    const int64_t left = tap % s.kernel[1] * s.dilation[1] - s.padding[1];
    const int64_t first = left >= 0 ? 0 : (-left + step - 1) / step;
    const int64_t last = std::min(s.blocks_across, left >= s.width ? 0 : (s.width - left + step - 1) / step);
    if (first >= last) continue;
    for (int64_t i = 0; i < s.blocks_down; ++i) {
      const int64_t y = i * s.stride[0] - s.padding[0] + tap / s.kernel[1] * s.dilation[0];
      if (y < 0 || y >= s.height) continue;
      f(tap * s.blocks() + i * s.blocks_across + first, y * s.width + left + first * step, last - first);
    }
  }
}

// The images of a batch, or one without.
Result<Tensor> batched(std::string_view name, const Tensor& self, int64_t rank) {
  HEDDLE_REQUIRE(self.dim() == rank || self.dim() == rank + 1, name, ": Expected ", rank, "D or ", rank + 1,
                 "D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions, but got: ",
                 to_text(self.sizes()));
  for (int64_t i = self.dim() - rank; i < self.dim(); ++i) {
    HEDDLE_REQUIRE(self.size(i) > 0, name,
                   ": expected non-zero dimensions behind the batch, but got: ", to_text(self.sizes()));
  }
  return contiguous(self.dim() == rank ? self.unsqueeze(0) : self);
}

Result<Tensor> im2col(const Tensor& self, const Dims& kernel, const Dims& dilation, const Dims& padding,
                      const Dims& stride) {
  const Tensor images = HEDDLE_TRY(batched("im2col", self, 3));
  const Sliding s =
      HEDDLE_TRY(sliding_over("im2col", images.size(2), images.size(3), kernel, dilation, padding, stride));
  const int64_t channels = images.size(1);
  const Tensor columns = HEDDLE_TRY(zeros(Dims{images.size(0), channels * s.taps(), s.blocks()}, self.dtype()));
  HEDDLE_TRY(dispatch_by_size(self.dtype(), [&]<class T>() -> Status {
    parallel::parallel_for(0, images.size(0) * channels, 1, [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) {
        const T* from = images.data<T>() + c * s.height * s.width;
        T* to = columns.data<T>() + c * s.taps() * s.blocks();
        each_run(s, [&](int64_t column, int64_t pixel, int64_t count) {
          if (s.stride[1] == 1) {
            std::copy_n(from + pixel, count, to + column);
          } else {
            for (int64_t k = 0; k < count; ++k) to[column + k] = from[pixel + k * s.stride[1]];
          }
        });
      }
    });
    return ok_status();
  }));
  return self.dim() == 3 ? columns.select(0, 0) : columns;
}

Result<Tensor> col2im(const Tensor& self, const Dims& output_size, const Dims& kernel, const Dims& dilation,
                      const Dims& padding, const Dims& stride) {
  HEDDLE_REQUIRE(output_size.size() == 2 && output_size[0] > 0 && output_size[1] > 0,
                 "It is expected output_size equals to 2, but got ", to_text(output_size));
  const Tensor columns = HEDDLE_TRY(batched("col2im", self, 2));
  const Sliding s =
      HEDDLE_TRY(sliding_over("col2im", output_size[0], output_size[1], kernel, dilation, padding, stride));
  HEDDLE_REQUIRE(
      columns.size(1) % s.taps() == 0,
      "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)=",
      columns.size(1), " and kernel_size=", to_text(kernel));
  HEDDLE_REQUIRE(columns.size(2) == s.blocks(), "Given output_size=", to_text(output_size),
                 ", kernel_size=", to_text(kernel), ", dilation=", to_text(dilation), ", padding=", to_text(padding),
                 ", stride=", to_text(stride),
                 ", expected size of input's dimension 2 to match the calculated number of sliding blocks ",
                 s.blocks_down, " * ", s.blocks_across, " = ", s.blocks(), ", but got input.size(2)=", columns.size(2));
  const int64_t channels = columns.size(1) / s.taps();
  const DType computed = compute_dtype(self.dtype());
  const Tensor from = HEDDLE_TRY(to_dtype(columns, computed));
  const Tensor images = HEDDLE_TRY(zeros(Dims{columns.size(0), channels, s.height, s.width}, computed));
  HEDDLE_TRY(dispatch<NumberTypes>(computed, "col2im_out_cpu", [&]<class T>() -> Status {
    parallel::parallel_for(0, columns.size(0) * channels, 1, [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) {
        const T* source = from.data<T>() + c * s.taps() * s.blocks();
        T* to = images.data<T>() + c * s.height * s.width;
        each_run(s, [&](int64_t column, int64_t pixel, int64_t count) {
          for (int64_t k = 0; k < count; ++k) to[pixel + k * s.stride[1]] += source[column + k];
        });
      }
    });
    return ok_status();
  }));
  const Tensor result = HEDDLE_TRY(to_dtype(images, self.dtype()));
  return self.dim() == 2 ? result.select(0, 0) : result;
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(im2col) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add("aten::im2col(Tensor self, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> Tensor",
            boxed<&im2col>());
  table.derive(
      "aten::im2col.out(Tensor self, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride, *, Tensor(a!) "
      "out) -> Tensor(a!)");
  table.add(
      "aten::col2im(Tensor self, SymInt[2] output_size, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] "
      "stride) -> Tensor",
      boxed<&col2im>());
  table.derive(
      "aten::col2im.out(Tensor self, SymInt[2] output_size, int[2] kernel_size, int[2] dilation, int[2] padding, "
      "int[2] stride, *, Tensor(a!) out) -> Tensor(a!)");
}
