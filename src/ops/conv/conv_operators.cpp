// torch's operators for convolution: names, defaults, batchless inputs, padding by name.
#include <string>

#include "ops/common/copy.h"
#include "ops/conv/convolution.h"
#include "ops/conv/implementations.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using MaybeTensor = std::optional<Tensor>;

// Adds the batch that `input` lacks, convolves, and takes it away again.
Result<Tensor> batched(std::string_view name, int64_t axes, ConvolutionArguments a) {
  const bool batchless = a.input.dim() == axes + 1;
  HEDDLE_REQUIRE(batchless || a.input.dim() == axes + 2, "Expected ", axes + 1, "D (unbatched) or ", axes + 2,
                 "D (batched) input to ", name, ", but got input of size: ", to_text(a.input.sizes()));
  HEDDLE_REQUIRE(a.weight.dim() == axes + 2, "Expected ", axes + 2, "D weight for ", name,
                 ", but got weight of size: ", to_text(a.weight.sizes()));
  if (batchless) a.input = a.input.unsqueeze(0);
  const Tensor result = HEDDLE_TRY(convolution(std::move(a)));
  return batchless ? result.select(0, 0) : result;
}

ConvolutionArguments arguments_of(const Tensor& input, const Tensor& weight, const MaybeTensor& bias,
                                  const Dims& stride, const Dims& dilation, int64_t groups) {
  ConvolutionArguments a;
  a.input = input;
  a.weight = weight;
  a.bias = bias;
  a.stride = stride;
  a.padding = {0};
  a.dilation = dilation;
  a.groups = groups;
  return a;
}

template <int64_t axes>
std::string name_of(const char* stem) {
  return concat(stem, axes, "d");
}

template <int64_t axes>
Result<Tensor> conv(const Tensor& input, const Tensor& weight, const MaybeTensor& bias, const Dims& stride,
                    const Dims& padding, const Dims& dilation, int64_t groups) {
  ConvolutionArguments a = arguments_of(input, weight, bias, stride, dilation, groups);
  a.padding = padding;
  return batched(name_of<axes>("conv"), axes, std::move(a));
}

Status set_padding(ConvolutionArguments& a, std::string_view padding) {
  HEDDLE_REQUIRE(padding == "same" || padding == "valid", "Invalid padding string: '", padding,
                 "', expected 'same' or 'valid'");
  a.same_padding = padding == "same";
  for (int64_t s : a.stride) {
    HEDDLE_REQUIRE(!a.same_padding || s == 1,
                   "padding='same' is not supported for strided convolutions, but stride=", to_text(a.stride));
  }
  return ok_status();
}

template <int64_t axes>
Result<Tensor> conv_padding(const Tensor& input, const Tensor& weight, const MaybeTensor& bias, const Dims& stride,
                            std::string_view padding, const Dims& dilation, int64_t groups) {
  ConvolutionArguments a = arguments_of(input, weight, bias, stride, dilation, groups);
  HEDDLE_TRY(set_padding(a, padding));
  return batched(name_of<axes>("conv"), axes, std::move(a));
}

template <int64_t axes>
Result<Tensor> conv_transpose(const Tensor& input, const Tensor& weight, const MaybeTensor& bias, const Dims& stride,
                              const Dims& padding, const Dims& output_padding, int64_t groups, const Dims& dilation) {
  ConvolutionArguments a = arguments_of(input, weight, bias, stride, dilation, groups);
  a.padding = padding;
  a.output_padding = output_padding;
  a.transposed = true;
  return batched(name_of<axes>("conv_transpose"), axes, std::move(a));
}

Result<Tensor> convolution_operator(const Tensor& input, const Tensor& weight, const MaybeTensor& bias,
                                    const Dims& stride, const Dims& padding, const Dims& dilation, bool transposed,
                                    const Dims& output_padding, int64_t groups) {
  ConvolutionArguments a = arguments_of(input, weight, bias, stride, dilation, groups);
  a.padding = padding;
  a.output_padding = output_padding;
  a.transposed = transposed;
  const int64_t axes = weight.dim() - 2;
  HEDDLE_REQUIRE(axes > 0, "weight should have at least three dimensions, but has size ", to_text(weight.sizes()));
  return batched("convolution", axes, std::move(a));
}

Result<Tensor> underscore_convolution(const Tensor& input, const Tensor& weight, const MaybeTensor& bias,
                                      const Dims& stride, const Dims& padding, const Dims& dilation, bool transposed,
                                      const Dims& output_padding, int64_t groups, bool, bool, bool, bool) {
  return convolution_operator(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups);
}

Result<Tensor> deprecated_convolution(const Tensor& input, const Tensor& weight, const MaybeTensor& bias,
                                      const Dims& stride, const Dims& padding, const Dims& dilation, bool transposed,
                                      const Dims& output_padding, int64_t groups, bool, bool, bool) {
  return convolution_operator(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups);
}

Result<Tensor> convolution_mode(const Tensor& input, const Tensor& weight, const MaybeTensor& bias, const Dims& stride,
                                std::string_view padding, const Dims& dilation, int64_t groups) {
  ConvolutionArguments a = arguments_of(input, weight, bias, stride, dilation, groups);
  HEDDLE_TRY(set_padding(a, padding));
  return convolution(std::move(a));
}

Result<Tensor> mkldnn_convolution(const Tensor& input, const Tensor& weight, const MaybeTensor& bias,
                                  const Dims& padding, const Dims& stride, const Dims& dilation, int64_t groups) {
  ConvolutionArguments a = arguments_of(input, weight, bias, stride, dilation, groups);
  a.padding = padding;
  return convolution(std::move(a));
}

// The functions behind conv2d and conv3d, which old archives name. The kernel size must be the weight's.
template <int64_t axes>
Result<Tensor> slow_conv(const Tensor& input, const Tensor& weight, const Dims& kernel_size, const MaybeTensor& bias,
                         const Dims& stride, const Dims& padding) {
  for (int64_t i = 0; i < axes && weight.dim() == axes + 2; ++i) {
    HEDDLE_REQUIRE(weight.size(i + 2) == kernel_size[static_cast<size_t>(i)], "kernel_size ", to_text(kernel_size),
                   " does not match the weight of size ", to_text(weight.sizes()));
  }
  return conv<axes>(input, weight, bias, stride, padding, {1}, 1);
}

template <int64_t axes>
Result<Tensor> slow_conv_dilated(const Tensor& input, const Tensor& weight, const Dims&, const MaybeTensor& bias,
                                 const Dims& stride, const Dims& padding, const Dims& dilation) {
  return conv<axes>(input, weight, bias, stride, padding, dilation, 1);
}

template <int64_t axes>
Result<Tensor> slow_conv_transpose(const Tensor& input, const Tensor& weight, const Dims&, const MaybeTensor& bias,
                                   const Dims& stride, const Dims& padding, const Dims& output_padding,
                                   const Dims& dilation) {
  return conv_transpose<axes>(input, weight, bias, stride, padding, output_padding, 1, dilation);
}

// self [time, batch, in], weight [taps, in, out].
Result<Tensor> conv_tbc(const Tensor& self, const Tensor& weight, const Tensor& bias, int64_t pad) {
  HEDDLE_REQUIRE(self.dim() == 3 && weight.dim() == 3,
                 "conv_tbc: input and weight must have 3 dims: time, batch, in_channel, but got ",
                 to_text(self.sizes()), " and ", to_text(weight.sizes()));
  HEDDLE_REQUIRE(bias.dim() == 1 && bias.size(0) == weight.size(2), "conv_tbc: bias must be 1-dimensional with ",
                 weight.size(2), " elements, but has size ", to_text(bias.sizes()));
  ConvolutionArguments a = arguments_of(self.permute(Dims{1, 2, 0}), weight.permute(Dims{2, 1, 0}), bias, {1}, {1}, 1);
  a.padding = {pad};
  const Tensor result = HEDDLE_TRY(convolution(std::move(a)));
  return contiguous(result.permute(Dims{2, 0, 1}));
}

template <auto function>
void add(schema::TableBuilder& table, std::string_view schema) {
  table.add(schema, schema::boxed<function>());
  describe(table, convolution_implementations());
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(convolution) {
  add<&conv<1>>(table,
                "aten::conv1d(Tensor input, Tensor weight, Tensor? bias=None, int[1] stride=[1], int[1] padding=[0], "
                "int[1] dilation=[1], int groups=1) -> Tensor");
  add<&conv<2>>(table,
                "aten::conv2d(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, int[2] padding=0, "
                "int[2] dilation=1, int groups=1) -> Tensor");
  add<&conv<3>>(table,
                "aten::conv3d(Tensor input, Tensor weight, Tensor? bias=None, int[3] stride=1, int[3] padding=0, "
                "int[3] dilation=1, int groups=1) -> Tensor");
  add<&conv_padding<1>>(table,
                        "aten::conv1d.padding(Tensor input, Tensor weight, Tensor? bias=None, int[1] stride=[1], str "
                        "padding=\"valid\", int[1] dilation=[1], int groups=1) -> Tensor");
  add<&conv_padding<2>>(table,
                        "aten::conv2d.padding(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, str "
                        "padding=\"valid\", int[2] dilation=1, int groups=1) -> Tensor");
  add<&conv_padding<3>>(table,
                        "aten::conv3d.padding(Tensor input, Tensor weight, Tensor? bias=None, int[3] stride=1, str "
                        "padding=\"valid\", int[3] dilation=1, int groups=1) -> Tensor");
  add<&conv_transpose<1>>(
      table,
      "aten::conv_transpose1d(Tensor input, Tensor weight, Tensor? bias=None, int[1] stride=[1], int[1] padding=[0], "
      "int[1] output_padding=[0], int groups=1, int[1] dilation=[1]) -> Tensor");
  add<&conv_transpose<2>>(
      table,
      "aten::conv_transpose2d.input(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, int[2] padding=0, "
      "int[2] output_padding=0, int groups=1, int[2] dilation=1) -> Tensor");
  add<&conv_transpose<3>>(
      table,
      "aten::conv_transpose3d.input(Tensor input, Tensor weight, Tensor? bias=None, int[3] stride=1, int[3] padding=0, "
      "int[3] output_padding=0, int groups=1, int[3] dilation=1) -> Tensor");
  add<&convolution_operator>(table,
                             "aten::convolution(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] "
                             "padding, int[] dilation, bool transposed, int[] output_padding, int groups) -> Tensor");
  table.derive(
      "aten::convolution.out(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, "
      "bool transposed, int[] output_padding, int groups, *, Tensor(a!) out) -> Tensor(a!)");
  add<&convolution_operator>(
      table,
      "aten::convolution_overrideable(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] "
      "dilation, bool transposed, int[] output_padding, int groups) -> Tensor");
  add<&underscore_convolution>(table,
                               "aten::_convolution(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] "
                               "padding, int[] dilation, bool transposed, int[] output_padding, int groups, bool "
                               "benchmark, bool deterministic, bool cudnn_enabled, bool allow_tf32) -> Tensor");
  table.derive(
      "aten::_convolution.out(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, "
      "bool transposed, int[] output_padding, int groups, bool benchmark, bool deterministic, bool cudnn_enabled, bool "
      "allow_tf32, *, Tensor(a!) out) -> Tensor(a!)");
  add<&deprecated_convolution>(table,
                               "aten::_convolution.deprecated(Tensor input, Tensor weight, Tensor? bias, int[] stride, "
                               "int[] padding, int[] dilation, bool transposed, int[] output_padding, int groups, bool "
                               "benchmark, bool deterministic, bool cudnn_enabled) -> Tensor");
  add<&convolution_mode>(table,
                         "aten::_convolution_mode(Tensor input, Tensor weight, Tensor? bias, int[] stride, str "
                         "padding, int[] dilation, int groups) -> Tensor");
  add<&mkldnn_convolution>(table,
                           "aten::mkldnn_convolution(Tensor self, Tensor weight, Tensor? bias, int[] padding, int[] "
                           "stride, int[] dilation, int groups) -> Tensor");
  add<&conv_tbc>(table, "aten::conv_tbc(Tensor self, Tensor weight, Tensor bias, int pad=0) -> Tensor");
  table.derive(
      "aten::conv_tbc.out(Tensor self, Tensor weight, Tensor bias, int pad=0, *, Tensor(a!) out) -> Tensor(a!)");
}

HEDDLE_OPERATORS(slow_convolution) {
  add<&slow_conv<2>>(table,
                     "aten::thnn_conv2d(Tensor self, Tensor weight, int[2] kernel_size, Tensor? bias=None, int[2] "
                     "stride=1, int[2] padding=0) -> Tensor");
  table.derive(
      "aten::thnn_conv2d.out(Tensor self, Tensor weight, int[2] kernel_size, Tensor? bias=None, int[2] stride=1, "
      "int[2] padding=0, *, Tensor(a!) out) -> Tensor(a!)");
  add<&slow_conv<2>>(table,
                     "aten::_slow_conv2d_forward(Tensor self, Tensor weight, int[2] kernel_size, Tensor? bias, int[2] "
                     "stride, int[2] padding) -> Tensor");
  add<&slow_conv<3>>(table,
                     "aten::slow_conv3d(Tensor self, Tensor weight, int[3] kernel_size, Tensor? bias=None, int[3] "
                     "stride=1, int[3] padding=0) -> Tensor");
  table.derive(
      "aten::slow_conv3d.out(Tensor self, Tensor weight, int[3] kernel_size, Tensor? bias=None, int[3] stride=1, "
      "int[3] padding=0, *, Tensor(a!) out) -> Tensor(a!)");
  add<&slow_conv<3>>(table,
                     "aten::slow_conv3d_forward(Tensor self, Tensor weight, int[3] kernel_size, Tensor? bias, int[3] "
                     "stride, int[3] padding) -> Tensor");
  add<&slow_conv_dilated<2>>(table,
                             "aten::slow_conv_dilated2d(Tensor self, Tensor weight, int[2] kernel_size, Tensor? "
                             "bias=None, int[2] stride=1, int[2] padding=0, int[2] dilation=1) -> Tensor");
  add<&slow_conv_dilated<3>>(table,
                             "aten::slow_conv_dilated3d(Tensor self, Tensor weight, int[3] kernel_size, Tensor? "
                             "bias=None, int[3] stride=1, int[3] padding=0, int[3] dilation=1) -> Tensor");
  add<&slow_conv_transpose<2>>(
      table,
      "aten::slow_conv_transpose2d(Tensor self, Tensor weight, int[2] kernel_size, Tensor? bias=None, int[2] stride=1, "
      "int[2] padding=0, int[2] output_padding=0, int[2] dilation=1) -> Tensor");
  table.derive(
      "aten::slow_conv_transpose2d.out(Tensor self, Tensor weight, int[2] kernel_size, Tensor? bias=None, int[2] "
      "stride=1, int[2] padding=0, int[2] output_padding=0, int[2] dilation=1, *, Tensor(a!) out) -> Tensor(a!)");
  add<&slow_conv_transpose<3>>(
      table,
      "aten::slow_conv_transpose3d(Tensor self, Tensor weight, int[3] kernel_size, Tensor? bias=None, int[3] stride=1, "
      "int[3] padding=0, int[3] output_padding=0, int[3] dilation=1) -> Tensor");
  table.derive(
      "aten::slow_conv_transpose3d.out(Tensor self, Tensor weight, int[3] kernel_size, Tensor? bias=None, int[3] "
      "stride=1, int[3] padding=0, int[3] output_padding=0, int[3] dilation=1, *, Tensor(a!) out) -> Tensor(a!)");
}
