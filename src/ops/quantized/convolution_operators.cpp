// quantized::conv1d, conv2d, conv3d and their transposed, dynamic and packing forms.
#include "ops/quantized/convolution_operators.h"

#include "schema/boxed.h"
#include "schema/custom_class.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using MaybeTensor = std::optional<Tensor>;
using WeightAndBias = std::tuple<Tensor, MaybeTensor>;
using Convolution = Ref<const QuantizedConvolution>;

IValue boxed_convolution(Convolution content) {
  const char* name = content->spatial() == 2 ? kConvolution2dParamsClass : kConvolution3dParamsClass;
  return IValue(Ref<CapsuleValue>(make_ref<CustomObject>(name, std::move(content))));
}

Dims zeros_like(const Dims& d) { return Dims(d.size(), int64_t{0}); }

template <int spatial>
Result<IValue> prepack(const Tensor& weight, const MaybeTensor& bias, const Dims& stride, const Dims& padding,
                       const Dims& dilation, int64_t groups) {
  return boxed_convolution(HEDDLE_TRY(QuantizedConvolution::make(
      spatial, weight, bias, {stride, padding, zeros_like(stride), dilation, groups, false})));
}
template <int spatial>
Result<IValue> prepack_transposed(const Tensor& weight, const MaybeTensor& bias, const Dims& stride,
                                  const Dims& padding, const Dims& output_padding, const Dims& dilation,
                                  int64_t groups) {
  return boxed_convolution(HEDDLE_TRY(
      QuantizedConvolution::make(spatial, weight, bias, {stride, padding, output_padding, dilation, groups, true})));
}

// Those of one dimension have a first one of extent 1.
Result<Tensor> with_height(const Tensor& t) {
  HEDDLE_REQUIRE(t.dim() == 3, "quantized convolution: expected a tensor of 3 dimensions, but got size ",
                 to_text(t.sizes()));
  Tensor result = t.unsqueeze(2);
  const Ref<const Quantizer> q = is_quantized(t.dtype()) ? quantizer_of(t) : nullptr;
  HEDDLE_REQUIRE(!q || q->per_tensor() || q->axis < 2,
                 "quantized convolution: weights quantised per channel must be so "
                 "along their outputs");
  return result;
}
Dims with_first(const Dims& d, int64_t first) {
  Dims result = {first};
  for (int64_t n : d) result.push_back(n);
  return result;
}
Result<IValue> prepack_1d(const Tensor& weight, const MaybeTensor& bias, const Dims& stride, const Dims& padding,
                          const Dims& dilation, int64_t groups) {
  return prepack<2>(HEDDLE_TRY(with_height(weight)), bias, with_first(stride, 1), with_first(padding, 0),
                    with_first(dilation, 1), groups);
}
Result<IValue> prepack_transposed_1d(const Tensor& weight, const MaybeTensor& bias, const Dims& stride,
                                     const Dims& padding, const Dims& output_padding, const Dims& dilation,
                                     int64_t groups) {
  return prepack_transposed<2>(HEDDLE_TRY(with_height(weight)), bias, with_first(stride, 1), with_first(padding, 0),
                               with_first(output_padding, 0), with_first(dilation, 1), groups);
}

Result<Convolution> convolution_of(const IValue& packed, bool transposed) {
  Convolution content = HEDDLE_TRY(content_of<QuantizedConvolution>(packed));
  HEDDLE_REQUIRE(content->shape().transposed == transposed, "quantized convolution: the packed parameters are ",
                 transposed ? "not " : "", "those of a transposed one");
  return content;
}

template <bool relu, bool transposed>
Result<Tensor> run(const Tensor& input, const IValue& packed, double scale, int64_t zero_point) {
  return HEDDLE_TRY(convolution_of(packed, transposed))->run(input, scale, zero_point, relu);
}
template <bool relu>
Result<Tensor> run_old(const Tensor& input, const IValue& packed, const Dims&, const Dims&, const Dims&, int64_t,
                       double scale, int64_t zero_point) {
  return run<relu, false>(input, packed, scale, zero_point);
}
template <bool relu, bool transposed>
Result<Tensor> run_1d(const Tensor& input, const IValue& packed, double scale, int64_t zero_point) {
  const Tensor result = HEDDLE_TRY((run<relu, transposed>(HEDDLE_TRY(with_height(input)), packed, scale, zero_point)));
  return result.select(2, 0);
}
template <bool transposed>
Result<Tensor> run_dynamic(const Tensor& input, const IValue& packed, bool reduce_range) {
  return HEDDLE_TRY(convolution_of(packed, transposed))->run_dynamic(input, reduce_range);
}
template <bool transposed>
Result<Tensor> run_dynamic_1d(const Tensor& input, const IValue& packed, bool reduce_range) {
  const Tensor result = HEDDLE_TRY(run_dynamic<transposed>(HEDDLE_TRY(with_height(input)), packed, reduce_range));
  return result.select(2, 0);
}

Result<WeightAndBias> unpack(const IValue& packed) {
  const Convolution c = HEDDLE_TRY(content_of<QuantizedConvolution>(packed));
  return WeightAndBias(c->weight(), c->bias());
}
Result<Tensor> weight(const IValue& packed) { return HEDDLE_TRY(content_of<QuantizedConvolution>(packed))->weight(); }
Result<MaybeTensor> bias(const IValue& packed) { return HEDDLE_TRY(content_of<QuantizedConvolution>(packed))->bias(); }
Result<WeightAndBias> unpack_1d(const IValue& packed) {
  const Convolution c = HEDDLE_TRY(content_of<QuantizedConvolution>(packed));
  HEDDLE_REQUIRE(c->weight().dim() == 4 && c->weight().size(2) == 1,
                 "quantized convolution: the packed parameters are not those of one dimension");
  return WeightAndBias(c->weight().select(2, 0), c->bias());
}

template <Dims QuantizedConvolutionShape::*member>
Result<Dims> numbers(const IValue& packed) {
  return HEDDLE_TRY(content_of<QuantizedConvolution>(packed))->shape().*member;
}
Result<int64_t> groups(const IValue& packed) {
  return HEDDLE_TRY(content_of<QuantizedConvolution>(packed))->shape().groups;
}
Result<int64_t> transposed(const IValue& packed) {
  return int64_t{HEDDLE_TRY(content_of<QuantizedConvolution>(packed))->shape().transposed};
}

Result<bool> is_transposed(const IValue& packed) {
  return HEDDLE_TRY(content_of<QuantizedConvolution>(packed))->shape().transposed;
}

constexpr std::string_view kPlain = ", float output_scale, int output_zero_point) -> Tensor";
constexpr std::string_view kOld =
    " weight, int[] stride, int[] padding, int[] dilation, int groups, float output_scale, int output_zero_point) -> "
    "Tensor";
constexpr std::string_view kWeights = "(Tensor weight, Tensor? bias, int[] stride, int[] padding, ";
constexpr std::string_view kUnpacked = " packed_weights) -> (Tensor unpacked_weights, Tensor? B_origin)";

void add_questions(schema::TableBuilder& table, std::string_view name, std::string_view packed) {
  const auto list = [&](std::string_view question, schema::Kernel kernel) {
    table.add(concat("quantized::", name, "_", question, "(", packed, " packed_weights) -> int[]"), kernel);
  };
  list("stride", boxed<&numbers<&QuantizedConvolutionShape::stride>>());
  list("padding", boxed<&numbers<&QuantizedConvolutionShape::padding>>());
  list("output_padding", boxed<&numbers<&QuantizedConvolutionShape::output_padding>>());
  list("dilation", boxed<&numbers<&QuantizedConvolutionShape::dilation>>());
  table.add(concat("quantized::", name, "_groups(", packed, " packed_weights) -> int"), boxed<&groups>());
  table.add(concat("quantized::", name, "_transpose(", packed, " packed_weights) -> int"), boxed<&transposed>());
}

// What archives' code calls of the packed object itself, as PyTorch 1.6 wrote it.
void add_methods(schema::TableBuilder& table, const std::string& packed) {
  const auto method = [&](std::string_view name, std::string_view result, schema::Kernel kernel) {
    table.add(concat(schema::custom_method(packed, name), "(", packed, " self) -> ", result), kernel);
  };
  method("unpack", "(Tensor, Tensor?)", boxed<&unpack>());
  method("weight", "Tensor", boxed<&weight>());
  method("bias", "Tensor?", boxed<&bias>());
  method("stride", "int[]", boxed<&numbers<&QuantizedConvolutionShape::stride>>());
  method("padding", "int[]", boxed<&numbers<&QuantizedConvolutionShape::padding>>());
  method("output_padding", "int[]", boxed<&numbers<&QuantizedConvolutionShape::output_padding>>());
  method("dilation", "int[]", boxed<&numbers<&QuantizedConvolutionShape::dilation>>());
  method("groups", "int", boxed<&groups>());
  method("transpose", "bool", boxed<&is_transposed>());
}

// conv2d or conv3d in all its forms.
template <int spatial>
void add_dimensions(schema::TableBuilder& table) {
  const std::string packed = spatial == 2 ? kConvolution2dParamsClass : kConvolution3dParamsClass;
  const std::string name = concat("conv", spatial, "d");
  const std::string transpose = concat("conv_transpose", spatial, "d");
  schema::register_custom_class(packed, &restore_convolution);
  add_methods(table, packed);
  for (const char* space : {"quantized::", "_quantized::"}) {
    const bool main = space[0] == 'q';
    table.add(concat(space, name, main ? ".new" : "", "(Tensor qx, ", packed, " packed_weight", kPlain),
              boxed<&run<false, false>>());
    table.add(concat(space, name, main ? "_relu.new" : "_relu", "(Tensor qx, ", packed, " packed_weight", kPlain),
              boxed<&run<true, false>>());
    table.add(concat(space, name, "_prepack", kWeights, "int[] dilation, int groups) -> ", packed),
              boxed<&prepack<spatial>>());
  }
  table.add(concat("quantized::", name, "(Tensor qx, ", packed, kOld), boxed<&run_old<false>>());
  table.add(concat("quantized::", name, "_relu(Tensor qx, ", packed, kOld), boxed<&run_old<true>>());
  table.add(concat("quantized::", transpose, "_prepack", kWeights,
                   "int[] output_padding, int[] dilation, int groups) -> ", packed),
            boxed<&prepack_transposed<spatial>>());
  table.add(concat("quantized::", transpose, "(Tensor qx, ", packed, " packed_weight", kPlain),
            boxed<&run<false, true>>());
  for (const std::string& each : {name, transpose}) {
    table.add(concat("quantized::", each, "_dynamic(Tensor qx, ", packed,
                     " packed_weight, bool reduce_range=False) -> Tensor"),
              each == name ? boxed<&run_dynamic<false>>() : boxed<&run_dynamic<true>>());
    table.add(concat("quantized::", each, "_unpack(", packed, kUnpacked), boxed<&unpack>());
    add_questions(table, each, packed);
  }
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(quantized_convolution) {
  using namespace heddle::ops;
  add_dimensions<2>(table);
  add_dimensions<3>(table);
  const std::string packed = kConvolution2dParamsClass;
  table.add(concat("quantized::conv1d(Tensor qx, ", packed, " packed_weight", kPlain), boxed<&run_1d<false, false>>());
  table.add(concat("quantized::conv1d_relu(Tensor qx, ", packed, " packed_weight", kPlain),
            boxed<&run_1d<true, false>>());
  table.add(concat("quantized::conv_transpose1d(Tensor qx, ", packed, " packed_weight", kPlain),
            boxed<&run_1d<false, true>>());
  table.add(
      concat("quantized::conv1d_dynamic(Tensor qx, ", packed, " packed_weight, bool reduce_range=False) -> Tensor"),
      boxed<&run_dynamic_1d<false>>());
  table.add(concat("quantized::conv1d_prepack", kWeights, "int[] dilation, int groups) -> ", packed),
            boxed<&prepack_1d>());
  table.add(concat("quantized::conv_transpose1d_prepack", kWeights,
                   "int[] output_padding, int[] dilation, int groups) -> ", packed),
            boxed<&prepack_transposed_1d>());
  table.add(concat("quantized::conv_prepack", kWeights, "int[] dilation, int groups) -> ", packed),
            boxed<&prepack<2>>());
  table.add(concat("quantized::conv_unpack(", packed, kUnpacked), boxed<&unpack>());
  for (const char* name : {"conv1d", "conv_transpose1d"}) {
    table.add(concat("quantized::", name, "_unpack(", packed, kUnpacked), boxed<&unpack_1d>());
  }
}
