#include "ops/pool/window.h"

#include <algorithm>

namespace heddle::ops {
namespace {

Status expand(Dims& values, std::string_view name, std::string_view what, int64_t rank) {
  if (values.size() == 1) values.resize(static_cast<size_t>(rank), values[0]);
  HEDDLE_REQUIRE(static_cast<int64_t>(values.size()) == rank, name, ": ", what,
                 " must either be a single int, or a tuple of ", rank, " ints, but got ", to_text(values));
  return ok_status();
}

Status check_input(std::string_view name, const Tensor& input, int64_t rank) {
  bool fits = input.dim() == rank + 1 || input.dim() == rank + 2;
  for (int64_t i = input.dim() - rank - 1; fits && i < input.dim(); ++i) fits = input.size(i) > 0;
  HEDDLE_REQUIRE(fits, name, ": Expected ", rank + 1, "D or ", rank + 2,
                 "D (batch mode) tensor with optional 0 dim batch size for input, but got: ", to_text(input.sizes()));
  return ok_status();
}

PoolAxis axis_of(int64_t input, int64_t output, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation,
                 bool count_pad) {
  PoolAxis axis;
  axis.input = input;
  axis.ranges.clear();
  for (int64_t o = 0; o < output; ++o) {
    int64_t begin = o * stride - padding;
    const int64_t end = begin + (kernel - 1) * dilation + 1;
    const int64_t padded = std::min(end, input + padding) - begin;
    if (begin < 0) begin += (-begin + dilation - 1) / dilation * dilation;
    PoolRange range{begin, std::min(end, input), dilation, padded};
    if (!count_pad) range.weight = std::max<int64_t>(range.count(), 1);
    axis.ranges.push_back(range);
  }
  return axis;
}

}  // namespace

Result<std::vector<PoolAxis>> window_axes(std::string_view name, const Tensor& input, int64_t rank,
                                          const WindowArguments& arguments) {
  WindowArguments a = arguments;
  HEDDLE_TRY(check_input(name, input, rank));
  HEDDLE_TRY(expand(a.kernel_size, name, "kernel_size", rank));
  if (a.stride.empty()) a.stride = a.kernel_size;
  HEDDLE_TRY(expand(a.stride, name, "stride", rank));
  HEDDLE_TRY(expand(a.padding, name, "padding", rank));
  HEDDLE_TRY(expand(a.dilation, name, "dilation", rank));
  std::vector<PoolAxis> axes;
  constexpr int64_t kLarge = int64_t{1} << 31;
  for (int64_t i = 0; i < rank; ++i) {
    const auto at = static_cast<size_t>(i);
    const int64_t kernel = a.kernel_size[at];
    const int64_t stride = a.stride[at];
    const int64_t padding = a.padding[at];
    const int64_t dilation = a.dilation[at];
    const int64_t extent = input.size(input.dim() - rank + i);
    HEDDLE_REQUIRE(kernel > 0 && kernel < kLarge, name, ": kernel size should be greater than zero, but got ",
                   to_text(a.kernel_size));
    HEDDLE_REQUIRE(stride > 0 && stride < kLarge, name, ": stride should not be zero, but got ", to_text(a.stride));
    HEDDLE_REQUIRE(dilation > 0 && dilation < kLarge, name, ": dilation should be greater than zero, but got ",
                   to_text(a.dilation));
    HEDDLE_REQUIRE(padding >= 0, name, ": pad must be non-negative, but got pad: ", padding);
    HEDDLE_REQUIRE(padding <= ((kernel - 1) * dilation + 1) / 2, name,
                   ": pad should be at most half of effective kernel size, but got pad=", padding,
                   ", kernel_size=", kernel, " and dilation=", dilation);
    const int64_t room = extent + 2 * padding - dilation * (kernel - 1) - 1 + (a.ceil_mode ? stride - 1 : 0);
    int64_t output = room >= 0 ? room / stride + 1 : 0;
    // With ceil_mode the last window must begin inside the input or the padding before it.
    if (a.ceil_mode && (output - 1) * stride >= extent + padding) --output;
    HEDDLE_REQUIRE(output > 0, "Given input size: ", to_text(input.sizes()),
                   ". Calculated output size along dimension ", input.dim() - rank + i, " is ", output,
                   ". Output size is too small");
    axes.push_back(axis_of(extent, output, kernel, stride, padding, dilation, a.count_include_pad));
  }
  return axes;
}

Result<std::vector<PoolAxis>> adaptive_axes(std::string_view name, const Tensor& input,
                                            std::span<const int64_t> output_size) {
  const auto rank = static_cast<int64_t>(output_size.size());
  HEDDLE_TRY(check_input(name, input, rank));
  std::vector<PoolAxis> axes;
  for (int64_t i = 0; i < rank; ++i) {
    const int64_t in = input.size(input.dim() - rank + i);
    const int64_t out = output_size[static_cast<size_t>(i)];
    HEDDLE_REQUIRE(out >= 0, name, ": elements of output_size must be greater than or equal to 0, but got ",
                   to_text(output_size));
    constexpr int64_t kMost = int64_t{1} << 24;
    HEDDLE_REQUIRE(out <= kMost, name, ": output sizes over ", kMost, " are not supported, but got ",
                   to_text(output_size));
    PoolAxis axis;
    axis.input = in;
    axis.ranges.clear();
    for (int64_t o = 0; o < out; ++o) {
      const int64_t begin = o * in / out;
      const int64_t end = ((o + 1) * in + out - 1) / out;
      axis.ranges.push_back({begin, end, 1, end - begin});
    }
    axes.push_back(std::move(axis));
  }
  return axes;
}

}  // namespace heddle::ops
