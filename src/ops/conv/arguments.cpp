#include "ops/conv/arguments.h"

#include <algorithm>

namespace heddle::ops {
namespace {

Status expand(Dims& values, std::string_view name, size_t axes) {
  if (values.size() == 1) values.resize(axes, values[0]);
  HEDDLE_REQUIRE(values.size() == axes, "expected ", name, " to be a single integer value or a list of ", axes,
                 " values to match the convolution dimensions, but got ", name, "=", to_text(values));
  return ok_status();
}

bool any(const Dims& values, bool (*test)(int64_t)) { return std::any_of(values.begin(), values.end(), test); }

std::string channels_mismatch(const ConvolutionArguments& a, int64_t expected) {
  return concat("Given ", a.transposed ? "transposed=1" : concat("groups=", a.groups), ", weight of size ",
                to_text(a.weight.sizes()), ", expected input", to_text(a.input.sizes()), " to have ", expected,
                " channels, but got ", a.input.size(1), " channels instead");
}

Status check_numbers(const ConvolutionArguments& a) {
  HEDDLE_REQUIRE(!any(a.padding, [](int64_t v) { return v < 0; }), "negative padding is not supported, but got ",
                 to_text(a.padding));
  HEDDLE_REQUIRE(!any(a.output_padding, [](int64_t v) { return v < 0; }),
                 "negative output_padding is not supported, but got ", to_text(a.output_padding));
  HEDDLE_REQUIRE(!any(a.stride, [](int64_t v) { return v <= 0; }), "non-positive stride is not supported, but got ",
                 to_text(a.stride));
  HEDDLE_REQUIRE(!any(a.dilation, [](int64_t v) { return v <= 0; }), "dilation should be greater than zero, but got ",
                 to_text(a.dilation));
  HEDDLE_REQUIRE(a.groups > 0, "non-positive groups is not supported, but got ", a.groups);
  return ok_status();
}

Status check_tensors(const ConvolutionArguments& a) {
  const int64_t rank = a.weight.dim();
  HEDDLE_REQUIRE(a.input.dim() == rank, "Expected ", rank, "-dimensional input for ", rank, "-dimensional weight ",
                 to_text(a.weight.sizes()), ", but got ", a.input.dim(), "-dimensional input of size ",
                 to_text(a.input.sizes()), " instead");
  HEDDLE_REQUIRE(a.input.dtype() == a.weight.dtype(), "Input type (", dtype_name(a.input.dtype()),
                 ") and weight type (", dtype_name(a.weight.dtype()), ") should be the same");
  HEDDLE_REQUIRE(!a.bias || a.bias->dtype() == a.input.dtype(), "Input type (", dtype_name(a.input.dtype()),
                 ") and bias type (", a.bias ? dtype_name(a.bias->dtype()) : std::string_view(),
                 ") should be the same");
  HEDDLE_REQUIRE(a.weight.size(0) >= a.groups && a.weight.size(0) % a.groups == 0, "Given groups=", a.groups,
                 ", expected weight to be divisible by ", a.groups, " at dimension 0, but got weight of size ",
                 to_text(a.weight.sizes()), " instead");
  const int64_t channels = a.transposed ? a.weight.size(0) : a.weight.size(1) * a.groups;
  HEDDLE_REQUIRE(a.input.size(1) == channels, channels_mismatch(a, channels));
  const int64_t outputs = a.transposed ? a.weight.size(1) * a.groups : a.weight.size(0);
  HEDDLE_REQUIRE(!a.bias || (a.bias->dim() == 1 && a.bias->size(0) == outputs), "Given weight of size ",
                 to_text(a.weight.sizes()), ", expected bias to be 1-dimensional with ", outputs,
                 " elements, but got bias of size ", a.bias ? to_text(a.bias->sizes()) : std::string(), " instead");
  return ok_status();
}

// torch counts the padded input; overflow cannot happen for tensors that exist, but paddings are free numbers.
Result<int64_t> output_extent(const ConvolutionArguments& a, size_t axis) {
  const int64_t input = a.input.size(static_cast<int64_t>(axis) + 2);
  const int64_t kernel = a.weight.size(static_cast<int64_t>(axis) + 2);
  constexpr int64_t kLarge = int64_t{1} << 31;
  HEDDLE_REQUIRE(kernel > 0, "convolution: the weight of size ", to_text(a.weight.sizes()), " has an empty kernel");
  HEDDLE_REQUIRE(a.padding[axis] < kLarge && a.dilation[axis] < kLarge && a.stride[axis] < kLarge && kernel < kLarge &&
                     a.output_padding[axis] < kLarge && input < kLarge,
                 "convolution: sizes of 2^31 and more are not supported");
  const int64_t reach = a.dilation[axis] * (kernel - 1) + 1;
  if (a.transposed) {
    HEDDLE_REQUIRE(a.output_padding[axis] < std::max(a.stride[axis], a.dilation[axis]),
                   "output padding must be smaller than either stride or dilation, but got output_padding=",
                   to_text(a.output_padding), ", stride=", to_text(a.stride), ", dilation=", to_text(a.dilation));
    const int64_t extent = (input - 1) * a.stride[axis] - 2 * a.padding[axis] + reach + a.output_padding[axis];
    HEDDLE_REQUIRE(input > 0 && extent > 0, "Given input size per channel: ",
                   to_text(std::span(a.input.sizes().begin() + 2, a.input.sizes().end())),
                   ". Calculated output size per channel is too small: ", extent, " at dimension ", axis + 2);
    return extent;
  }
  if (a.same_padding) return input;
  const int64_t padded = input + 2 * a.padding[axis];
  HEDDLE_REQUIRE(padded >= reach, "Calculated padded input size per channel: ", padded, " at dimension ", axis + 2,
                 ". Kernel size: ", reach, ". Kernel size can't be greater than actual input size");
  return (padded - reach) / a.stride[axis] + 1;
}

}  // namespace

Result<backend::ConvolutionShape> check_convolution(ConvolutionArguments& a) {
  HEDDLE_REQUIRE(a.weight.dim() >= 3 && a.weight.dim() <= 5,
                 "weight should have at least three dimensions and at most five, but has size ",
                 to_text(a.weight.sizes()));
  const auto axes = static_cast<size_t>(a.weight.dim() - 2);
  HEDDLE_TRY(expand(a.stride, "stride", axes));
  HEDDLE_TRY(expand(a.padding, "padding", axes));
  HEDDLE_TRY(expand(a.dilation, "dilation", axes));
  if (!a.transposed) a.output_padding = Dims(axes);
  HEDDLE_TRY(expand(a.output_padding, "output_padding", axes));
  HEDDLE_TRY(check_numbers(a));
  HEDDLE_TRY(check_tensors(a));

  backend::ConvolutionShape shape;
  shape.transposed = a.transposed;
  shape.groups = a.groups;
  shape.batch = a.input.size(0);
  shape.in_channels = a.input.size(1);
  shape.out_channels = a.transposed ? a.weight.size(1) * a.groups : a.weight.size(0);
  for (size_t i = 0; i < axes; ++i) {
    const size_t to = 3 - axes + i;
    shape.input[to] = a.input.size(static_cast<int64_t>(i) + 2);
    shape.kernel[to] = a.weight.size(static_cast<int64_t>(i) + 2);
    shape.output[to] = HEDDLE_TRY(output_extent(a, i));
    shape.stride[to] = a.stride[i];
    shape.dilation[to] = a.dilation[i];
    shape.padding[to] = a.same_padding ? a.dilation[i] * (shape.kernel[to] - 1) / 2 : a.padding[i];
  }
  HEDDLE_TRY(checked_numel(convolution_output_sizes(a, shape), element_size(a.input.dtype())));
  return shape;
}

Dims convolution_output_sizes(const ConvolutionArguments& a, const backend::ConvolutionShape& shape) {
  Dims sizes = {shape.batch, shape.out_channels};
  for (size_t i = 5 - static_cast<size_t>(a.weight.dim()); i < 3; ++i) sizes.push_back(shape.output[i]);
  return sizes;
}

}  // namespace heddle::ops
