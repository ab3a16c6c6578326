#include "ops/quantized/convolution.h"

#include <array>

#include "ops/common/copy.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

constexpr int64_t kWorkOfTask = 1 << 17;  // multiplications
constexpr int64_t kPlacesOfPiece = 32;

using Extents = std::array<int64_t, 3>;  // of depth, height and width; absent ones in front are 1

Extents extents(const Dims& numbers, int64_t absent) {
  Extents out = {absent, absent, absent};
  for (size_t i = 0; i < numbers.size(); ++i) out[3 - numbers.size() + i] = numbers[i];
  return out;
}

int64_t product(const Extents& e) { return e[0] * e[1] * e[2]; }

}  // namespace

// Everything about one call. Transposed convolutions are ordinary ones of an input with `spread - 1` zeros between its
// elements.
struct QuantizedConvolution::Plan {
  int64_t batch = 0;
  int64_t in = 0;
  int64_t out = 0;
  Extents input{};
  Extents output{};
  Extents kernel{};
  Extents stride{};
  Extents spread{};
  Extents padding{};
  Extents dilation{};
  Dims sizes;  // of the result
};

int64_t QuantizedConvolution::out() const {
  return shape_.transposed ? weight().size(1) * shape_.groups : weight().size(0);
}

Result<Ref<const QuantizedConvolution>> QuantizedConvolution::make(int64_t spatial, const Tensor& weight,
                                                                   const std::optional<Tensor>& bias,
                                                                   QuantizedConvolutionShape shape) {
  const auto rank = static_cast<size_t>(spatial);
  HEDDLE_REQUIRE(weight.dim() == spatial + 2, "quantized convolution: Weights are expected to have ", spatial + 2,
                 " dimensions, but have size ", to_text(weight.sizes()));
  const auto all = [&](const Dims& numbers, int64_t least) {
    return numbers.size() == rank && std::ranges::all_of(numbers, [&](int64_t n) { return n >= least && n < 1 << 24; });
  };
  HEDDLE_REQUIRE(
      all(shape.stride, 1) && all(shape.padding, 0) && all(shape.dilation, 1) && all(shape.output_padding, 0),
      "quantized convolution: expected ", spatial, " positive strides and dilations and paddings of 0 or more");
  HEDDLE_REQUIRE(weight.numel() > 0 && shape.groups > 0 && weight.size(0) % shape.groups == 0,
                 "quantized convolution: weights of size ", to_text(weight.sizes()), " cannot be divided into ",
                 shape.groups, " groups");
  const bool transposed = shape.transposed;
  const int64_t out = transposed ? weight.size(1) * shape.groups : weight.size(0);
  HEDDLE_REQUIRE(!transposed || !quantizer_of(weight) || quantizer_of(weight)->per_tensor() || shape.groups == 1,
                 "quantized convolution: transposed ones quantised per channel have one group");
  auto made = make_ref<QuantizedConvolution>();
  made->weights_ = HEDDLE_TRY(QuantizedWeights::make("quantized convolution", weight, bias, transposed ? 1 : 0, out));
  made->shape_ = std::move(shape);
  return Ref<const QuantizedConvolution>(std::move(made));
}

void QuantizedConvolution::pack() const {
  const Extents kernel = extents(Dims(weight().sizes().span().subspan(2)), 1);
  Dims steps(weight().strides().span().subspan(2));
  const Extents step = extents(steps, 0);
  const int64_t groups = shape_.groups;
  const int64_t outs = out() / groups;
  const int64_t ins = shape_.transposed ? weight().size(0) / groups : weight().size(1);
  const int64_t length = product(kernel) * ins;
  const auto* bytes = static_cast<const int8_t*>(weight().raw_data());
  const auto value = [&](int64_t group, int64_t o, int64_t i, int64_t d, int64_t h, int64_t w) {
    const int64_t first = shape_.transposed ? group * ins + i : group * outs + o;
    const int64_t second = shape_.transposed ? o : i;
    if (shape_.transposed) {
      d = kernel[0] - 1 - d;
      h = kernel[1] - 1 - h;
      w = kernel[2] - 1 - w;
    }
    const int64_t at =
        first * weight().stride(0) + second * weight().stride(1) + d * step[0] + h * step[1] + w * step[2];
    return static_cast<int16_t>(bytes[at] - weights_.zero_points[static_cast<size_t>(group * outs + o)]);
  };
  const bool depthwise = ins == 1 && outs == 1;
  if (depthwise) taps_.resize(static_cast<size_t>(product(kernel) * groups));
  std::vector<int16_t> rows(static_cast<size_t>(outs * length));
  for (int64_t g = 0; g < groups; ++g) {
    for (int64_t o = 0; o < outs; ++o) {
      int64_t at = o * length;
      for (int64_t d = 0; d < kernel[0]; ++d) {
        for (int64_t h = 0; h < kernel[1]; ++h) {
          for (int64_t w = 0; w < kernel[2]; ++w) {
            for (int64_t i = 0; i < ins; ++i) rows[static_cast<size_t>(at++)] = value(g, o, i, d, h, w);
          }
        }
      }
    }
    if (depthwise) {
      for (int64_t t = 0; t < length; ++t) taps_[static_cast<size_t>(t * groups + g)] = rows[static_cast<size_t>(t)];
    } else {
      groups_.emplace_back(rows.data(), outs, length, length);
    }
  }
}

Result<QuantizedConvolution::Plan> QuantizedConvolution::plan(const Tensor& input) const {
  HEDDLE_REQUIRE(input.dim() == spatial() + 2, "quantized convolution: Expected activation data to have ",
                 spatial() + 2, " dimensions, but got size ", to_text(input.sizes()));
  Plan p;
  p.batch = input.size(0);
  p.in = input.size(1);
  p.out = out();
  const int64_t expected = shape_.transposed ? weight().size(0) : weight().size(1) * shape_.groups;
  HEDDLE_REQUIRE(p.in == expected, "quantized convolution: expected input to have ", expected, " channels, but got ",
                 p.in, " channels");
  p.input = extents(Dims(input.sizes().span().subspan(2)), 1);
  p.kernel = extents(Dims(weight().sizes().span().subspan(2)), 1);
  p.dilation = extents(shape_.dilation, 1);
  p.padding = extents(shape_.padding, 0);
  p.stride = {1, 1, 1};
  p.spread = {1, 1, 1};
  (shape_.transposed ? p.spread : p.stride) = extents(shape_.stride, 1);
  const Extents extra = extents(shape_.output_padding, 0);
  p.sizes = {p.batch, p.out};
  for (size_t i = 0; i < 3; ++i) {
    const int64_t reach = p.dilation[i] * (p.kernel[i] - 1);
    if (shape_.transposed) {
      p.padding[i] = reach - p.padding[i];
      p.output[i] = (p.input[i] - 1) * p.spread[i] + 1 + 2 * p.padding[i] - reach + extra[i];
    } else {
      p.output[i] = (p.input[i] + 2 * p.padding[i] - reach - 1) / p.stride[i] + 1;
      if (p.input[i] + 2 * p.padding[i] < reach + 1) p.output[i] = 0;
    }
    HEDDLE_REQUIRE(p.output[i] > 0 && p.input[i] > 0, "quantized convolution: an input of size ",
                   to_text(input.sizes()), " is too small for weights of size ", to_text(weight().sizes()));
  }
  for (int64_t i = 3 - spatial(); i < 3; ++i) p.sizes.push_back(p.output[static_cast<size_t>(i)]);
  return p;
}

template <class Ending>
void QuantizedConvolution::each_place(const Plan& p, const Tensor& input, int64_t zero_point,
                                      const Ending& ending) const {
  std::call_once(once_, [&] { pack(); });
  const auto* bytes = static_cast<const uint8_t*>(input.raw_data());  // [batch, spatial..., channels]
  const bool depthwise = groups_.empty();
  const int64_t groups = shape_.groups;
  const int64_t ins = p.in / groups;
  const int64_t outs = p.out / groups;
  const int64_t taps = product(p.kernel);
  const int64_t row_length = taps * ins + taps * ins % 2;
  const int64_t places = p.batch * product(p.output);
  const int64_t grain = std::max<int64_t>(1, kWorkOfTask / std::max<int64_t>(1, taps * ins * p.out));
  // f(tap, address of the pixel's channels, or null outside) for every tap of a place.
  const auto each_tap = [&](int64_t place, const auto& f) {
    const int64_t x = place % p.output[2];
    const int64_t y = place / p.output[2] % p.output[1];
    const int64_t z = place / (p.output[2] * p.output[1]) % p.output[0];
    const int64_t n = place / product(p.output);
    const Extents at = {z, y, x};
    int64_t tap = 0;
    Extents source{};
    const auto inside = [&](size_t i, int64_t k) {
      const int64_t position = at[i] * p.stride[i] - p.padding[i] + k * p.dilation[i];
      source[i] = position / p.spread[i];
      return position >= 0 && position % p.spread[i] == 0 && source[i] < p.input[i];
    };
    for (int64_t d = 0; d < p.kernel[0]; ++d) {
      const bool depth = inside(0, d);
      for (int64_t h = 0; h < p.kernel[1]; ++h) {
        const bool height = depth && inside(1, h);
        for (int64_t w = 0; w < p.kernel[2]; ++w, ++tap) {
          const bool pixel = height && inside(2, w);
          const int64_t index = ((n * p.input[0] + source[0]) * p.input[1] + source[1]) * p.input[2] + source[2];
          f(tap, pixel ? bytes + index * p.in : nullptr);
        }
      }
    }
  };
  const auto zero = static_cast<int32_t>(zero_point);
  parallel::parallel_for(0, places, grain, [&](int64_t begin, int64_t end) {
    std::vector<int32_t> sums(static_cast<size_t>(kPlacesOfPiece * p.out));
    if (depthwise) {
      std::vector<const uint8_t*> pixels(static_cast<size_t>(taps));
      for (int64_t place = begin; place < end; ++place) {
        each_tap(place, [&](int64_t tap, const uint8_t* from) { pixels[static_cast<size_t>(tap)] = from; });
        backend::sum_taps(pixels.data(), taps, zero, taps_.data(), p.in, sums.data());
        ending(sums.data(), place);
      }
      return;
    }
    std::vector<int16_t> rows(static_cast<size_t>(kPlacesOfPiece * row_length));
    for (int64_t first = begin; first < end; first += kPlacesOfPiece) {
      const int64_t count = std::min(kPlacesOfPiece, end - first);
      for (int64_t g = 0; g < groups; ++g) {
        for (int64_t i = 0; i < count; ++i) {
          int16_t* row = rows.data() + i * row_length;
          each_tap(first + i, [&](int64_t tap, const uint8_t* from) {
            if (from) {
              backend::less_zero_point(from + g * ins, ins, zero, row + tap * ins);
            } else {
              std::fill_n(row + tap * ins, ins, int16_t{0});
            }
          });
        }
        groups_[static_cast<size_t>(g)].multiply(rows.data(), row_length, count, sums.data() + g * outs, p.out);
      }
      for (int64_t i = 0; i < count; ++i) ending(sums.data() + i * p.out, first + i);
    }
  });
}

namespace {

MemoryFormat channels_last(int64_t spatial) {
  return spatial == 2 ? MemoryFormat::kChannelsLast : MemoryFormat::kChannelsLast3d;
}

}  // namespace

Result<Tensor> QuantizedConvolution::run(const Tensor& input, double scale, int64_t zero_point, bool relu) const {
  const Ref<const Quantizer> q = HEDDLE_TRY(input_quantizer("quantized convolution", input));
  const Plan p = HEDDLE_TRY(plan(input));
  const MemoryFormat format = channels_last(spatial());
  const Tensor output = HEDDLE_TRY(
      empty_quantized(p.sizes, DType::kQUInt8, HEDDLE_TRY(make_quantizer(scale, zero_point, DType::kQUInt8)), format));
  if (output.numel() == 0) return output;
  const Tensor dense = HEDDLE_TRY(contiguous(input, format));
  const CallScales scales = byte_scales(weights_, q->scale(), scale);
  const backend::ByteEnding ending{scales.bias.empty() ? nullptr : scales.bias.data(), scales.scale.data(),
                                   static_cast<int32_t>(zero_point), relu ? static_cast<int32_t>(zero_point) : 0};
  auto* to = static_cast<uint8_t*>(output.raw_data());
  each_place(p, dense, q->zero_point(),
             [&](const int32_t* sums, int64_t place) { backend::to_bytes(sums, p.out, ending, to + place * p.out); });
  return output;
}

Result<Tensor> QuantizedConvolution::run_dynamic(const Tensor& input, bool reduce_range) const {
  HEDDLE_REQUIRE(input.dtype() == DType::kFloat32, "quantized convolution: expected a float32 input, but got ",
                 python_name(input.dtype()));
  const Tensor bytes = HEDDLE_TRY(quantize_input(input, reduce_range));
  const Ref<const Quantizer> q = quantizer_of(bytes);
  return dequantize(HEDDLE_TRY(run(bytes, q->scale(), q->zero_point(), /*relu=*/false)));
}

}  // namespace heddle::ops
