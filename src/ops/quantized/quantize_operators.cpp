// torch.quantize_per_tensor, dequantize and the questions about quantised tensors.
#include "core/element.h"
#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/quantized/kernels.h"
#include "ops/quantized/quantize.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using MaybeDType = std::optional<DType>;
using MaybeInt = std::optional<int64_t>;
using MaybeDevice = std::optional<Device>;
using MaybeBool = std::optional<bool>;
using MaybeFormat = std::optional<MemoryFormat>;

Result<Tensor> quantize_per_tensor(const Tensor& self, double scale, int64_t zero_point, DType dtype) {
  HEDDLE_TRY(check_quantized_dtype(dtype));
  return quantize(self, HEDDLE_TRY(make_quantizer(scale, zero_point, dtype)), dtype);
}

Result<Tensor> quantize_by_tensors(const Tensor& self, const Tensor& scale, const Tensor& zero_point, DType dtype) {
  const Scalar s = HEDDLE_TRY(item(scale));
  const Scalar z = HEDDLE_TRY(item(zero_point));
  return quantize_per_tensor(self, s.to_double(), z.to_int(), dtype);
}

Result<std::vector<Tensor>> quantize_list(const std::vector<Tensor>& tensors, const Tensor& scales,
                                          const Tensor& zero_points, DType dtype) {
  const auto count = static_cast<int64_t>(tensors.size());
  HEDDLE_REQUIRE(scales.numel() == count && zero_points.numel() == count,
                 "quantize_per_tensor: expected a scale and a zero point for each of ", count, " tensors");
  const Tensor s = HEDDLE_TRY(contiguous_as(scales, DType::kFloat64));
  const Tensor z = HEDDLE_TRY(contiguous_as(zero_points, DType::kInt64));
  std::vector<Tensor> results;
  for (int64_t i = 0; i < count; ++i) {
    results.push_back(HEDDLE_TRY(
        quantize_per_tensor(tensors[static_cast<size_t>(i)], s.data<double>()[i], z.data<int64_t>()[i], dtype)));
  }
  return results;
}

Result<Ref<const Quantizer>> channel_quantizer(const Tensor& scales, const Tensor& zero_points, int64_t axis,
                                               int64_t rank) {
  HEDDLE_REQUIRE(scales.dim() == 1 && zero_points.dim() == 1, "scale and zero_point tensors must have dimension 1");
  HEDDLE_REQUIRE(scales.numel() == zero_points.numel(), "number of elements in scales and zero_points must match");
  HEDDLE_REQUIRE(axis >= 0 && axis < rank, "Channel axis out of range in per channel affine quantization. Got: ", axis,
                 "Expected: [0, ", rank, ")");
  const bool of_floats = is_floating(zero_points.dtype());
  const Tensor s = HEDDLE_TRY(contiguous_as(scales, DType::kFloat64));
  const Tensor z = HEDDLE_TRY(contiguous_as(zero_points, DType::kFloat64));
  return Ref<const Quantizer>(
      make_ref<Quantizer>(of_floats ? QScheme::kPerChannelAffineFloatQParams : QScheme::kPerChannelAffine,
                          std::vector<double>(s.data<double>(), s.data<double>() + s.numel()),
                          std::vector<double>(z.data<double>(), z.data<double>() + z.numel()), axis));
}

Result<Tensor> quantize_per_channel(const Tensor& self, const Tensor& scales, const Tensor& zero_points, int64_t axis,
                                    DType dtype) {
  return quantize(self, HEDDLE_TRY(channel_quantizer(scales, zero_points, axis, self.dim())), dtype);
}

Result<Tensor> quantize_dynamic(const Tensor& self, DType dtype, bool reduce_range) {
  HEDDLE_REQUIRE(self.dtype() == DType::kFloat32, "Quantize only works on Float Tensor, got ",
                 dtype_name(self.dtype()));
  HEDDLE_REQUIRE(dtype == DType::kQUInt8 || dtype == DType::kQInt8, "dtype ", python_name(dtype),
                 " not supported: dynamic quantization takes quint8 and qint8");
  const auto [low, high] = HEDDLE_TRY(extent_of(self));
  IntegerRange range = integer_range(dtype);
  if (reduce_range) range = {range.low / 2, range.high / 2};
  const ChosenParameters chosen = choose_parameters(low, high, range);
  return quantize_per_tensor(self, chosen.scale, chosen.zero_point, dtype);
}

Result<std::tuple<double, int64_t>> choose_per_tensor(const Tensor& self, bool reduce_range) {
  const auto [low, high] = HEDDLE_TRY(extent_of(HEDDLE_TRY(to_dtype(self, DType::kFloat32))));
  const ChosenParameters chosen = choose_parameters(low, high, {0, reduce_range ? 127 : 255});
  return std::tuple(chosen.scale, chosen.zero_point);
}

Result<Tensor> dequantize_one(const Tensor& t) { return is_quantized(t.dtype()) ? dequantize(t) : clone(t); }

Result<std::vector<Tensor>> dequantize_list(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> results;
  for (const Tensor& t : tensors) results.push_back(HEDDLE_TRY(dequantize(t)));
  return results;
}

// Any nest of lists and tuples of tensors, None and numbers among them.
Result<IValue> dequantize_any(const IValue& value) {
  if (value.is_tensor()) return IValue(HEDDLE_TRY(dequantize(value.as_tensor())));
  if (!value.is_list() && !value.is_tuple()) return value;
  std::vector<IValue> items;
  for (const IValue& item : value.is_list() ? value.as_list().items : value.as_tuple().items) {
    items.push_back(HEDDLE_TRY(dequantize_any(item)));
  }
  if (value.is_list()) return make_list(value.as_list().element_type, std::move(items));
  return IValue(make_ref<TupleValue>(std::move(items), value.as_tuple().named_type));
}

Result<Tensor> int_repr(const Tensor& self) {
  HEDDLE_TRY(checked_quantizer("int_repr", self));
  return clone(integers_of(self), self.suggested_format());
}

Result<Ref<const Quantizer>> channels_of(std::string_view op, const Tensor& self) {
  Ref<const Quantizer> q = HEDDLE_TRY(checked_quantizer(op, self));
  HEDDLE_REQUIRE(!q->per_tensor(), op, ": expected a tensor quantized per channel");
  return q;
}

Result<Tensor> numbers_tensor(const std::vector<double>& numbers, DType dtype) {
  const Tensor all = HEDDLE_TRY(Tensor::empty(Dims{static_cast<int64_t>(numbers.size())}, DType::kFloat64));
  std::ranges::copy(numbers, all.data<double>());
  return to_dtype(all, dtype);
}

Result<double> q_scale(const Tensor& self) { return HEDDLE_TRY(tensor_quantizer_of("q_scale", self))->scale(); }
Result<int64_t> q_zero_point(const Tensor& self) {
  return HEDDLE_TRY(tensor_quantizer_of("q_zero_point", self))->zero_point();
}
Result<Tensor> q_per_channel_scales(const Tensor& self) {
  const Ref<const Quantizer> q = HEDDLE_TRY(channels_of("q_per_channel_scales", self));
  const bool floats = q->scheme == QScheme::kPerChannelAffineFloatQParams;
  return numbers_tensor(q->scales, floats ? DType::kFloat32 : DType::kFloat64);
}
Result<Tensor> q_per_channel_zero_points(const Tensor& self) {
  const Ref<const Quantizer> q = HEDDLE_TRY(channels_of("q_per_channel_zero_points", self));
  const bool floats = q->scheme == QScheme::kPerChannelAffineFloatQParams;
  return numbers_tensor(q->zero_points, floats ? DType::kFloat32 : DType::kInt64);
}
Result<int64_t> q_per_channel_axis(const Tensor& self) {
  return HEDDLE_TRY(channels_of("q_per_channel_axis", self))->axis;
}
Result<int64_t> qscheme(const Tensor& self) {
  return static_cast<int64_t>(HEDDLE_TRY(checked_quantizer("qscheme", self))->scheme);
}

// Zeros rather than what the memory happens to hold: empty tensors of PyTorch promise nothing.
Result<Tensor> zeroed(std::span<const int64_t> sizes, DType dtype, Ref<const Quantizer> q, MaybeFormat format) {
  HEDDLE_TRY(check_quantized_dtype(dtype));
  const Tensor result =
      HEDDLE_TRY(empty_quantized(sizes, dtype, std::move(q), format.value_or(MemoryFormat::kContiguous)));
  HEDDLE_TRY(zero(integers_of(result)));
  return result;
}

Result<Tensor> empty_affine(const Dims& sizes, MaybeDType dtype, MaybeInt, MaybeDevice, MaybeBool, double scale,
                            int64_t zero_point, MaybeFormat format) {
  HEDDLE_REQUIRE(dtype, "_empty_affine_quantized: a quantised dtype must be given");
  HEDDLE_TRY(check_quantized_dtype(*dtype));
  return zeroed(sizes, *dtype, HEDDLE_TRY(make_quantizer(scale, zero_point, *dtype)), format);
}

Result<Tensor> empty_per_channel(const Dims& sizes, const Tensor& scales, const Tensor& zero_points, int64_t axis,
                                 MaybeDType dtype, MaybeInt, MaybeDevice, MaybeBool, MaybeFormat format) {
  HEDDLE_REQUIRE(dtype, "_empty_per_channel_affine_quantized: a quantised dtype must be given");
  HEDDLE_TRY(check_quantized_dtype(*dtype));
  const auto rank = static_cast<int64_t>(sizes.size());
  const Tensor result =
      HEDDLE_TRY(zeroed(sizes, *dtype, HEDDLE_TRY(channel_quantizer(scales, zero_points, axis, rank)), format));
  HEDDLE_TRY(checked_quantizer("_empty_per_channel_affine_quantized", result));
  return result;
}

Result<Tensor> empty_like_quantized(const Dims& sizes, const Tensor& like, MaybeDType dtype, MaybeInt, MaybeDevice,
                                    MaybeBool, MaybeFormat format) {
  const Ref<const Quantizer> q = HEDDLE_TRY(checked_quantizer("empty_quantized", like));
  HEDDLE_TRY(check_quantized_dtype(dtype.value_or(like.dtype())));
  const Tensor result = HEDDLE_TRY(zeroed(sizes, dtype.value_or(like.dtype()), q, format));
  HEDDLE_TRY(checked_quantizer("empty_quantized", result));
  return result;
}

Result<Tensor> checked_integers(const Tensor& self) {
  const DType dtype = self.dtype();
  HEDDLE_REQUIRE(dtype == DType::kUInt8 || dtype == DType::kInt8 || dtype == DType::kInt32,
                 "expected uint8, int8 or int32 to make a quantised tensor of, but got ", python_name(dtype));
  return clone(self, MemoryFormat::kContiguous);
}
Result<Tensor> make_per_tensor(const Tensor& self, double scale, int64_t zero_point) {
  return with_quantizer(HEDDLE_TRY(checked_integers(self)), make_ref<Quantizer>(scale, zero_point));
}
Result<Tensor> make_per_channel(const Tensor& self, const Tensor& scales, const Tensor& zero_points, int64_t axis) {
  const Ref<const Quantizer> q = HEDDLE_TRY(channel_quantizer(scales, zero_points, axis, self.dim()));
  const Tensor result = with_quantizer(HEDDLE_TRY(checked_integers(self)), q);
  HEDDLE_TRY(checked_quantizer("_make_per_channel_quantized_tensor", result));
  return result;
}

// Quantised tensors take their source's quantiser along; floats are quantised with the tensor's own.
Result<Tensor> copy_to_quantized(const Tensor& self, const Tensor& source, bool) {
  if (!is_quantized(source.dtype())) {
    const Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of("copy_", self));
    const Tensor values = HEDDLE_TRY(to_dtype(source, DType::kFloat32));
    HEDDLE_TRY(copy_into(integers_of(self), integers_of(HEDDLE_TRY(quantize(values, q, self.dtype())))));
    return self;
  }
  const Ref<const Quantizer> q = HEDDLE_TRY(checked_quantizer("copy_", source));
  HEDDLE_REQUIRE(self.dtype() == source.dtype() && (!quantizer_of(self) || quantizer_of(self)->scheme == q->scheme),
                 "Quantized Copy only works with same qscheme and dtype");
  HEDDLE_TRY(copy_into(self, source));
  return self;
}

// Contiguous unless a format is asked for, as PyTorch clones quantised tensors.
Result<Tensor> clone_quantized(const Tensor& self, std::optional<MemoryFormat> format) {
  const MemoryFormat wanted = format.value_or(MemoryFormat::kContiguous);
  return clone(self, wanted == MemoryFormat::kPreserve ? self.suggested_format() : wanted);
}

Result<bool> equal_quantized(const Tensor& self, const Tensor& other) {
  const Ref<const Quantizer> a = HEDDLE_TRY(checked_quantizer("equal", self));
  if (!is_quantized(other.dtype()) || other.dtype() != self.dtype() || !(self.sizes() == other.sizes())) return false;
  const Ref<const Quantizer> b = HEDDLE_TRY(checked_quantizer("equal", other));
  if (a->scheme != b->scheme || a->scales != b->scales || a->zero_points != b->zero_points) return false;
  const schema::Operator* op = schema::operators().find("aten::equal", "");
  const std::vector<IValue> arguments = {IValue(integers_of(self)), IValue(integers_of(other))};
  return HEDDLE_TRY(schema::call_operator(*op, arguments))[0].as_bool();
}

}  // namespace

void add_quantize_kernels(QuantizedKernels& kernels) {
  kernels.add("aten::copy_", boxed<&copy_to_quantized>());
  kernels.add("aten::clone", boxed<&clone_quantized>());
  kernels.add("aten::equal", boxed<&equal_quantized>());
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(quantize) {
  using namespace heddle::ops;
  const auto add = [&](std::string_view schema, heddle::schema::Kernel kernel) { table.add(schema, kernel); };
  add_with_out(table, "aten::quantize_per_tensor(Tensor self, float scale, int zero_point, ScalarType dtype) -> Tensor",
               boxed<&quantize_per_tensor>(), "quantize_per_tensor.out");
  add_with_out(table,
               "aten::quantize_per_tensor.tensor_qparams(Tensor self, Tensor scale, Tensor zero_point, ScalarType "
               "dtype) -> Tensor",
               boxed<&quantize_by_tensors>(), "quantize_per_tensor.tensor_qparams_out");
  add("aten::quantize_per_tensor.tensors(Tensor[] tensors, Tensor scales, Tensor zero_points, ScalarType dtype) -> "
      "Tensor[]",
      boxed<&quantize_list>());
  add_with_out(table,
               "aten::quantize_per_channel(Tensor self, Tensor scales, Tensor zero_points, int axis, ScalarType "
               "dtype) -> Tensor",
               boxed<&quantize_per_channel>(), "quantize_per_channel.out");
  add_with_out(table, "aten::quantize_per_tensor_dynamic(Tensor self, ScalarType dtype, bool reduce_range) -> Tensor",
               boxed<&quantize_dynamic>(), "quantize_per_tensor_dynamic.out");
  add("aten::_choose_qparams_per_tensor(Tensor self, bool reduce_range=False) -> (float, int)",
      boxed<&choose_per_tensor>());
  add_with_out(table, "aten::dequantize.self(Tensor self) -> Tensor", boxed<&dequantize_one>(), "dequantize.self_out");
  add("aten::dequantize.tensors(Tensor[] tensors) -> Tensor[]", boxed<&dequantize_list>());
  add("aten::dequantize.tensor(Tensor qtensor) -> Tensor", boxed<&dequantize_one>());
  add("aten::dequantize.list(Tensor[] qtensors) -> Tensor[]", boxed<&dequantize_list>());
  add("aten::dequantize.any(Any tensors) -> Any", boxed<&dequantize_any>());
  add_with_out(table, "aten::int_repr(Tensor self) -> Tensor", boxed<&int_repr>(), "int_repr.out");
  add("aten::q_scale(Tensor self) -> float", boxed<&q_scale>());
  add("aten::q_zero_point(Tensor self) -> int", boxed<&q_zero_point>());
  add_with_out(table, "aten::q_per_channel_scales(Tensor self) -> Tensor", boxed<&q_per_channel_scales>(),
               "q_per_channel_scales.out");
  add_with_out(table, "aten::q_per_channel_zero_points(Tensor self) -> Tensor", boxed<&q_per_channel_zero_points>(),
               "q_per_channel_zero_points.out");
  add("aten::q_per_channel_axis(Tensor self) -> int", boxed<&q_per_channel_axis>());
  add("aten::qscheme(Tensor self) -> QScheme", boxed<&qscheme>());
  add("aten::_empty_affine_quantized(int[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, "
      "bool? pin_memory=None, float scale=1., int zero_point=0, MemoryFormat? memory_format=0) -> Tensor",
      boxed<&empty_affine>());
  add("aten::_empty_per_channel_affine_quantized(int[] size, *, Tensor scales, Tensor zero_points, int axis, "
      "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? "
      "memory_format=0) -> Tensor",
      boxed<&empty_per_channel>());
  add("aten::empty_quantized(int[] size, Tensor qtensor, *, ScalarType? dtype=None, Layout? layout=None, Device? "
      "device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor",
      boxed<&empty_like_quantized>());
  add_with_out(table, "aten::_make_per_tensor_quantized_tensor(Tensor self, float scale, int zero_point) -> Tensor",
               boxed<&make_per_tensor>(), "_make_per_tensor_quantized_tensor.out");
  add_with_out(table,
               "aten::_make_per_channel_quantized_tensor(Tensor self, Tensor scale, Tensor zero_point, int axis) -> "
               "Tensor",
               boxed<&make_per_channel>(), "_make_per_channel_quantized_tensor.out");
}
