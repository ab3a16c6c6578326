#include "ops/quantized/quantize.h"

#include <limits>
#include <type_traits>
#include <utility>

#include "ops/backend/fold.h"
#include "ops/common/copy.h"
#include "ops/quantized/byte_quantizer.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

constexpr int64_t kGrain = 32768;

template <class F>
auto by_integer(DType dtype, const F& f) {
  switch (dtype) {
    case DType::kQUInt8:
      return f.template operator()<uint8_t>();
    case DType::kQInt8:
      return f.template operator()<int8_t>();
    default:
      return f.template operator()<int32_t>();
  }
}

// A dense tensor as [outer, channels, inner] around the axis of its channels, which must be contiguous.
struct Channels {
  int64_t outer = 1;
  int64_t count = 1;
  int64_t inner = 1;
};
Channels channels_of(const Tensor& t, int64_t axis) {
  Channels c;
  for (int64_t d = 0; d < axis; ++d) c.outer *= t.size(d);
  c.count = t.size(axis);
  for (int64_t d = axis + 1; d < t.dim(); ++d) c.inner *= t.size(d);
  return c;
}

template <class F>
void each_channel_row(const Channels& c, const F& f) {
  parallel::parallel_for(0, c.outer * c.count, std::max<int64_t>(1, kGrain / std::max<int64_t>(c.inner, 1)),
                         [&](int64_t begin, int64_t end) {
                           for (int64_t i = begin; i < end; ++i) f(static_cast<size_t>(i % c.count), i * c.inner);
                         });
}

// n numbers of one scale.
template <class T>
void quantize_row(const float* from, int64_t n, float inverse, int64_t zero, IntegerRange range, T* to) {
  if constexpr (sizeof(T) == 1) {
    const ByteQuantizer to_byte(inverse, zero, range);
    for (int64_t i = 0; i < n; ++i) to[i] = static_cast<T>(to_byte(from[i]));
  } else {
    for (int64_t i = 0; i < n; ++i) to[i] = static_cast<T>(quantize_value(from[i], inverse, zero, range));
  }
}

template <class T>
void quantize_channels(const Tensor& values, const Quantizer& q, IntegerRange range, const Tensor& result) {
  const Channels c = channels_of(values, q.axis);
  const float* from = values.data<float>();
  T* to = result.data<T>();
  const bool float_zero_points = q.scheme == QScheme::kPerChannelAffineFloatQParams;
  each_channel_row(c, [&](size_t channel, int64_t at) {
    const auto scale = static_cast<float>(q.scales[channel]);
    if (float_zero_points) {
      const float inverse = scale == 0 ? 1.0f : 1.0f / scale;
      const auto zero = static_cast<float>(q.zero_points[channel]);
      for (int64_t i = at; i < at + c.inner; ++i) {
        to[i] = static_cast<T>(quantize_value(from[i] * inverse + zero, 1.0f, 0, range));
      }
      return;
    }
    const float inverse = 1.0f / scale;
    const auto zero = static_cast<int64_t>(q.zero_points[channel]);
    quantize_row(from + at, c.inner, inverse, zero, range, to + at);
  });
}

template <class T>
void dequantize_channels(const Tensor& integers, const Quantizer& q, const Tensor& result) {
  const Channels c = channels_of(integers, q.axis);
  const T* from = integers.data<T>();
  float* to = result.data<float>();
  each_channel_row(c, [&](size_t channel, int64_t at) {
    const auto scale = static_cast<float>(q.scales[channel]);
    const auto zero = static_cast<float>(q.zero_points[channel]);
    for (int64_t i = at; i < at + c.inner; ++i) to[i] = (static_cast<float>(from[i]) - zero) * scale;
  });
}

}  // namespace

DType integer_dtype(DType quantized) {
  return quantized == DType::kQUInt8 ? DType::kUInt8 : quantized == DType::kQInt8 ? DType::kInt8 : DType::kInt32;
}

IntegerRange integer_range(DType quantized) {
  if (quantized == DType::kQUInt8) return {0, 255};
  if (quantized == DType::kQInt8) return {-128, 127};
  return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
}

Status check_quantized_dtype(DType dtype) {
  HEDDLE_REQUIRE(is_quantized(dtype), "dtype ", python_name(dtype), " is not a quantised one");
  return ok_status();
}

Result<Ref<const Quantizer>> checked_quantizer(std::string_view op, const Tensor& t) {
  Ref<const Quantizer> q = quantizer_of(t);
  HEDDLE_REQUIRE(is_quantized(t.dtype()) && q, op, ": expected a quantized tensor, but got ", python_name(t.dtype()));
  HEDDLE_REQUIRE(q->per_tensor() || (q->axis < t.dim() && t.size(q->axis) == static_cast<int64_t>(q->scales.size())),
                 op, ": a tensor of size ", to_text(t.sizes()), " has ", q->scales.size(), " scales along dimension ",
                 q->axis);
  return q;
}

Result<Ref<const Quantizer>> tensor_quantizer_of(std::string_view op, const Tensor& t) {
  Ref<const Quantizer> q = HEDDLE_TRY(checked_quantizer(op, t));
  HEDDLE_REQUIRE(q->per_tensor(), op, ": expected a tensor quantized per tensor, but it is per channel");
  return q;
}

Result<Ref<const Quantizer>> make_quantizer(double scale, int64_t zero_point, DType dtype) {
  const IntegerRange range = integer_range(dtype);
  HEDDLE_REQUIRE(zero_point >= range.low && zero_point <= range.high, "zero_point ", zero_point,
                 " is out of the range of ", python_name(dtype), ", ", range.low, " to ", range.high);
  return Ref<const Quantizer>(make_ref<Quantizer>(scale, zero_point));
}

Result<Tensor> empty_quantized(std::span<const int64_t> sizes, DType dtype, Ref<const Quantizer> quantizer,
                               MemoryFormat format) {
  Tensor result = HEDDLE_TRY(Tensor::empty(sizes, dtype, format));
  set_quantizer(result, std::move(quantizer));
  return result;
}

Tensor integers_of(const Tensor& quantized) { return view_as_dtype(quantized, integer_dtype(quantized.dtype())); }

Tensor with_quantizer(const Tensor& integers, Ref<const Quantizer> quantizer) {
  const DType dtype = integers.dtype();
  Tensor view = view_as_dtype(integers, dtype == DType::kUInt8  ? DType::kQUInt8
                                        : dtype == DType::kInt8 ? DType::kQInt8
                                                                : DType::kQInt32);
  set_quantizer(view, std::move(quantizer));
  return view;
}

Result<Tensor> quantize(const Tensor& values, Ref<const Quantizer> quantizer, DType dtype) {
  HEDDLE_TRY(check_quantized_dtype(dtype));
  HEDDLE_REQUIRE(values.dtype() == DType::kFloat32, "Quantize only works on Float Tensor, got ",
                 dtype_name(values.dtype()));
  const Quantizer& q = *quantizer;
  const MemoryFormat format = q.per_tensor() ? values.suggested_format() : MemoryFormat::kContiguous;
  const Tensor dense = HEDDLE_TRY(contiguous(values, format));
  Tensor result = HEDDLE_TRY(empty_quantized(values.sizes(), dtype, quantizer, format));
  HEDDLE_TRY(checked_quantizer("quantize", result));
  const IntegerRange range = integer_range(dtype);
  by_integer(dtype, [&]<class T>() {
    if (!q.per_tensor()) return quantize_channels<T>(dense, q, range, result);
    const float inverse = 1.0f / static_cast<float>(q.scale());
    const int64_t zero = q.zero_point();
    const float* from = dense.data<float>();
    T* to = result.data<T>();
    parallel::parallel_for(0, dense.numel(), kGrain, [&](int64_t begin, int64_t end) {
      quantize_row(from + begin, end - begin, inverse, zero, range, to + begin);
    });
  });
  return result;
}

Result<Tensor> dequantize(const Tensor& quantized) {
  if (!is_quantized(quantized.dtype())) return to_dtype(quantized, DType::kFloat32);
  const Ref<const Quantizer> q = HEDDLE_TRY(checked_quantizer("dequantize", quantized));
  const Tensor dense = q->per_tensor() && quantized.is_dense() ? quantized : HEDDLE_TRY(contiguous(quantized));
  Tensor result = HEDDLE_TRY(Tensor::empty_strided(dense.sizes(), dense.strides(), DType::kFloat32));
  by_integer(dense.dtype(), [&]<class T>() {
    if (!q->per_tensor()) return dequantize_channels<T>(dense, *q, result);
    const auto scale = static_cast<float>(q->scale());
    const auto zero = static_cast<int32_t>(q->zero_point());
    const T* from = dense.data<T>();
    float* to = result.data<float>();
    parallel::parallel_for(0, dense.numel(), kGrain, [&](int64_t begin, int64_t end) {
      // Differences of bytes fit into 32 bits, which are quicker to convert.
      using Difference = std::conditional_t<sizeof(T) == 1, int32_t, int64_t>;
      for (int64_t i = begin; i < end; ++i) {
        to[i] = scale * static_cast<float>(static_cast<Difference>(from[i]) - static_cast<Difference>(zero));
      }
    });
  });
  return result;
}

ChosenParameters choose_parameters(float smallest, float largest, IntegerRange range) {
  constexpr float kLeastScale = 6.1e-5f;
  double low = std::min(smallest, 0.0f);
  double high = std::max(largest, 0.0f);
  const auto steps = static_cast<double>(range.high - range.low);
  double scale = (high - low) / steps;
  if (static_cast<float>(scale) == 0.0f || std::isinf(1.0f / static_cast<float>(scale))) scale = 0.1;
  // A scale too small for its inverse to be a good float: the range grows with it.
  if (scale < kLeastScale) {
    const auto given = static_cast<float>(scale);
    scale = kLeastScale;
    if (low == 0) {
      high = kLeastScale * static_cast<float>(steps);
    } else if (high == 0) {
      low = -kLeastScale * static_cast<float>(steps);
    } else {
      const float factor = kLeastScale / given;
      low = static_cast<float>(low) * factor;
      high = static_cast<float>(high) * factor;
    }
  }
  const auto first = static_cast<double>(range.low);
  const auto last = static_cast<double>(range.high);
  const double from_low = first - low / scale;
  const double from_high = last - high / scale;
  const double low_error = std::abs(first) + std::abs(low / scale);
  const double high_error = std::abs(last) + std::abs(high / scale);
  const double zero = low_error < high_error ? from_low : from_high;
  const double kept = std::isnan(zero) ? first : std::clamp(std::nearbyint(zero), first, last);
  return {scale, static_cast<int64_t>(kept)};
}

Result<std::pair<float, float>> extent_of(const Tensor& values) {
  const Tensor dense = values.is_dense() ? values : HEDDLE_TRY(contiguous(values));
  if (dense.numel() == 0) return std::pair(0.0f, 0.0f);
  return std::pair(backend::min_row(dense.data<float>(), dense.numel()),
                   backend::max_row(dense.data<float>(), dense.numel()));
}

}  // namespace heddle::ops
