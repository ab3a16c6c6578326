// Layers as optimize_for_mobile leaves them: weights in an object of XNNPACK's classes, whose state archives hold, and
// an operator that runs them and cuts its results off. oneDNN's, of torch.jit's fusion for its kernels, likewise.
#include <limits>

#include "core/boxes.h"
#include "ops/backend/activation.h"
#include "ops/common/activation.h"
#include "ops/common/call.h"
#include "ops/common/content.h"
#include "ops/common/copy.h"
#include "schema/boxed.h"
#include "schema/custom_class.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using MaybeTensor = std::optional<Tensor>;
using MaybeScalar = std::optional<Scalar>;

constexpr const char* kLinearClass = "__torch__.torch.classes.xnnpack.LinearOpContext";
constexpr const char* kConvClass = "__torch__.torch.classes.xnnpack.Conv2dOpContext";
constexpr const char* kTransposedClass = "__torch__.torch.classes.xnnpack.TransposeConv2dOpContext";
constexpr const char* kFusedConvClass = "__torch__.torch.classes.mkldnn.ConvOpContext";

constexpr const char* kPrepackLinear = "prepacked::linear_clamp_prepack";
constexpr const char* kPrepackConv = "prepacked::conv2d_clamp_prepack";
constexpr const char* kPrepackTransposed = "prepacked::conv2d_transpose_clamp_prepack";
constexpr const char* kPrepackFused = "mkldnn_prepacked::conv2d_prepack";

enum class Layer { kLinear, kConv, kTransposed };

// Immutable; shared by all calls, on any thread.
struct ClampedLayer final : RefCounted {
  static constexpr const char* kExpected = "of a layer made for mobile devices";
  Layer layer = Layer::kLinear;
  std::vector<IValue> arguments;  // of torch's operator, behind the input
  IValue packed;                  // for heddle::linear or heddle::convolution; None for a transposed convolution
  backend::Activation activation;
};

struct Bounds {
  std::string_view name;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

Result<Bounds> bounds_of(const MaybeScalar& low, const MaybeScalar& high) {
  Bounds bounds;
  if (low) bounds.low = low->to_double();
  if (high) bounds.high = high->to_double();
  HEDDLE_REQUIRE(bounds.low < bounds.high, "output_min, ", bounds.low, ", must be less than output_max, ", bounds.high);
  if (low && !high && bounds.low == 0) {
    bounds.name = "relu";
  } else if (low || high) {
    bounds.name = "hardtanh";
  }
  return bounds;
}

Result<IValue> packed_by(std::string_view name, std::vector<IValue> arguments) {
  const schema::Operator* op = schema::operators().find(name, "");
  HEDDLE_REQUIRE(op, "there is no operator ", name);
  return HEDDLE_TRY(schema::call_operator(*op, arguments))[0];
}

IValue or_none(const MaybeTensor& t) { return t ? IValue(*t) : IValue(); }

Result<Ref<const ClampedLayer>> linear_layer(const Tensor& weight, const MaybeTensor& bias, const Bounds& bounds) {
  auto made = make_ref<ClampedLayer>();
  made->packed = HEDDLE_TRY(packed_by(
      "heddle::pack_linear", {weight, or_none(bias), false, false, std::string(bounds.name), bounds.low, bounds.high}));
  return Ref<const ClampedLayer>(std::move(made));
}

Result<Ref<const ClampedLayer>> conv_layer(const Tensor& weight, const MaybeTensor& bias, const Dims& stride,
                                           const Dims& padding, const Dims& dilation, int64_t groups,
                                           const Bounds& bounds) {
  auto made = make_ref<ClampedLayer>();
  made->layer = Layer::kConv;
  made->packed =
      HEDDLE_TRY(packed_by("heddle::pack_convolution",
                           {weight, IValue(), or_none(bias), make_int_list(stride), make_int_list(padding),
                            make_int_list(dilation), groups, std::string(bounds.name), bounds.low, bounds.high}));
  return Ref<const ClampedLayer>(std::move(made));
}

Result<Ref<const ClampedLayer>> transposed_layer(const Tensor& weight, const MaybeTensor& bias, const Dims& stride,
                                                 const Dims& padding, const Dims& output_padding, const Dims& dilation,
                                                 int64_t groups, const Bounds& bounds) {
  auto made = make_ref<ClampedLayer>();
  made->layer = Layer::kTransposed;
  made->arguments = {
      weight, or_none(bias),          make_int_list(stride), make_int_list(padding), make_int_list(output_padding),
      groups, make_int_list(dilation)};
  made->activation = HEDDLE_TRY(activation_of(bounds.name, bounds.low, bounds.high));
  return Ref<const ClampedLayer>(std::move(made));
}

IValue boxed_layer(const char* class_name, Ref<const ClampedLayer> layer) {
  return IValue(Ref<CapsuleValue>(make_ref<CustomObject>(class_name, std::move(layer))));
}

Result<IValue> prepack_linear(const Tensor& weight, const MaybeTensor& bias, const MaybeScalar& low,
                              const MaybeScalar& high) {
  return boxed_layer(kLinearClass, HEDDLE_TRY(linear_layer(weight, bias, HEDDLE_TRY(bounds_of(low, high)))));
}
Result<IValue> prepack_conv(const Tensor& weight, const MaybeTensor& bias, const Dims& stride, const Dims& padding,
                            const Dims& dilation, int64_t groups, const MaybeScalar& low, const MaybeScalar& high) {
  return boxed_layer(kConvClass, HEDDLE_TRY(conv_layer(weight, bias, stride, padding, dilation, groups,
                                                       HEDDLE_TRY(bounds_of(low, high)))));
}
Result<IValue> prepack_transposed(const Tensor& weight, const MaybeTensor& bias, const Dims& stride,
                                  const Dims& padding, const Dims& output_padding, const Dims& dilation, int64_t groups,
                                  const MaybeScalar& low, const MaybeScalar& high) {
  return boxed_layer(kTransposedClass,
                     HEDDLE_TRY(transposed_layer(weight, bias, stride, padding, output_padding, dilation, groups,
                                                 HEDDLE_TRY(bounds_of(low, high)))));
}
Result<IValue> prepack_fused(const Tensor& weight, const MaybeTensor& bias, const Dims& stride, const Dims& padding,
                             const Dims& dilation, int64_t groups, const Dims&, std::string_view attribute) {
  HEDDLE_REQUIRE(attribute == "none" || attribute == "relu", "mkldnn_prepacked::conv2d_prepack: unknown attribute ",
                 quoted(attribute));
  const Bounds bounds{attribute == "relu" ? attribute : std::string_view()};
  return boxed_layer(kFusedConvClass, HEDDLE_TRY(conv_layer(weight, bias, stride, padding, dilation, groups, bounds)));
}

// The convolution with its result channels-last, as the pass choose_layouts wants it.
Result<Tensor> run_freed(const Tensor& input, const IValue& object) {
  const Ref<const ClampedLayer> layer = HEDDLE_TRY(content_of<ClampedLayer>(object));
  HEDDLE_REQUIRE_CODE(layer->layer == Layer::kConv, kType, "the packed weights are those of another kind of layer");
  HEDDLE_REQUIRE(input.dim() == 4, "expected an input of 4 dimensions, but got size ", to_text(input.sizes()));
  return call_tensor_operator("heddle::convolution", "", {input, layer->packed});
}

template <Layer kind>
Result<Tensor> run(const Tensor& input, const IValue& object) {
  if constexpr (kind == Layer::kConv) return contiguous(HEDDLE_TRY(run_freed(input, object)), input.suggested_format());
  const Ref<const ClampedLayer> layer = HEDDLE_TRY(content_of<ClampedLayer>(object));
  HEDDLE_REQUIRE_CODE(layer->layer == kind, kType, "the packed weights are those of another kind of layer");
  if constexpr (kind == Layer::kLinear) return call_tensor_operator("heddle::linear", "", {input, layer->packed});
  HEDDLE_REQUIRE(input.dim() == 4, "expected an input of 4 dimensions, but got size ", to_text(input.sizes()));
  std::vector<IValue> arguments = layer->arguments;
  arguments.insert(arguments.begin(), IValue(input));
  const Tensor result = HEDDLE_TRY(call_tensor_operator("aten::conv_transpose2d", "input", std::move(arguments)));
  return contiguous(HEDDLE_TRY(activated(result, layer->activation)), input.suggested_format());
}

// A state is what the prepacking operator of the class was called with.
template <const char* const& prepack>
Result<Ref<const RefCounted>> restore(const IValue& state) {
  const schema::Operator* op = schema::operators().find(prepack, "");
  HEDDLE_REQUIRE(op, "there is no operator ", prepack);
  const std::vector<schema::Argument>& declared = op->schema.arguments;
  bool fits = state.is_tuple() && state.as_tuple().items.size() == declared.size();
  for (size_t i = 0; fits && i < declared.size(); ++i) fits = value_is(state.as_tuple().items[i], *declared[i].type);
  HEDDLE_REQUIRE_CODE(fits, kBadArchive, "the state of packed weights should be the arguments of ", prepack,
                      ", but is a ", state.type_text());
  std::vector<IValue> arguments = state.as_tuple().items;
  const auto made = schema::call_operator(*op, arguments);
  if (!made.ok()) return error(ErrorCode::kBadArchive, made.status().message());
  return static_cast<const CustomObject&>((*made)[0].as_capsule()).content;
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(clamped_layers) {
  using namespace heddle::ops;
  const auto add = [&](const char* prepack, std::string_view parameters, std::string_view run_name,
                       const char* class_name, auto make, auto run) {
    table.add(concat(prepack, "(", parameters, ") -> ", class_name), make);
    table.add(concat(run_name, "(Tensor X, ", class_name, " W_prepack) -> Tensor Y"), run);
  };
  add(kPrepackLinear, "Tensor W, Tensor? B=None, Scalar? output_min=None, Scalar? output_max=None",
      "prepacked::linear_clamp_run", kLinearClass, boxed<&prepack_linear>(), boxed<&run<Layer::kLinear>>());
  add(kPrepackConv,
      "Tensor W, Tensor? B, int[2] stride, int[2] padding, int[2] dilation, int groups, Scalar? output_min=None, "
      "Scalar? output_max=None",
      "prepacked::conv2d_clamp_run", kConvClass, boxed<&prepack_conv>(), boxed<&run<Layer::kConv>>());
  add(kPrepackTransposed,
      "Tensor W, Tensor? B, int[2] stride, int[2] padding, int[2] output_padding, int[2] dilation, int groups, "
      "Scalar? output_min=None, Scalar? output_max=None",
      "prepacked::conv2d_transpose_clamp_run", kTransposedClass, boxed<&prepack_transposed>(),
      boxed<&run<Layer::kTransposed>>());
  add(kPrepackFused,
      "Tensor W, Tensor? B, int[2] stride, int[2] padding, int[2] dilation, int groups, int[4] input_size, str attr",
      "mkldnn_prepacked::conv2d_run", kFusedConvClass, boxed<&prepack_fused>(), boxed<&run<Layer::kConv>>());
  table.add("heddle::clamped_convolution(Tensor input, Any packed) -> Tensor", boxed<&run_freed>());
  heddle::schema::register_custom_class(kLinearClass, &restore<kPrepackLinear>);
  heddle::schema::register_custom_class(kConvClass, &restore<kPrepackConv>);
  heddle::schema::register_custom_class(kTransposedClass, &restore<kPrepackTransposed>);
  heddle::schema::register_custom_class(kFusedConvClass, &restore<kPrepackFused>);
}
