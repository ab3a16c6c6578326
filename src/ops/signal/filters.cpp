// torchaudio's recursive filters, which its models and transforms call by their names.
#include <algorithm>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

constexpr int64_t kGrain = 16384;  // products that are worth a thread's wake-up

Status require_float(std::string_view name, const Tensor& t) {
  if (t.dtype() == DType::kFloat32 || t.dtype() == DType::kFloat64) return ok_status();
  return not_implemented(name, t.dtype());
}

Status same_dtype(std::string_view name, const Tensor& a, const Tensor& b) {
  HEDDLE_REQUIRE(a.dtype() == b.dtype(), name, ": all tensors must have one dtype, but got ", dtype_name(a.dtype()),
                 " and ", dtype_name(b.dtype()));
  return ok_status();
}

// y[t] = x[t] - sum over k of a[k] y[t - order + 1 + k]: `out` begins order - 1 elements before its first y and its
// contents there are what the filter remembers. a's last element meets what lies at y[t] already.
template <class T>
void run_recursion(const T* x, const T* a, int64_t order, int64_t length, T* out) {
  for (int64_t t = 0; t < length; ++t) {
    T value = x[t];
    for (int64_t k = 0; k < order; ++k) value -= a[k] * out[t + k];
    out[t + order - 1] = value;
  }
}

// input [batch, channels, length], coefficients [channels, order], output [batch, channels, length + order - 1].
Status lfilter_core_loop(const Tensor& input, const Tensor& flipped, const Tensor& output) {
  constexpr std::string_view name = "_lfilter_core_loop";
  HEDDLE_TRY(require_float(name, input));
  HEDDLE_TRY(same_dtype(name, input, flipped));
  HEDDLE_TRY(same_dtype(name, input, output));
  HEDDLE_REQUIRE(input.dim() == 3 && flipped.dim() == 2 && output.dim() == 3 && flipped.size(1) > 0, name,
                 ": expected tensors of 3, 2 and 3 dimensions, but got ", to_text(input.sizes()), ", ",
                 to_text(flipped.sizes()), " and ", to_text(output.sizes()));
  const int64_t channels = input.size(1), length = input.size(2), order = flipped.size(1);
  HEDDLE_REQUIRE(flipped.size(0) == channels && output.size(0) == input.size(0) && output.size(1) == channels &&
                     output.size(2) == length + order - 1,
                 name, ": an input of shape ", to_text(input.sizes()), " and coefficients of shape ",
                 to_text(flipped.sizes()), " do not fit an output of shape ", to_text(output.sizes()));
  const Tensor x = HEDDLE_TRY(contiguous(input)), a = HEDDLE_TRY(contiguous(flipped));
  const Tensor y = HEDDLE_TRY(contiguous(output));
  HEDDLE_TRY(dispatch<FloatTypes>(input.dtype(), name, [&]<class T>() {
    const int64_t grain = kGrain / std::max<int64_t>(length * order, 1) + 1;
    parallel::parallel_for(0, input.size(0) * channels, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        run_recursion(x.data<T>() + i * length, a.data<T>() + i % channels * order, order, length,
                      y.data<T>() + i * (length + order - 1));
      }
    });
    return ok_status();
  }));
  return y.is_same(output) ? ok_status() : copy_into(output, y);
}

// One channel: y[t] = (sum over k of b[k] x[t - k] - sum over k > 0 of a[k] y[t - k]) / a[0].
template <class T>
void run_filter(const T* x, const T* a, const T* b, int64_t order, int64_t length, T* y) {
  for (int64_t t = 0; t < length; ++t) {
    const int64_t reach = std::min(order - 1, t);
    T value = 0;
    for (int64_t k = 0; k <= reach; ++k) value += b[k] * x[t - k];
    for (int64_t k = 1; k <= reach; ++k) value -= a[k] * y[t - k];
    y[t] = value / a[0];
  }
}

Result<Tensor> lfilter(const Tensor& waveform, const Tensor& a_coeffs, const Tensor& b_coeffs) {
  constexpr std::string_view name = "_lfilter";
  HEDDLE_TRY(require_float(name, waveform));
  HEDDLE_TRY(same_dtype(name, waveform, a_coeffs));
  HEDDLE_TRY(same_dtype(name, waveform, b_coeffs));
  HEDDLE_REQUIRE(
      waveform.dim() == 3 && a_coeffs.dim() == 2 && a_coeffs.sizes() == b_coeffs.sizes() &&
          waveform.size(1) == a_coeffs.size(0) && a_coeffs.size(1) > 0,
      name, ": a waveform of shape [batch, channels, length] needs coefficients of shape [channels, order], ",
      "but got ", to_text(waveform.sizes()), ", ", to_text(a_coeffs.sizes()), " and ", to_text(b_coeffs.sizes()));
  const int64_t channels = waveform.size(1), length = waveform.size(2), order = a_coeffs.size(1);
  const Tensor x = HEDDLE_TRY(contiguous(waveform));
  const Tensor a = HEDDLE_TRY(contiguous(a_coeffs)), b = HEDDLE_TRY(contiguous(b_coeffs));
  // The results lie behind what torchaudio's filter remembers from before the beginning, so its strides are these.
  const int64_t row = length + order - 1;
  const Tensor padded = HEDDLE_TRY(Tensor::empty(Dims{waveform.size(0), channels, row}, waveform.dtype()));
  const Tensor result = padded.narrow(2, order - 1, length);
  HEDDLE_TRY(dispatch<FloatTypes>(waveform.dtype(), name, [&]<class T>() {
    const int64_t grain = kGrain / std::max<int64_t>(length * order, 1) + 1;
    parallel::parallel_for(0, waveform.size(0) * channels, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        run_filter(x.data<T>() + i * length, a.data<T>() + i % channels * order, b.data<T>() + i % channels * order,
                   order, length, result.data<T>() + i * row);
      }
    });
    return ok_status();
  }));
  return result;
}

// The distortion of sox's overdrive: a high pass whose state the last two tensors but one keep, mixed with the input.
Status overdrive_core_loop(const Tensor& waveform, const Tensor& distorted, const Tensor& last_in,
                           const Tensor& last_out, const Tensor& output) {
  constexpr std::string_view name = "_overdrive_core_loop";
  HEDDLE_TRY(require_float(name, waveform));
  for (const Tensor* t : {&distorted, &last_in, &last_out, &output}) HEDDLE_TRY(same_dtype(name, waveform, *t));
  HEDDLE_REQUIRE(waveform.dim() == 2 && distorted.sizes() == waveform.sizes() && output.sizes() == waveform.sizes() &&
                     last_in.sizes() == Dims{waveform.size(0)} && last_out.sizes() == Dims{waveform.size(0)},
                 name, ": expected [channels, length] three times and [channels] twice, but got ",
                 to_text(waveform.sizes()), ", ", to_text(distorted.sizes()), ", ", to_text(last_in.sizes()), ", ",
                 to_text(last_out.sizes()), " and ", to_text(output.sizes()));
  const Tensor x = HEDDLE_TRY(contiguous(waveform)), d = HEDDLE_TRY(contiguous(distorted));
  const Tensor y = HEDDLE_TRY(Tensor::empty(waveform.sizes(), waveform.dtype()));
  const Tensor in = HEDDLE_TRY(clone(last_in, MemoryFormat::kContiguous));
  const Tensor out = HEDDLE_TRY(clone(last_out, MemoryFormat::kContiguous));
  HEDDLE_TRY(dispatch<FloatTypes>(waveform.dtype(), name, [&]<class T>() {
    const int64_t length = waveform.size(1);
    for (int64_t c = 0; c < waveform.size(0); ++c) {
      for (int64_t i = c * length; i < (c + 1) * length; ++i) {
        out.data<T>()[c] = d.data<T>()[i] - in.data<T>()[c] + T(0.995) * out.data<T>()[c];
        in.data<T>()[c] = d.data<T>()[i];
        y.data<T>()[i] = x.data<T>()[i] * T(0.5) + out.data<T>()[c] * T(0.75);
      }
    }
    return ok_status();
  }));
  HEDDLE_TRY(copy_into(last_in, in));
  HEDDLE_TRY(copy_into(last_out, out));
  return copy_into(output, y);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(audio_filters) {
  using namespace heddle::ops;
  table.add("torchaudio::_lfilter(Tensor waveform, Tensor a_coeffs, Tensor b_coeffs) -> Tensor",
            heddle::schema::boxed<&lfilter>());
  table.add("torchaudio::_lfilter_core_loop(Tensor _0, Tensor _1, Tensor(a!) _2) -> ()",
            heddle::schema::boxed<&lfilter_core_loop>());
  table.add("torchaudio::_overdrive_core_loop(Tensor _0, Tensor _1, Tensor(a!) _2, Tensor(b!) _3, Tensor(c!) _4) -> ()",
            heddle::schema::boxed<&overdrive_core_loop>());
}
