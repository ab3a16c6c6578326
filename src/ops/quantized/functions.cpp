// quantized:: operators that compute through the numbers their integers stand for: arithmetic, activations, norms.
#include <algorithm>
#include <string>

#include "ops/common/call.h"
#include "ops/common/copy.h"
#include "ops/quantized/adapt.h"
#include "ops/quantized/byte_quantizer.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using MaybeTensor = std::optional<Tensor>;
using MaybeScalar = std::optional<Scalar>;

IValue optional(const MaybeTensor& t) { return t ? IValue(*t) : IValue(); }

// The numbers as a quantised tensor; relu raises what is below 0.
Result<Tensor> stored(const Tensor& values, double scale, int64_t zero_point, DType dtype, bool relu) {
  const Tensor result = HEDDLE_TRY(quantize(values, HEDDLE_TRY(make_quantizer(scale, zero_point, dtype)), dtype));
  if (relu) raise_to_zero_point(result);
  return result;
}

Status check_pair(const Tensor& a, const Tensor& b) {
  HEDDLE_TRY(tensor_quantizer_of("quantized arithmetic", a));
  HEDDLE_TRY(tensor_quantizer_of("quantized arithmetic", b));
  HEDDLE_REQUIRE(a.dtype() == b.dtype(), "Arithmetic operands should have same data type, but have ",
                 python_name(a.dtype()), " and ", python_name(b.dtype()));
  return ok_status();
}

// Sums of bytes in one layout.
Result<Tensor> add_bytes(const Tensor& a, const Tensor& b, double scale, int64_t zero_point, bool relu) {
  const Tensor result = HEDDLE_TRY(Tensor::empty_like(a));
  set_quantizer(result, HEDDLE_TRY(make_quantizer(scale, zero_point, a.dtype())));
  const Ref<const Quantizer> of_a = quantizer_of(a);
  const Ref<const Quantizer> of_b = quantizer_of(b);
  const auto scale_a = static_cast<float>(of_a->scale());
  const auto scale_b = static_cast<float>(of_b->scale());
  const auto zero_a = static_cast<int32_t>(of_a->zero_point());
  const auto zero_b = static_cast<int32_t>(of_b->zero_point());
  const auto* x = static_cast<const uint8_t*>(a.raw_data());
  const auto* y = static_cast<const uint8_t*>(b.raw_data());
  auto* to = static_cast<uint8_t*>(result.raw_data());
  const ByteQuantizer to_byte(1.0f / static_cast<float>(scale), zero_point, {relu ? zero_point : 0, 255});
  parallel::parallel_for(0, a.numel(), 16384, [&](int64_t begin, int64_t end) {
    // Copies, as bytes that are written might be those of what is captured.
    const auto add = [x, y, scale_a, scale_b, zero_a, zero_b, to_byte](int64_t i) {
      const float left = scale_a * static_cast<float>(x[i] - zero_a);
      const float right = scale_b * static_cast<float>(y[i] - zero_b);
      return static_cast<uint8_t>(to_byte(left + right));
    };
    uint8_t* const sums = to;
    for (int64_t i = begin; i < end; ++i) sums[i] = add(i);
  });
  return result;
}

template <bool relu>
Result<Tensor> add(const Tensor& a, const Tensor& b, double scale, int64_t zero_point) {
  HEDDLE_TRY(check_pair(a, b));
  if (a.dtype() == DType::kQUInt8 && a.sizes() == b.sizes() && a.strides() == b.strides() && a.is_dense()) {
    return add_bytes(a, b, scale, zero_point, relu);
  }
  const Tensor left = HEDDLE_TRY(dequantize(a));
  const Tensor right = HEDDLE_TRY(dequantize(b));
  const Tensor sum = HEDDLE_TRY(call_tensor_operator("aten::add", "Tensor", {left, right}));
  return stored(sum, scale, zero_point, a.dtype(), relu);
}

// Products of integers are exact, so they are rounded once.
template <bool relu>
Result<Tensor> mul(const Tensor& a, const Tensor& b, double scale, int64_t zero_point) {
  HEDDLE_TRY(check_pair(a, b));
  const Tensor left = HEDDLE_TRY(centred(a));
  const Tensor right = HEDDLE_TRY(centred(b));
  const Tensor product = HEDDLE_TRY(call_tensor_operator("aten::mul", "Tensor", {left, right}));
  const auto inverse = 1.0f / static_cast<float>(scale);
  const float factor =
      static_cast<float>(quantizer_of(a)->scale()) * static_cast<float>(quantizer_of(b)->scale()) * inverse;
  const Tensor result =
      HEDDLE_TRY(from_centred(product, factor, HEDDLE_TRY(make_quantizer(scale, zero_point, a.dtype())), a.dtype()));
  if (relu) raise_to_zero_point(result);
  return result;
}

// The operators that write into a tensor take its scale.
template <auto function>
Result<Tensor> into(const Tensor& a, const Tensor& b, const Tensor& out) {
  const Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of("quantized arithmetic", out));
  const Tensor result = HEDDLE_TRY(function(a, b, q->scale(), q->zero_point()));
  HEDDLE_REQUIRE(result.sizes() == out.sizes() && result.dtype() == out.dtype(),
                 "quantized arithmetic: the out tensor of size ", to_text(out.sizes()), " should have size ",
                 to_text(result.sizes()));
  HEDDLE_TRY(copy_into(integers_of(out), integers_of(result)));
  return out;
}

// Where the shifted range still holds the integers, only the zero point moves.
template <bool relu>
Result<Tensor> add_scalar(const Tensor& a, const Scalar& b) {
  const Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of("quantized::add_scalar", a));
  const IntegerRange range = integer_range(a.dtype());
  const double scale = q->scale();
  const double c = b.to_double();
  const double moved = static_cast<double>(q->zero_point()) - std::nearbyint(c / scale);
  const auto low = static_cast<double>(range.low);
  const auto high = static_cast<double>(range.high);
  Tensor result;
  if (moved >= low && moved <= high) {
    result = with_quantizer(HEDDLE_TRY(clone(integers_of(a))), make_ref<Quantizer>(scale, static_cast<int64_t>(moved)));
    if (relu) raise_to_zero_point(result);
    return result;
  }
  const double grown = (moved < low ? high - moved : moved - low) / (high - low) * scale;
  const Tensor numbers = HEDDLE_TRY(dequantize(a));
  const Tensor sum = HEDDLE_TRY(call_tensor_operator("aten::add", "Scalar", {numbers, b}));
  return stored(sum, grown, moved < low ? range.low : range.high, a.dtype(), relu);
}

// The integers stay, or are mirrored for a negative factor.
template <bool relu>
Result<Tensor> mul_scalar(const Tensor& a, const Scalar& b) {
  const Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of("quantized::mul_scalar", a));
  const IntegerRange range = integer_range(a.dtype());
  const double c = b.to_double();
  Tensor integers = HEDDLE_TRY(clone(integers_of(a)));
  Ref<const Quantizer> scaled = make_ref<Quantizer>(q->scale() * c, q->zero_point());
  if (c == 0) {
    HEDDLE_TRY(zero(integers));
    scaled = make_ref<Quantizer>(1.0, 0);
  } else if (c < 0) {
    const Tensor wide = HEDDLE_TRY(to_dtype(integers, DType::kInt64));
    const Tensor mirrored = HEDDLE_TRY(call_tensor_operator("aten::rsub", "Scalar", {wide, range.high + range.low}));
    integers = HEDDLE_TRY(to_dtype(mirrored, integers.dtype()));
    scaled = make_ref<Quantizer>(-q->scale() * c, range.high - (q->zero_point() - range.low));
  }
  const Tensor result = with_quantizer(integers, scaled);
  if (relu) raise_to_zero_point(result);
  return result;
}
template <auto function>
Result<Tensor> scalar_first(const Scalar& b, const Tensor& a) {
  return function(a, b);
}
template <auto function>
Result<Tensor> with_number(const Tensor& a, const Tensor& b) {
  return function(a, HEDDLE_TRY(item(b)));
}

template <bool relu>
Result<Tensor> cat(const std::vector<Tensor>& tensors, int64_t dim, std::optional<double> scale,
                   std::optional<int64_t> zero_point) {
  HEDDLE_REQUIRE(!tensors.empty(), "quantized::cat: expected a list of tensors, but it is empty");
  const Ref<const Quantizer> first = HEDDLE_TRY(tensor_quantizer_of("quantized::cat", tensors[0]));
  const DType dtype = tensors[0].dtype();
  const Ref<const Quantizer> q =
      HEDDLE_TRY(make_quantizer(scale.value_or(first->scale()), zero_point.value_or(first->zero_point()), dtype));
  std::vector<Tensor> parts;
  for (const Tensor& t : tensors) {
    const Ref<const Quantizer> own = HEDDLE_TRY(tensor_quantizer_of("quantized::cat", t));
    HEDDLE_REQUIRE(t.dtype() == dtype, "quantized::cat: tensors of dtypes ", python_name(dtype), " and ",
                   python_name(t.dtype()));
    const bool same = own->scale() == q->scale() && own->zero_point() == q->zero_point();
    parts.push_back(integers_of(same ? t : HEDDLE_TRY(quantize(HEDDLE_TRY(dequantize(t)), q, dtype))));
  }
  const Tensor joined = HEDDLE_TRY(call_tensor_operator("aten::cat", "", {make_tensor_list(parts), dim}));
  const Tensor result = with_quantizer(joined, q);
  if (relu) raise_to_zero_point(result);
  return result;
}
// The integers of a result, into a tensor of its size and dtype.
Result<Tensor> delivered(const Tensor& result, const Tensor& out) {
  HEDDLE_REQUIRE(result.sizes() == out.sizes() && result.dtype() == out.dtype(), "quantized: the out tensor of size ",
                 to_text(out.sizes()), " should have size ", to_text(result.sizes()));
  HEDDLE_TRY(copy_into(integers_of(out), integers_of(result)));
  return out;
}
template <bool relu>
Result<Tensor> cat_into(const std::vector<Tensor>& tensors, int64_t dim, const Tensor& out) {
  const Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of("quantized::cat_out", out));
  return delivered(HEDDLE_TRY(cat<relu>(tensors, dim, q->scale(), q->zero_point())), out);
}

// An operator of floats by name: the numbers in, its other arguments as they are, the result stored.
Result<Tensor> through(std::string_view name, const Tensor& input, std::vector<IValue> rest, double scale,
                       int64_t zero_point, bool relu = false) {
  HEDDLE_TRY(tensor_quantizer_of(name, input));
  rest.insert(rest.begin(), IValue(HEDDLE_TRY(dequantize(input))));
  return stored(HEDDLE_TRY(call_tensor_operator(name, "", std::move(rest))), scale, zero_point, input.dtype(), relu);
}
// The same with the input's own scale.
Result<Tensor> through_alike(std::string_view name, const Tensor& input, std::vector<IValue> rest) {
  const Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of(name, input));
  return through(name, input, std::move(rest), q->scale(), q->zero_point());
}

Result<Tensor> sigmoid(const Tensor& x, double scale, int64_t zero) {
  return through("aten::sigmoid", x, {}, scale, zero);
}
Result<Tensor> hardswish(const Tensor& x, double scale, int64_t zero) {
  return through("aten::hardswish", x, {}, scale, zero);
}
Result<Tensor> leaky_relu(const Tensor& x, const Scalar& slope, bool, double scale, int64_t zero) {
  return through("aten::leaky_relu", x, {slope}, scale, zero);
}
Result<Tensor> elu(const Tensor& x, double scale, int64_t zero, const Scalar& alpha, const Scalar& factor,
                   const Scalar& input_factor) {
  return through("aten::elu", x, {alpha, factor, input_factor}, scale, zero);
}
Result<Tensor> celu(const Tensor& x, double scale, int64_t zero, const Scalar& alpha) {
  return through("aten::celu", x, {alpha}, scale, zero);
}
Result<Tensor> softmax(const Tensor& x, int64_t dim, double scale, int64_t zero) {
  const Tensor numbers = HEDDLE_TRY(dequantize(x));
  const Tensor values = HEDDLE_TRY(call_tensor_operator("aten::softmax", "int", {numbers, dim, IValue()}));
  HEDDLE_TRY(tensor_quantizer_of("quantized::softmax", x));
  return stored(values, scale, zero, x.dtype(), false);
}
Result<Tensor> prelu(const Tensor& x, const Tensor& weight, double scale, int64_t zero) {
  return through("aten::prelu", x, {HEDDLE_TRY(dequantize(weight))}, scale, zero);
}
Result<Tensor> layer_norm(const Tensor& x, const Dims& shape, const MaybeTensor& weight, const MaybeTensor& bias,
                          double eps, double scale, int64_t zero) {
  return through("aten::layer_norm", x, {make_int_list(shape), optional(weight), optional(bias), eps}, scale, zero);
}
Result<Tensor> group_norm(const Tensor& x, int64_t groups, const MaybeTensor& weight, const MaybeTensor& bias,
                          double eps, double scale, int64_t zero) {
  return through("aten::group_norm", x, {groups, optional(weight), optional(bias), eps}, scale, zero);
}
Result<Tensor> instance_norm(const Tensor& x, const MaybeTensor& weight, const MaybeTensor& bias, double eps,
                             double scale, int64_t zero) {
  const std::vector<IValue> rest = {optional(weight), optional(bias), IValue(), IValue(), true, 0.0, eps, false};
  return through("aten::instance_norm", x, rest, scale, zero);
}
template <bool relu>
Result<Tensor> batch_norm(const Tensor& x, const MaybeTensor& weight, const MaybeTensor& bias, const Tensor& mean,
                          const Tensor& var, double eps, double scale, int64_t zero) {
  const std::vector<IValue> rest = {optional(weight), optional(bias), mean, var, false, 0.0, eps, false};
  return through("aten::batch_norm", x, rest, scale, zero, relu);
}
Result<Tensor> matmul(const Tensor& a, const Tensor& b, double scale, int64_t zero) {
  HEDDLE_TRY(check_pair(a, b));
  return through("aten::matmul", a, {HEDDLE_TRY(dequantize(b))}, scale, zero);
}
Result<Tensor> dropout(const Tensor& x, double, int64_t, const Scalar&, bool training) {
  HEDDLE_REQUIRE_CODE(!training, kUnsupported, "quantized::dropout is for inference only");
  return clone(x);
}
Result<Tensor> clamp(const Tensor& x, const MaybeScalar& low, const MaybeScalar& high) {
  return through_alike("aten::clamp", x, {low ? IValue(*low) : IValue(), high ? IValue(*high) : IValue()});
}
Result<Tensor> relu6(const Tensor& x, bool inplace) {
  const Tensor result = HEDDLE_TRY(through_alike("aten::hardtanh", x, {0.0, 6.0}));
  if (!inplace) return result;
  HEDDLE_TRY(copy_into(integers_of(x), integers_of(result)));
  return result;
}
Result<Tensor> threshold(const Tensor& x, const Scalar& limit, const Scalar& value) {
  return through_alike("aten::threshold", x, {limit, value});
}
Result<Tensor> max_pool2d(const Tensor& x, const Dims& kernel, const Dims& stride, const Dims& padding,
                          const Dims& dilation, bool ceil_mode) {
  return call_tensor_operator(
      "aten::max_pool2d", "",
      {x, make_int_list(kernel), make_int_list(stride), make_int_list(padding), make_int_list(dilation), ceil_mode});
}
Result<Tensor> max_pool1d(const Tensor& x, const Dims& kernel, const Dims& stride, const Dims& padding,
                          const Dims& dilation, bool ceil_mode) {
  return call_tensor_operator(
      "aten::max_pool1d", "",
      {x, make_int_list(kernel), make_int_list(stride), make_int_list(padding), make_int_list(dilation), ceil_mode});
}

// add or mul: with tensors, numbers and out tensors.
template <auto tensors, auto number>
void add_arithmetic(schema::TableBuilder& table, const std::string& name, std::string_view scalar_name,
                    std::string_view out_name) {
  const std::string full = "quantized::" + name;
  table.add(full + "(Tensor qa, Tensor qb, float scale, int zero_point) -> Tensor qc", boxed<tensors>());
  table.add(full + ".Scalar(Tensor qa, Scalar b) -> Tensor qc", boxed<number>());
  table.add(full + ".Scalar2(Scalar b, Tensor qa) -> Tensor qc", boxed<&scalar_first<number>>());
  for (const std::string& out : {full + ".out", concat("quantized::", out_name)}) {
    table.add(out + "(Tensor qa, Tensor qb, Tensor(a!) out) -> Tensor(a!) out", boxed<&into<tensors>>());
  }
  table.add(concat("quantized::", scalar_name, "(Tensor qa, Scalar b) -> Tensor qc"), boxed<number>());
  table.add(concat("quantized::", scalar_name, ".Tensor(Tensor qa, Tensor b) -> Tensor qc"),
            boxed<&with_number<number>>());
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(quantized_functions) {
  using namespace heddle::ops;
  add_arithmetic<&add<false>, &add_scalar<false>>(table, "add", "add_scalar", "add_out");
  add_arithmetic<&add<true>, &add_scalar<true>>(table, "add_relu", "add_scalar_relu", "add_relu_out");
  add_arithmetic<&mul<false>, &mul_scalar<false>>(table, "mul", "mul_scalar", "mul_out");
  add_arithmetic<&mul<true>, &mul_scalar<true>>(table, "mul_relu", "mul_scalar_relu", "mul_relu_out");
  table.add("_quantized::add(Tensor qa, Tensor qb, float scale, int zero_point) -> Tensor qc", boxed<&add<false>>());
  const auto one = [&](std::string_view schema, heddle::schema::Kernel kernel) {
    table.add(concat("quantized::", schema), kernel);
  };
  one("cat(Tensor[] qx, int dim, float? scale, int? zero_point) -> Tensor", boxed<&cat<false>>());
  one("cat_relu(Tensor[] qx, int dim, float? scale, int? zero_point) -> Tensor", boxed<&cat<true>>());
  one("cat_out(Tensor[] qx, int dim, Tensor(a!) out) -> Tensor(a!)", boxed<&cat_into<false>>());
  one("cat_relu_out(Tensor[] qx, int dim, Tensor(a!) out) -> Tensor(a!)", boxed<&cat_into<true>>());
  one("sigmoid(Tensor qx, float output_scale, int output_zero_point) -> Tensor", boxed<&sigmoid>());
  one("hardswish(Tensor input, float output_scale, int output_zero_point) -> Tensor", boxed<&hardswish>());
  one("leaky_relu(Tensor qx, Scalar negative_slope, bool inplace, float output_scale, int output_zero_point) -> Tensor",
      boxed<&leaky_relu>());
  one("elu(Tensor self, float output_scale, int output_zero_point, Scalar alpha=1, Scalar scale=1, Scalar "
      "input_scale=1) -> Tensor",
      boxed<&elu>());
  one("celu(Tensor self, float output_scale, int output_zero_point, Scalar alpha=1) -> Tensor", boxed<&celu>());
  one("softmax(Tensor qx, int dim, float output_scale, int output_zero_point) -> Tensor", boxed<&softmax>());
  one("prelu(Tensor qx, Tensor weight, float output_scale, int output_zero_point) -> Tensor", boxed<&prelu>());
  one("layer_norm(Tensor input, int[] normalized_shape, Tensor? weight, Tensor? bias, float eps, float output_scale, "
      "int output_zero_point) -> Tensor",
      boxed<&layer_norm>());
  one("group_norm(Tensor input, int num_groups, Tensor? weight, Tensor? bias, float eps, float output_scale, int "
      "output_zero_point) -> Tensor",
      boxed<&group_norm>());
  one("instance_norm(Tensor input, Tensor? weight, Tensor? bias, float eps, float output_scale, int "
      "output_zero_point) -> Tensor",
      boxed<&instance_norm>());
  for (const char* name : {"batch_norm", "batch_norm1d", "batch_norm2d", "batch_norm3d"}) {
    constexpr std::string_view kRest =
        "(Tensor qx, Tensor? weight, Tensor? bias, Tensor mean, Tensor var, float eps, float output_scale, int "
        "output_zero_point) -> Tensor";
    one(concat(name, kRest), boxed<&batch_norm<false>>());
    one(concat(name, "_relu", kRest), boxed<&batch_norm<true>>());
  }
  table.add(
      "aten::quantized_batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor mean, Tensor var, float eps, "
      "float output_scale, int output_zero_point) -> Tensor",
      boxed<&batch_norm<false>>());
  one("matmul(Tensor qa, Tensor qb, float scale, int zero_point) -> Tensor qc", boxed<&matmul>());
  one("dropout(Tensor self, float output_scale, int output_zero_point, Scalar p=0.5, bool training=False) -> Tensor",
      boxed<&dropout>());
  one("clamp(Tensor qx, Scalar? min=None, Scalar? max=None) -> Tensor qy", boxed<&clamp>());
  one("relu6(Tensor qx, bool inplace=False) -> Tensor", boxed<&relu6>());
  one("threshold(Tensor qx, Scalar threshold, Scalar value) -> Tensor qy", boxed<&threshold>());
  one("max_pool2d(Tensor qx, int[] kernel_size, int[] stride, int[] padding, int[] dilation, bool ceil_mode) -> "
      "Tensor",
      boxed<&max_pool2d>());
  one("max_pool1d(Tensor qx, int[] kernel_size, int[] stride, int[] padding, int[] dilation, bool ceil_mode) -> "
      "Tensor",
      boxed<&max_pool1d>());
  table.add(
      "aten::quantized_max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] "
      "dilation=1, bool ceil_mode=False) -> Tensor",
      boxed<&max_pool2d>());
  table.add(
      "aten::quantized_max_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], int[1] "
      "dilation=[1], bool ceil_mode=False) -> Tensor",
      boxed<&max_pool1d>());
}
