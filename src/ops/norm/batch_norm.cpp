#include "ops/norm/batch_norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/backend/rows.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

constexpr int64_t kGrain = 32768;

Status check_parameter(const std::optional<Tensor>& parameter, std::string_view name, int64_t channels) {
  HEDDLE_REQUIRE(!parameter || parameter->numel() == channels, name, " should contain ", channels, " elements not ",
                 parameter ? parameter->numel() : 0);
  return ok_status();
}

Status check(const BatchNormArguments& a) {
  HEDDLE_REQUIRE(a.input.dim() >= 2, "batch_norm: expected an input of at least two dimensions, but got size ",
                 to_text(a.input.sizes()));
  const int64_t channels = a.input.size(1);
  HEDDLE_TRY(check_parameter(a.running_mean, "running_mean", channels));
  HEDDLE_TRY(check_parameter(a.running_var, "running_var", channels));
  for (const auto* running : {&a.running_mean, &a.running_var}) {
    HEDDLE_REQUIRE(!*running || (*running)->dim() == 1, "batch_norm: running statistics must have one dimension, not ",
                   (*running)->dim());
  }
  HEDDLE_TRY(check_parameter(a.weight, "weight", channels));
  HEDDLE_TRY(check_parameter(a.bias, "bias", channels));
  HEDDLE_REQUIRE(a.training || (a.running_mean && a.running_var),
                 "Expected running_mean and running_var to be defined when training is false");
  if (!is_floating(a.input.dtype())) return not_implemented("batch_norm", a.input.dtype());
  const DType wanted = compute_dtype(a.input.dtype());
  for (const auto* parameter : {&a.weight, &a.bias, &a.running_mean, &a.running_var}) {
    HEDDLE_REQUIRE(!*parameter || compute_dtype((*parameter)->dtype()) == wanted,
                   "mixed dtype (CPU): expect parameter to have scalar type of ", dtype_name(a.input.dtype()),
                   ", but got ", *parameter ? dtype_name((*parameter)->dtype()) : "");
  }
  return ok_status();
}

// One number a channel, as T; `otherwise` where the parameter is absent.
template <class T>
Result<std::vector<T>> values_of(const std::optional<Tensor>& parameter, int64_t channels, T otherwise) {
  std::vector<T> values(static_cast<size_t>(channels), otherwise);
  if (parameter) {
    const Tensor flat = HEDDLE_TRY(contiguous_as(*parameter, dtype_of<T>));
    std::copy_n(flat.data<T>(), channels, values.data());
  }
  return values;
}

// Data of a batch as planes of one channel, or (channels-last) as pixels of all channels.
struct Layout {
  int64_t batch;
  int64_t channels;
  int64_t pixels;
  bool channels_last;
};

template <class T>
void scale(const Layout& l, const T* x, T* y, const T* factor, const T* shift) {
  if (l.channels_last) {
    parallel::parallel_for(0, l.batch * l.pixels, std::max<int64_t>(kGrain / l.channels, 1),
                           [&](int64_t begin, int64_t end) {
                             const int64_t at = begin * l.channels;
                             if constexpr (std::is_same_v<T, float>) {
                               backend::scale_shift_channels(x + at, y + at, end - begin, l.channels, factor, shift);
                             } else {
                               for (int64_t i = at; i < end * l.channels; i += l.channels) {
                                 for (int64_t c = 0; c < l.channels; ++c) y[i + c] = x[i + c] * factor[c] + shift[c];
                               }
                             }
                           });
    return;
  }
  parallel::parallel_for(0, l.batch * l.channels, std::max<int64_t>(kGrain / std::max<int64_t>(l.pixels, 1), 1),
                         [&](int64_t begin, int64_t end) {
                           for (int64_t plane = begin; plane < end; ++plane) {
                             const auto channel = plane % l.channels;
                             const T* from = x + plane * l.pixels;
                             T* to = y + plane * l.pixels;
                             if constexpr (std::is_same_v<T, float>) {
                               backend::scale_shift(from, to, l.pixels, factor[channel], shift[channel]);
                             } else {
                               for (int64_t i = 0; i < l.pixels; ++i)
                                 to[i] = from[i] * factor[channel] + shift[channel];
                             }
                           }
                         });
}

// Mean and population variance of every channel where all channels of a pixel lie together: several channels at a time.
template <class T>
void statistics_of_pixels(const Layout& l, const T* x, std::vector<T>& mean, std::vector<T>& variance) {
  constexpr int64_t kChannels = 64;
  const int64_t pixels = l.batch * l.pixels;
  const auto count = static_cast<double>(pixels);
  const int64_t grain = std::max<int64_t>(kGrain / std::max<int64_t>(pixels, 1), kChannels);
  parallel::parallel_for(0, l.channels, grain, [&](int64_t begin, int64_t end) {
    for (int64_t first = begin; first < end; first += kChannels) {
      const int64_t channels = std::min(kChannels, end - first);
      double centre[kChannels] = {};
      double spread[kChannels] = {};
      for (int64_t i = 0; i < pixels; ++i) {
        const T* from = x + i * l.channels + first;
        for (int64_t c = 0; c < channels; ++c) centre[c] += static_cast<double>(from[c]);
      }
      for (int64_t c = 0; c < channels; ++c) centre[c] /= count;
      for (int64_t i = 0; i < pixels; ++i) {
        const T* from = x + i * l.channels + first;
        for (int64_t c = 0; c < channels; ++c) {
          const double off = static_cast<double>(from[c]) - centre[c];
          spread[c] += off * off;
        }
      }
      for (int64_t c = 0; c < channels; ++c) {
        mean[static_cast<size_t>(first + c)] = static_cast<T>(centre[c]);
        variance[static_cast<size_t>(first + c)] = static_cast<T>(spread[c] / count);
      }
    }
  });
}

// Mean and population variance of every channel, in two passes of double precision.
template <class T>
void statistics(const Layout& l, const T* x, std::vector<T>& mean, std::vector<T>& variance) {
  if (l.channels_last) return statistics_of_pixels<T>(l, x, mean, variance);
  const double count = static_cast<double>(l.batch) * static_cast<double>(l.pixels);
  parallel::parallel_for(0, l.channels, std::max<int64_t>(kGrain / std::max<int64_t>(l.batch * l.pixels, 1), 1),
                         [&](int64_t begin, int64_t end) {
                           for (int64_t c = begin; c < end; ++c) {
                             const auto fold = [&](auto f) {
                               double sum = 0;
                               for (int64_t b = 0; b < l.batch; ++b) {
                                 const T* from = x + (b * l.channels + c) * l.pixels;
                                 for (int64_t i = 0; i < l.pixels; ++i) sum += f(static_cast<double>(from[i]));
                               }
                               return sum / count;
                             };
                             const double centre = fold([](double v) { return v; });
                             mean[static_cast<size_t>(c)] = static_cast<T>(centre);
                             variance[static_cast<size_t>(c)] =
                                 static_cast<T>(fold([centre](double v) { return (v - centre) * (v - centre); }));
                           }
                         });
}

template <class T>
Status update_running(const std::optional<Tensor>& running, const std::vector<T>& fresh, double factor,
                      double momentum) {
  if (!running) return ok_status();
  std::vector<T> values = HEDDLE_TRY(values_of<T>(running, running->numel(), T(0)));
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<T>((1 - momentum) * static_cast<double>(values[i]) +
                               momentum * factor * static_cast<double>(fresh[i]));
  }
  const Tensor from = HEDDLE_TRY(Tensor::from_blob(values.data(), running->sizes(), dtype_of<T>));
  return copy_into(*running, from);
}

template <class T>
Result<BatchNormResult> run(const BatchNormArguments& a, const Layout& l, const Tensor& input) {
  const int64_t channels = l.channels;
  std::vector<T> mean = HEDDLE_TRY(values_of<T>(a.training ? std::nullopt : a.running_mean, channels, T(0)));
  std::vector<T> variance = HEDDLE_TRY(values_of<T>(a.training ? std::nullopt : a.running_var, channels, T(1)));
  if (a.training) {
    statistics<T>(l, input.data<T>(), mean, variance);
    if (a.update) {
      const double count = static_cast<double>(l.batch) * static_cast<double>(l.pixels);
      HEDDLE_TRY(update_running<T>(a.running_mean, mean, 1.0, a.momentum));
      HEDDLE_TRY(update_running<T>(a.running_var, variance, count / (count - 1), a.momentum));
    }
  }
  std::vector<T> factor = HEDDLE_TRY(values_of<T>(a.weight, channels, T(1)));
  std::vector<T> shift = HEDDLE_TRY(values_of<T>(a.bias, channels, T(0)));
  std::vector<T>& deviation = variance;  // becomes its inverse
  for (size_t c = 0; c < mean.size(); ++c) {
    deviation[c] = T(1) / std::sqrt(variance[c] + static_cast<T>(a.eps));
    factor[c] *= deviation[c];
    shift[c] -= mean[c] * factor[c];
  }
  BatchNormResult result;
  result.output = HEDDLE_TRY(Tensor::empty_strided(input.sizes(), input.strides(), input.dtype()));
  if (input.numel() > 0) scale<T>(l, input.data<T>(), result.output.data<T>(), factor.data(), shift.data());
  const int64_t saved = a.training ? channels : 0;
  result.mean = HEDDLE_TRY(Tensor::empty(Dims{saved}, input.dtype()));
  result.inverse_deviation = HEDDLE_TRY(Tensor::empty(Dims{saved}, input.dtype()));
  std::copy_n(mean.data(), saved, result.mean.data<T>());
  std::copy_n(deviation.data(), saved, result.inverse_deviation.data<T>());
  return result;
}

}  // namespace

Result<BatchNormResult> batch_norm(const BatchNormArguments& a) {
  HEDDLE_TRY(check(a));
  const DType dtype = a.input.dtype();
  const MemoryFormat format = a.input.suggested_format();
  const Tensor arranged = HEDDLE_TRY(contiguous(a.input, format));
  const Tensor input = HEDDLE_TRY(to_dtype(arranged, compute_dtype(dtype)));
  Layout l{input.size(0), input.size(1), 1, format != MemoryFormat::kContiguous};
  for (int64_t i = 2; i < input.dim(); ++i) l.pixels *= input.size(i);
  // Planes of one pixel are pixels of all channels.
  l.channels_last = l.channels_last || l.pixels == 1;
  BatchNormResult result =
      HEDDLE_TRY(input.dtype() == DType::kFloat32 ? run<float>(a, l, input) : run<double>(a, l, input));
  result.output = HEDDLE_TRY(to_dtype(result.output, dtype));
  const DType saved = a.weight ? a.weight->dtype() : a.running_mean ? a.running_mean->dtype() : dtype;
  result.mean = HEDDLE_TRY(to_dtype(result.mean, saved));
  result.inverse_deviation = HEDDLE_TRY(to_dtype(result.inverse_deviation, saved));
  return result;
}

}  // namespace heddle::ops
