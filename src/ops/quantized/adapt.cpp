#include "ops/quantized/adapt.h"

#include "ops/common/call.h"
#include "ops/common/copy.h"
#include "ops/quantized/kernels.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

constexpr int64_t kGrain = 32768;

using schema::Call;

// What an argument becomes before the kernel of ordinary tensors sees it.
enum class Form {
  kIntegers,  // moving values about
  kCentred,   // functions that commute with a factor
  kFloats,
};

Result<Tensor> in_form(const Tensor& t, Form form) {
  if (!is_quantized(t.dtype())) return t;
  if (form == Form::kFloats) return dequantize(t);
  HEDDLE_TRY(tensor_quantizer_of("an operator on quantised tensors", t));
  return form == Form::kIntegers ? integers_of(t) : centred(t);
}

Result<IValue> argument_in_form(const IValue& value, Form form) {
  if (value.is_tensor()) return IValue(HEDDLE_TRY(in_form(value.as_tensor(), form)));
  if (!value.is_list()) return value;
  std::vector<IValue> items;
  for (const IValue& item : value.as_list().items) items.push_back(HEDDLE_TRY(argument_in_form(item, form)));
  return make_list(value.as_list().element_type, std::move(items));
}

// Results of the operator's own kernel on its arguments in that form.
Result<std::vector<IValue>> run_dense(const Call& call, Form form) {
  std::vector<IValue> registers;
  for (size_t i = 0; i < call.argument_count(); ++i) {
    registers.push_back(HEDDLE_TRY(argument_in_form(call.argument(i), form)));
  }
  const uint32_t arguments = call.argument_count();
  registers.resize(arguments + call.result_count());
  std::vector<uint32_t> slots(registers.size());
  for (size_t i = 0; i < slots.size(); ++i) slots[i] = static_cast<uint32_t>(i);
  HEDDLE_TRY(dense_kernel(call.op())(
      Call(call.op(), registers.data(), slots.data(), arguments, slots.data() + arguments, call.result_count())));
  return std::vector<IValue>(registers.begin() + arguments, registers.end());
}

Tensor first_tensor(const Call& call) {
  const IValue& first = call.argument(0);
  return first.is_list() ? first.as_list().items[0].as_tensor() : first.as_tensor();
}

// Results that are integers or floats as the arguments were, as quantised tensors; others as they are.
template <Form form>
Status with_same_quantizer(const Call& call) {
  const Tensor self = first_tensor(call);
  const Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of(call.op().schema.full_name(), self));
  std::vector<IValue> results = HEDDLE_TRY(run_dense(call, form));
  const DType computed = form == Form::kIntegers ? integer_dtype(self.dtype()) : DType::kFloat32;
  for (size_t i = 0; i < results.size(); ++i) {
    if (results[i].is_tensor() && results[i].as_tensor().dtype() == computed) {
      const Tensor& t = results[i].as_tensor();
      if (form == Form::kIntegers) {
        results[i] = with_quantizer(t, q);
      } else if (form == Form::kCentred) {
        results[i] = HEDDLE_TRY(from_centred(t, 1.0f, q, self.dtype()));
      } else {
        results[i] = HEDDLE_TRY(quantize(t, q, self.dtype()));
      }
    }
    call.set_result(i, std::move(results[i]));
  }
  return ok_status();
}

// Moves values about, but the ordinary kernel takes no integers other than uint8.
Status nearest_quantized(const Call& call) {
  return first_tensor(call).dtype() == DType::kQUInt8 ? with_same_quantizer<Form::kIntegers>(call)
                                                      : with_same_quantizer<Form::kCentred>(call);
}

// Comparisons: of the numbers.
Status on_numbers(const Call& call) {
  std::vector<IValue> results = HEDDLE_TRY(run_dense(call, Form::kFloats));
  for (size_t i = 0; i < results.size(); ++i) call.set_result(i, std::move(results[i]));
  return ok_status();
}

// Functions onto a known range, whose result has the scale that fits it.
template <int steps, int zero_point>
Status onto_range(const Call& call) {
  const Tensor self = first_tensor(call);
  std::vector<IValue> results = HEDDLE_TRY(run_dense(call, Form::kFloats));
  const int64_t shift = self.dtype() == DType::kQInt8 ? -128 : 0;
  const Ref<const Quantizer> q = make_ref<Quantizer>(1.0 / steps, zero_point + shift);
  call.set_result(0, IValue(HEDDLE_TRY(quantize(results[0].as_tensor(), q, self.dtype()))));
  return ok_status();
}

// relu_ and its like by the operator of the name without its underscore.
Status in_place(const Call& call) {
  const std::string& name = call.op().schema.name;
  const schema::Operator* op =
      schema::operators().find(std::string_view(name).substr(0, name.size() - 1), call.op().schema.overload);
  HEDDLE_REQUIRE_CODE(op, kUnsupported, name, " of quantised tensors is not supported");
  std::vector<IValue> arguments;
  for (size_t i = 0; i < call.argument_count(); ++i) arguments.push_back(call.argument(i));
  const Tensor self = first_tensor(call);
  const Tensor result = HEDDLE_TRY(schema::call_operator(*op, arguments))[0].as_tensor();
  HEDDLE_REQUIRE(result.dtype() == self.dtype() && result.sizes() == self.sizes(), name,
                 " of a quantised tensor gives another shape");
  HEDDLE_TRY(copy_into(integers_of(self), integers_of(result)));
  set_quantizer(self, quantizer_of(result));
  call.set_result(0, self);
  return ok_status();
}

Result<Tensor> fill_quantized(const Tensor& self, const Scalar& value) {
  const Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of("fill_", self));
  const int64_t integer = quantize_value(static_cast<float>(value.to_double()), 1.0f / static_cast<float>(q->scale()),
                                         q->zero_point(), integer_range(self.dtype()));
  HEDDLE_TRY(fill(integers_of(self), integer));
  return self;
}
Result<Tensor> zero_quantized(const Tensor& self) { return fill_quantized(self, 0); }

Result<Tensor> pad_quantized(const Tensor& self, const Dims& pad, const Scalar& value) {
  const Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of("constant_pad_nd", self));
  const int64_t integer = quantize_value(static_cast<float>(value.to_double()), 1.0f / static_cast<float>(q->scale()),
                                         q->zero_point(), integer_range(self.dtype()));
  const std::vector<IValue> arguments = {integers_of(self), make_int_list(pad), integer};
  return with_quantizer(HEDDLE_TRY(call_tensor_operator("aten::constant_pad_nd", "", arguments)), q);
}

template <class T>
void raise_row(const T* from, int64_t n, T least, T* to) {
  for (int64_t i = 0; i < n; ++i) to[i] = std::max(from[i], least);
}

template <class T>
void centre_row(const T* from, int64_t n, int32_t zero_point, float* to) {
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<float>(from[i] - zero_point);
}

// to = max(from, least), of dense tensors of one layout; `to` may be `from`.
void raise_to(const Tensor& from, int64_t least, const Tensor& to) {
  const auto raise = [&]<class T>(T low) {
    const auto* x = static_cast<const T*>(from.raw_data());
    auto* y = static_cast<T*>(to.raw_data());
    parallel::parallel_for(0, from.numel(), kGrain,
                           [&](int64_t begin, int64_t end) { raise_row(x + begin, end - begin, low, y + begin); });
  };
  if (from.dtype() == DType::kQUInt8) return raise(static_cast<uint8_t>(least));
  if (from.dtype() == DType::kQInt8) return raise(static_cast<int8_t>(least));
  raise(static_cast<int32_t>(least));
}

Result<Tensor> relu_quantized(const Tensor& self) {
  const Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of("relu", self));
  const Tensor dense = self.is_dense() ? self : HEDDLE_TRY(contiguous(self));
  const Tensor result = HEDDLE_TRY(Tensor::empty_strided(dense.sizes(), dense.strides(), dense.dtype()));
  set_quantizer(result, q);
  raise_to(dense, q->zero_point(), result);
  return result;
}

// The first tensor's scale for all.
Result<Tensor> cat_quantized(const std::vector<Tensor>& tensors, int64_t dim) {
  const Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of("cat", tensors[0]));
  const std::vector<IValue> arguments = {make_tensor_list(tensors), dim, q->scale(), q->zero_point()};
  return call_tensor_operator("quantized::cat", "", arguments);
}

}  // namespace

Result<Tensor> centred(const Tensor& quantized) {
  const Ref<const Quantizer> q = HEDDLE_TRY(tensor_quantizer_of("an operator on quantised tensors", quantized));
  if (!quantized.is_dense() || quantized.dtype() == DType::kQInt32) {
    const Tensor result = HEDDLE_TRY(to_dtype(integers_of(quantized), DType::kFloat32));
    const auto zero = static_cast<float>(q->zero_point());
    float* values = result.data<float>();
    parallel::parallel_for(0, result.numel(), kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) values[i] -= zero;
    });
    return result;
  }
  Tensor result = HEDDLE_TRY(Tensor::empty_strided(quantized.sizes(), quantized.strides(), DType::kFloat32));
  const auto centre = [&]<class T>(const T* from) {
    float* to = result.data<float>();
    const auto zero = static_cast<int32_t>(q->zero_point());
    parallel::parallel_for(0, result.numel(), kGrain, [&](int64_t begin, int64_t end) {
      centre_row(from + begin, end - begin, zero, to + begin);
    });
  };
  if (quantized.dtype() == DType::kQUInt8) {
    centre(static_cast<const uint8_t*>(quantized.raw_data()));
  } else {
    centre(static_cast<const int8_t*>(quantized.raw_data()));
  }
  return result;
}

Result<Tensor> from_centred(const Tensor& values, float factor, const Ref<const Quantizer>& quantizer, DType dtype) {
  const auto scale = Ref<const Quantizer>(make_ref<Quantizer>(1.0 / factor, quantizer->zero_point()));
  const Tensor result = HEDDLE_TRY(quantize(values, scale, dtype));
  set_quantizer(result, quantizer);
  return result;
}

void raise_to_zero_point(const Tensor& quantized) {
  const auto zero = quantizer_of(quantized)->zero_point();
  raise_to(quantized, zero, quantized);
}

void add_adapted_kernels(QuantizedKernels& kernels) {
  using schema::boxed;
  // Numbers that only change their place.
  for (const char* name : {"index_select",
                           "flip",
                           "sort",
                           "topk",
                           "repeat",
                           "index.Tensor",
                           "gather",
                           "pixel_shuffle",
                           "pixel_unshuffle",
                           "channel_shuffle",
                           "roll",
                           "reflection_pad1d",
                           "reflection_pad2d",
                           "replication_pad1d",
                           "replication_pad2d",
                           "stack",
                           "take",
                           "tile",
                           "max",
                           "min"}) {
    kernels.add(concat("aten::", name), &with_same_quantizer<Form::kIntegers>);
  }
  kernels.add("aten::relu", boxed<&relu_quantized>());
  for (const char* name : {"leaky_relu", "max_pool1d", "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d",
                           "adaptive_avg_pool1d", "adaptive_avg_pool3d", "_adaptive_avg_pool3d", "mean", "mean.dim",
                           "upsample_bilinear2d", "upsample_bilinear2d.vec"}) {
    kernels.add(concat("aten::", name), &with_same_quantizer<Form::kCentred>);
  }
  for (const char* name : {"upsample_nearest1d", "upsample_nearest1d.vec", "upsample_nearest2d",
                           "upsample_nearest2d.vec", "upsample_nearest3d", "upsample_nearest3d.vec"}) {
    kernels.add(concat("aten::", name), &nearest_quantized);
  }
  for (const char* name : {"clamp", "hardtanh", "relu6", "threshold", "elu", "gelu"}) {
    kernels.add(concat("aten::", name), &with_same_quantizer<Form::kFloats>);
  }
  for (const char* name : {"relu_", "leaky_relu_", "hardtanh_", "relu6_", "threshold_"}) {
    kernels.add(concat("aten::", name), &in_place);
  }
  for (const char* name : {"eq", "ne", "lt", "le", "gt", "ge"}) {
    kernels.add(concat("aten::", name, ".Tensor"), &on_numbers);
    kernels.add(concat("aten::", name, ".Scalar"), &on_numbers);
  }
  kernels.add("aten::sigmoid", &onto_range<256, 0>);
  kernels.add("aten::hardsigmoid", &onto_range<256, 0>);
  kernels.add("aten::tanh", &onto_range<128, 128>);
  kernels.add("aten::fill_.Scalar", boxed<&fill_quantized>());
  kernels.add("aten::zero_", boxed<&zero_quantized>());
  kernels.add("aten::constant_pad_nd", boxed<&pad_quantized>());
  kernels.add("aten::cat", boxed<&cat_quantized>());
}

}  // namespace heddle::ops
