#include "ops/quantized/linear.h"

#include <limits>

#include "ops/common/copy.h"
#include "ops/linalg/matmul.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/custom_class.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using MaybeTensor = std::optional<Tensor>;
using WeightAndBias = std::tuple<Tensor, MaybeTensor>;

constexpr int64_t kRowsOfPiece = 32;
constexpr int64_t kWorkOfTask = 1 << 17;  // multiplications

IValue boxed_linear(Ref<const QuantizedLinear> content) {
  return IValue(Ref<CapsuleValue>(make_ref<CustomObject>(kLinearParamsClass, std::move(content))));
}

Result<IValue> prepack(const Tensor& weight, const MaybeTensor& bias) {
  return boxed_linear(HEDDLE_TRY(QuantizedLinear::make(weight, bias)));
}
Result<IValue> prepack_half(const Tensor& weight, const MaybeTensor& bias) {
  return boxed_linear(HEDDLE_TRY(QuantizedLinear::make_half(weight, bias)));
}
Result<WeightAndBias> unpack(const IValue& packed) {
  const Ref<const QuantizedLinear> linear = HEDDLE_TRY(content_of<QuantizedLinear>(packed));
  return WeightAndBias(linear->weight(), linear->bias());
}

Result<MaybeTensor> bias_of(const IValue& packed) { return HEDDLE_TRY(content_of<QuantizedLinear>(packed))->bias(); }

template <bool relu>
Result<Tensor> run_static(const Tensor& input, const IValue& packed, double scale, int64_t zero_point) {
  return HEDDLE_TRY(content_of<QuantizedLinear>(packed))->run(input, scale, zero_point, relu);
}
template <bool relu>
Result<Tensor> run_dynamic(const Tensor& input, const IValue& packed, bool reduce_range) {
  return HEDDLE_TRY(content_of<QuantizedLinear>(packed))->run_dynamic(input, reduce_range, relu);
}
template <bool relu>
Result<Tensor> run_half(const Tensor& input, const IValue& packed) {
  return HEDDLE_TRY(content_of<QuantizedLinear>(packed))->run_dynamic(input, false, relu);
}

// (weight, bias), the weight float32 where its products are those of halves.
Result<Ref<const RefCounted>> restore(const IValue& state) {
  const std::vector<IValue>* parts = state.is_tuple() ? &state.as_tuple().items : nullptr;
  HEDDLE_REQUIRE_CODE(
      parts && parts->size() == 2 && (*parts)[0].is_tensor() && ((*parts)[1].is_tensor() || (*parts)[1].is_none()),
      kBadArchive, "the state of packed linear parameters should be a weight and a bias, but is a ", state.type_text());
  const Tensor& weight = (*parts)[0].as_tensor();
  const MaybeTensor bias = (*parts)[1].is_tensor() ? MaybeTensor((*parts)[1].as_tensor()) : std::nullopt;
  const auto made =
      is_quantized(weight.dtype()) ? QuantizedLinear::make(weight, bias) : QuantizedLinear::make_half(weight, bias);
  if (!made.ok()) return error(ErrorCode::kBadArchive, made.status().message());
  return Ref<const RefCounted>(made.value());
}

}  // namespace

Result<Ref<const QuantizedLinear>> QuantizedLinear::make(const Tensor& weight, const MaybeTensor& bias) {
  HEDDLE_REQUIRE(weight.dim() == 2,
                 "quantized::linear_prepack: The weight tensor should be 2-dimensional, but has size ",
                 to_text(weight.sizes()));
  auto linear = make_ref<QuantizedLinear>();
  linear->weights_ = HEDDLE_TRY(QuantizedWeights::make("quantized::linear_prepack", weight, bias, 0, weight.size(0)));
  return Ref<const QuantizedLinear>(std::move(linear));
}

Result<Ref<const QuantizedLinear>> QuantizedLinear::make_half(const Tensor& weight, const MaybeTensor& bias) {
  HEDDLE_REQUIRE(weight.dim() == 2 && is_floating(weight.dtype()),
                 "quantized::linear_prepack_fp16: expected a matrix of floats, but got ", python_name(weight.dtype()),
                 " of size ", to_text(weight.sizes()));
  HEDDLE_REQUIRE(!bias || (bias->dim() == 1 && bias->size(0) == weight.size(0)),
                 "quantized::linear_prepack_fp16: expected a bias of ", weight.size(0), " elements");
  auto linear = make_ref<QuantizedLinear>();
  // Values beyond float16 become its largest.
  const Tensor kept = HEDDLE_TRY(clone(HEDDLE_TRY(to_dtype(weight, DType::kFloat32)), MemoryFormat::kContiguous));
  constexpr float kLargest = 65504.0f;
  for (int64_t i = 0; i < kept.numel(); ++i) {
    float& value = kept.data<float>()[i];
    value = static_cast<float>(Half(std::clamp(value, -kLargest, kLargest)));
  }
  linear->half_ = kept;
  if (bias) linear->weights_.bias = HEDDLE_TRY(contiguous_as(*bias, DType::kFloat32));
  return Ref<const QuantizedLinear>(std::move(linear));
}

Status QuantizedLinear::check_input(const Tensor& input) const {
  const int64_t in = weight().size(1);
  HEDDLE_REQUIRE(input.dim() >= 1, "The dimension of the input tensor should be larger than 0");
  HEDDLE_REQUIRE(input.sizes().back() == in, "The number of columns of the input, ", input.sizes().back(),
                 ", must be that of the weight, ", in);
  return ok_status();
}

const backend::IntegerMatrix& QuantizedLinear::matrix() const {
  std::call_once(once_, [&] {
    const int64_t in = weight().size(1);
    std::vector<int16_t> rows(static_cast<size_t>(out() * in));
    const auto* bytes = static_cast<const int8_t*>(weight().raw_data());
    for (int64_t o = 0; o < out(); ++o) {
      for (int64_t i = 0; i < in; ++i) {
        rows[static_cast<size_t>(o * in + i)] = static_cast<int16_t>(
            bytes[o * weight().stride(0) + i * weight().stride(1)] - weights_.zero_points[static_cast<size_t>(o)]);
      }
    }
    matrix_ = backend::IntegerMatrix(rows.data(), out(), in, in);
  });
  return matrix_;
}

template <class Ending>
void QuantizedLinear::each_row(const Tensor& input, int64_t zero_point, const Ending& ending) const {
  const backend::IntegerMatrix& m = matrix();
  if (out() == 0) return;
  const int64_t rows = input.numel() / std::max<int64_t>(m.in(), 1);
  const auto* bytes = static_cast<const uint8_t*>(input.raw_data());
  const int64_t grain = std::max<int64_t>(1, kWorkOfTask / std::max<int64_t>(1, m.in() * m.out()));
  parallel::parallel_for(0, rows, grain, [&](int64_t begin, int64_t end) {
    std::vector<int16_t> values(static_cast<size_t>(kRowsOfPiece * m.padded_in()));
    std::vector<int32_t> sums(static_cast<size_t>(kRowsOfPiece * m.out()));
    for (int64_t r = begin; r < end; r += kRowsOfPiece) {
      const int64_t count = std::min(kRowsOfPiece, end - r);
      for (int64_t i = 0; i < count; ++i) {
        backend::less_zero_point(bytes + (r + i) * m.in(), m.in(), static_cast<int32_t>(zero_point),
                                 values.data() + i * m.padded_in());
      }
      m.multiply(values.data(), m.padded_in(), count, sums.data(), m.out());
      for (int64_t i = 0; i < count; ++i) ending(sums.data() + i * m.out(), r + i);
    }
  });
}

Result<Tensor> QuantizedLinear::run(const Tensor& input, double scale, int64_t zero_point, bool relu) const {
  const Ref<const Quantizer> q = HEDDLE_TRY(input_quantizer("quantized::linear", input));
  HEDDLE_REQUIRE(!is_half(), "quantized::linear: the weights are float16 ones, of linear_dynamic_fp16");
  HEDDLE_TRY(check_input(input));
  const Tensor dense = HEDDLE_TRY(contiguous(input));
  Dims sizes = input.sizes();
  sizes.back() = out();
  const Tensor output =
      HEDDLE_TRY(empty_quantized(sizes, DType::kQUInt8, HEDDLE_TRY(make_quantizer(scale, zero_point, DType::kQUInt8))));
  if (output.numel() == 0) return output;
  const CallScales scales = byte_scales(weights_, q->scale(), scale);
  const backend::ByteEnding ending{scales.bias.empty() ? nullptr : scales.bias.data(), scales.scale.data(),
                                   static_cast<int32_t>(zero_point), relu ? static_cast<int32_t>(zero_point) : 0};
  auto* to = static_cast<uint8_t*>(output.raw_data());
  each_row(dense, q->zero_point(),
           [&](const int32_t* sums, int64_t row) { backend::to_bytes(sums, out(), ending, to + row * out()); });
  return output;
}

Result<Tensor> QuantizedLinear::run_dynamic(const Tensor& input, bool reduce_range, bool relu) const {
  HEDDLE_REQUIRE(input.dtype() == DType::kFloat32, "quantized::linear_dynamic: expected a float32 input, but got ",
                 python_name(input.dtype()));
  HEDDLE_TRY(check_input(input));
  const float least = relu ? 0.0f : -std::numeric_limits<float>::infinity();
  if (is_half()) {
    const Tensor result = HEDDLE_TRY(linear(input, half_, bias()));
    if (relu) {
      for (int64_t i = 0; i < result.numel(); ++i) result.data<float>()[i] = std::max(result.data<float>()[i], least);
    }
    return result;
  }
  Dims sizes = input.sizes();
  sizes.back() = out();
  const Tensor output = HEDDLE_TRY(Tensor::empty(sizes, DType::kFloat32));
  if (output.numel() == 0) return output;
  const Tensor bytes = HEDDLE_TRY(contiguous(HEDDLE_TRY(quantize_input(input, reduce_range))));
  const Ref<const Quantizer> q = quantizer_of(bytes);
  const CallScales scales = float_scales(weights_, q->scale());
  const float* bias = scales.bias.empty() ? nullptr : scales.bias.data();
  each_row(bytes, q->zero_point(), [&](const int32_t* sums, int64_t row) {
    backend::to_floats(sums, out(), scales.scale.data(), bias, least, output.data<float>() + row * out());
  });
  return output;
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(quantized_linear) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  const std::string packed = kLinearParamsClass;
  heddle::schema::register_custom_class(kLinearParamsClass, &restore);
  table.add(concat(heddle::schema::custom_method(packed, "unpack"), "(", packed, " self) -> (Tensor, Tensor?)"),
            boxed<&unpack>());
  table.add(concat(heddle::schema::custom_method(packed, "bias"), "(", packed, " self) -> Tensor?"), boxed<&bias_of>());
  for (const char* space : {"quantized", "_quantized"}) {
    table.add(concat(space, "::linear_prepack(Tensor W, Tensor? B=None) -> ", packed, " W_prepack"), boxed<&prepack>());
    table.add(concat(space, "::linear_prepack_fp16(Tensor W, Tensor? B=None) -> ", packed, " W_prepack"),
              boxed<&prepack_half>());
    table.add(
        concat(space, "::linear(Tensor X, ", packed, " W_prepack, float Y_scale_i, int Y_zero_point_i) -> Tensor Y"),
        boxed<&run_static<false>>());
    table.add(concat(space, "::linear_dynamic(Tensor X, ", packed, " W_prepack, bool reduce_range=False) -> Tensor Y"),
              boxed<&run_dynamic<false>>());
  }
  table.add(concat("quantized::linear_relu(Tensor X, ", packed,
                   " W_prepack, float Y_scale_i, int Y_zero_point_i) -> Tensor Y"),
            boxed<&run_static<true>>());
  table.add(
      concat("quantized::linear_relu_dynamic(Tensor X, ", packed, " W_prepack, bool reduce_range=False) -> Tensor Y"),
      boxed<&run_dynamic<true>>());
  table.add(concat("quantized::linear_dynamic_fp16(Tensor X, ", packed, " W_prepack) -> Tensor Y"),
            boxed<&run_half<false>>());
  table.add(concat("quantized::linear_relu_dynamic_fp16(Tensor X, ", packed, " W_prepack) -> Tensor Y"),
            boxed<&run_half<true>>());
  for (const char* name : {"linear_unpack", "linear_unpack_fp16"}) {
    table.add(concat("quantized::", name, "(", packed, " W_prepack) -> (Tensor W_origin, Tensor? B_origin)"),
              boxed<&unpack>());
  }
}
