#include "ops/pool/engine.h"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "ops/backend/rows.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/nan.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

constexpr int64_t kGrain = 32768;  // inputs read that are worth a thread's wake-up

int64_t divisor_of(const PoolProblem& p, const PoolRange& d, const PoolRange& h, const PoolRange& w) {
  return p.divisor.value_or(d.weight * h.weight * w.weight);
}

// Integers are divided as 64 bits: a divisor need not fit the tensor's dtype, where it could become 0.
template <class T>
T mean_of(T sum, int64_t divisor) {
  if constexpr (std::is_integral_v<T>) {
    if (divisor == -1) return static_cast<T>(-static_cast<uint64_t>(sum));
    return static_cast<T>(static_cast<int64_t>(sum) / divisor);
  } else {
    return static_cast<T>(sum / static_cast<T>(divisor));
  }
}

int64_t boxes(const PoolProblem& p) { return p.axes[0].output() * p.axes[1].output() * p.axes[2].output(); }

// Below every number of the dtype.
template <class T>
constexpr T lowest() {
  return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
}

// The larger one; NaN wins.
template <class T>
T larger(T a, T b) {
  return (b > a) | is_nan(b) ? b : a;
}
template <class T>
void raise_row(const T* from, int64_t n, T* to) {
  for (int64_t i = 0; i < n; ++i) to[i] = larger(to[i], from[i]);
}
template <class T>
void add_row(const T* from, int64_t n, T* to) {
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<T>(to[i] + from[i]);
}

// The largest, or the sum, down each column of some rows.
template <class T>
void fold_rows(const std::vector<const T*>& rows, bool mean, int64_t width, T* folded) {
  const auto count = static_cast<int64_t>(rows.size());
  if constexpr (std::is_same_v<T, float>) {
    if (mean) return backend::sum_of_rows(rows.data(), count, width, 1.0f, folded);
    backend::max_of_rows(rows.data(), count, width, folded);
  } else {
    std::copy_n(rows[0], width, folded);
    for (size_t i = 1; i < rows.size(); ++i) {
      mean ? add_row(rows[i], width, folded) : raise_row(rows[i], width, folded);
    }
  }
}

// Rows of taps of one box's first two axes, as pointers into a plane whose pixels are `pixel` elements wide.
template <class T>
void collect_rows(const PoolProblem& p, const T* plane, const PoolRange& d, const PoolRange& h, int64_t pixel,
                  std::vector<const T*>& rows) {
  rows.clear();
  for (int64_t z = d.begin; z < d.end; z += d.step) {
    for (int64_t y = h.begin; y < h.end; y += h.step) {
      rows.push_back(plane + (z * p.axes[1].input + y) * p.axes[2].input * pixel);
    }
  }
}

// Outputs [first, last) of an axis whose ranges are the same but for a constant distance: not those at padding.
struct Alike {
  int64_t first = 0;
  int64_t last = 0;
  int64_t distance = 1;
};
Alike alike_ranges(const PoolAxis& axis) {
  Alike found;
  for (size_t i = 0; i + 1 < axis.ranges.size(); ++i) {
    const PoolRange& a = axis.ranges[i];
    const PoolRange& b = axis.ranges[i + 1];
    const int64_t distance = b.begin - a.begin;
    const bool same =
        a.count() > 0 && a.count() == b.count() && a.step == b.step && a.weight == b.weight && distance > 0;
    if (same && found.last == static_cast<int64_t>(i) + 1 && distance == found.distance) {
      ++found.last;
    } else if (same && found.last == 0) {
      found = {static_cast<int64_t>(i), static_cast<int64_t>(i) + 2, distance};
    }
  }
  return found;
}

// out[j] of alike ranges, tap by tap, so that outputs are made side by side.
template <class T, class F>
void fold_alike(const PoolRange& first, int64_t outputs, int64_t distance, const T* x, T* out, const F& f) {
  for (int64_t i = first.begin + first.step; i < first.end; i += first.step) {
    const T* from = x + i;
    if (distance == 1) {
      for (int64_t j = 0; j < outputs; ++j) out[j] = f(out[j], from[j]);
    } else if (distance == 2) {
      for (int64_t j = 0; j < outputs; ++j) out[j] = f(out[j], from[2 * j]);
    } else {
      for (int64_t j = 0; j < outputs; ++j) out[j] = f(out[j], from[distance * j]);
    }
  }
}

// One output row of a plane: rows of taps are folded side by side first, then what lies alike along the last axis.
template <class T>
void fold_plane_row(const PoolProblem& p, const T* plane, const PoolRange& d, const PoolRange& h, T* out,
                    const Alike& alike, std::vector<const T*>& rows, std::vector<T>& folded) {
  const int64_t width = p.axes[2].input;
  const bool mean = p.kind == PoolProblem::Kind::kMean;
  collect_rows(p, plane, d, h, 1, rows);
  if (rows.empty()) {
    std::fill_n(out, p.axes[2].output(), mean ? T(0) : lowest<T>());
    return;
  }
  const PoolRange& first = p.axes[2].ranges[0];
  if constexpr (std::is_same_v<T, float>) {
    if (mean && p.axes[2].output() == 1 && h.step == 1 && first.step == 1 && first.begin == 0 && first.end == width) {
      float sum = 0;
      const int64_t height = h.end - h.begin;
      for (size_t i = 0; i < rows.size(); i += static_cast<size_t>(height)) {
        sum += backend::sum_of(rows[i], height * width);
      }
      out[0] = sum / static_cast<float>(divisor_of(p, d, h, first));
      return;
    }
  }
  folded.resize(static_cast<size_t>(width));
  fold_rows(rows, mean, width, folded.data());
  const T* x = folded.data();
  const auto most = [](T a, T b) { return larger(a, b); };
  const auto add = [](T a, T b) { return static_cast<T>(a + b); };
  const int64_t outputs = alike.last - alike.first;
  if (outputs > 0) {
    const PoolRange& w = p.axes[2].ranges[static_cast<size_t>(alike.first)];
    T* const to = out + alike.first;
    for (int64_t j = 0; j < outputs; ++j) to[j] = x[w.begin + j * alike.distance];
    if (mean) {
      fold_alike(w, outputs, alike.distance, x, to, add);
      const int64_t divisor = divisor_of(p, d, h, w);
      for (int64_t j = 0; j < outputs; ++j) to[j] = mean_of(to[j], divisor);
    } else {
      fold_alike(w, outputs, alike.distance, x, to, most);
    }
  }
  const auto fold_one = [&](int64_t j) {
    const PoolRange& w = p.axes[2].ranges[static_cast<size_t>(j)];
    T value = mean ? T(0) : lowest<T>();
    for (int64_t i = w.begin; i < w.end; i += w.step) value = mean ? add(value, x[i]) : larger(value, x[i]);
    out[j] = mean && w.count() > 0 ? mean_of(value, divisor_of(p, d, h, w)) : value;
  };
  for (int64_t j = 0; j < alike.first; ++j) fold_one(j);
  for (int64_t j = alike.last; j < p.axes[2].output(); ++j) fold_one(j);
}

template <class T>
void pool_planes(const PoolProblem& p) {
  const int64_t in = p.axes[0].input * p.axes[1].input * p.axes[2].input;
  const int64_t out = boxes(p);
  const int64_t planes = p.input.size(0) * p.input.size(1);
  const Alike alike = alike_ranges(p.axes[2]);
  parallel::parallel_for(0, planes, std::max<int64_t>(kGrain / std::max<int64_t>(in, 1), 1),
                         [&](int64_t begin, int64_t end) {
                           std::vector<const T*> rows;
                           std::vector<T> folded;
                           for (int64_t plane = begin; plane < end; ++plane) {
                             T* to = p.output.data<T>() + plane * out;
                             for (const PoolRange& d : p.axes[0].ranges) {
                               for (const PoolRange& h : p.axes[1].ranges) {
                                 fold_plane_row(p, p.input.data<T>() + plane * in, d, h, to, alike, rows, folded);
                                 to += p.axes[2].output();
                               }
                             }
                           }
                         });
}

// Channels-last: a box is a list of pixels, folded over all channels at once.
void pool_pixels(const PoolProblem& p) {
  const int64_t channels = p.input.size(1);
  const int64_t in = p.axes[0].input * p.axes[1].input * p.axes[2].input * channels;
  const int64_t across = p.axes[2].output();
  const int64_t down = p.axes[1].output();
  const int64_t lines = p.input.size(0) * p.axes[0].output() * down;
  const int64_t each = std::max<int64_t>(in / std::max<int64_t>(p.axes[0].output() * down, 1), 1);
  parallel::parallel_for(0, lines, std::max<int64_t>(kGrain / each, 1), [&](int64_t begin, int64_t end) {
    std::vector<const float*> rows;
    std::vector<const float*> pixels;
    for (int64_t line = begin; line < end; ++line) {
      const PoolRange& h = p.axes[1].ranges[static_cast<size_t>(line % down)];
      const PoolRange& d = p.axes[0].ranges[static_cast<size_t>(line / down % p.axes[0].output())];
      const float* image = p.input.data<float>() + line / down / p.axes[0].output() * in;
      collect_rows(p, image, d, h, channels, rows);
      float* to = p.output.data<float>() + line * across * channels;
      for (const PoolRange& w : p.axes[2].ranges) {
        pixels.clear();
        for (const float* row : rows) {
          for (int64_t i = w.begin; i < w.end; i += w.step) pixels.push_back(row + i * channels);
        }
        const auto count = static_cast<int64_t>(pixels.size());
        const bool mean = p.kind == PoolProblem::Kind::kMean;
        if (count == 0) {
          std::fill_n(to, channels, mean ? 0.0f : lowest<float>());
        } else if (mean) {
          backend::sum_of_rows(pixels.data(), count, channels, 1.0f / static_cast<float>(divisor_of(p, d, h, w)), to);
        } else {
          backend::max_of_rows(pixels.data(), count, channels, to);
        }
        to += channels;
      }
    }
  });
}

Attempt attempt_simd(PoolProblem& p) {
  if (p.input.dtype() != DType::kFloat32) return Attempt::declined(concat("dtype ", python_name(p.input.dtype())));
  if (p.indices.defined()) return Attempt::declined("indices are wanted");
  p.channels_last ? pool_pixels(p) : pool_planes<float>(p);
  return Attempt::done();
}

// The maximum or mean of one box of a channel whose pixels lie `pixel` elements apart.
template <class T>
void fold_box(const PoolProblem& p, const T* x, int64_t pixel, const PoolRange& d, const PoolRange& h,
              const PoolRange& w, T* value, int64_t* index) {
  const auto at = [&](int64_t z, int64_t y, int64_t i) { return (z * p.axes[1].input + y) * p.axes[2].input + i; };
  if (p.kind == PoolProblem::Kind::kMean) {
    T sum(0);
    for (int64_t z = d.begin; z < d.end; z += d.step) {
      for (int64_t y = h.begin; y < h.end; y += h.step) {
        for (int64_t i = w.begin; i < w.end; i += w.step) sum += x[at(z, y, i) * pixel];
      }
    }
    const bool empty = d.count() * h.count() * w.count() == 0;
    *value = empty ? T(0) : mean_of(sum, divisor_of(p, d, h, w));
    return;
  }
  T most = lowest<T>();
  int64_t where = std::min(at(d.begin, h.begin, w.begin), p.axes[0].input * p.axes[1].input * p.axes[2].input - 1);
  for (int64_t z = d.begin; z < d.end; z += d.step) {
    for (int64_t y = h.begin; y < h.end; y += h.step) {
      for (int64_t i = w.begin; i < w.end; i += w.step) {
        const T v = x[at(z, y, i) * pixel];
        if (v > most || is_nan(v)) {
          most = v;
          where = at(z, y, i);
        }
      }
    }
  }
  *value = most;
  if (index) *index = where;
}

// Channels-last: one box of all channels of an image. `where` is room for a number a channel.
template <class T>
void fold_pixels(const PoolProblem& p, const T* x, const PoolRange& d, const PoolRange& h, const PoolRange& w, T* value,
                 int64_t* index, std::vector<int32_t>& where) {
  const int64_t channels = p.input.size(1);
  const auto at = [&](int64_t z, int64_t y, int64_t i) { return (z * p.axes[1].input + y) * p.axes[2].input + i; };
  const auto each = [&](const auto& f) {
    for (int64_t z = d.begin; z < d.end; z += d.step) {
      for (int64_t y = h.begin; y < h.end; y += h.step) {
        for (int64_t i = w.begin; i < w.end; i += w.step) f(at(z, y, i));
      }
    }
  };
  if (p.kind == PoolProblem::Kind::kMean) {
    std::fill_n(value, channels, T(0));
    each([&](int64_t pixel) { add_row(x + pixel * channels, channels, value); });
    if (d.count() * h.count() * w.count() == 0) return;
    const int64_t divisor = divisor_of(p, d, h, w);
    for (int64_t c = 0; c < channels; ++c) value[c] = mean_of(value[c], divisor);
    return;
  }
  std::fill_n(value, channels, lowest<T>());
  if (!index) return each([&](int64_t pixel) { raise_row(x + pixel * channels, channels, value); });
  const int64_t first =
      std::min(at(d.begin, h.begin, w.begin), p.axes[0].input * p.axes[1].input * p.axes[2].input - 1);
  std::fill_n(where.data(), channels, static_cast<int32_t>(first));
  each([&](int64_t pixel) {
    const T* from = x + pixel * channels;
    int32_t* const place = where.data();
    const auto here = static_cast<int32_t>(pixel);
    for (int64_t c = 0; c < channels; ++c) {
      const bool better = (from[c] > value[c]) | is_nan(from[c]);
      value[c] = better ? from[c] : value[c];
      place[c] = better ? here : place[c];
    }
  });
  std::copy_n(where.data(), channels, index);
}

template <class T>
void pool_images(const PoolProblem& p) {
  const int64_t channels = p.input.size(1);
  const int64_t in = p.axes[0].input * p.axes[1].input * p.axes[2].input * channels;
  const int64_t down = p.axes[1].output();
  const int64_t lines = p.input.size(0) * p.axes[0].output() * down;
  const int64_t each = std::max<int64_t>(in / std::max<int64_t>(p.axes[0].output() * down, 1), 1);
  parallel::parallel_for(0, lines, std::max<int64_t>(kGrain / each, 1), [&](int64_t begin, int64_t end) {
    std::vector<int32_t> where(static_cast<size_t>(channels));
    for (int64_t line = begin; line < end; ++line) {
      const PoolRange& h = p.axes[1].ranges[static_cast<size_t>(line % down)];
      const PoolRange& d = p.axes[0].ranges[static_cast<size_t>(line / down % p.axes[0].output())];
      const T* image = p.input.data<T>() + line / down / p.axes[0].output() * in;
      int64_t to = line * p.axes[2].output() * channels;
      for (const PoolRange& w : p.axes[2].ranges) {
        fold_pixels<T>(p, image, d, h, w, p.output.data<T>() + to,
                       p.indices.defined() ? p.indices.data<int64_t>() + to : nullptr, where);
        to += channels;
      }
    }
  });
}

template <class T>
void pool_boxes(const PoolProblem& p) {
  const int64_t channels = p.input.size(1);
  const int64_t in = p.axes[0].input * p.axes[1].input * p.axes[2].input;
  const int64_t out = boxes(p);
  const int64_t pixel = p.channels_last ? channels : 1;
  const int64_t plane = p.channels_last ? 1 : in;
  const int64_t out_plane = p.channels_last ? 1 : out;
  const int64_t planes = p.input.size(0) * channels;
  parallel::parallel_for(0, planes, std::max<int64_t>(kGrain / std::max<int64_t>(in, 1), 1),
                         [&](int64_t begin, int64_t end) {
                           for (int64_t i = begin; i < end; ++i) {
                             const T* from = p.input.data<T>() + i / channels * channels * in + i % channels * plane;
                             int64_t to = i / channels * channels * out + i % channels * out_plane;
                             for (const PoolRange& d : p.axes[0].ranges) {
                               for (const PoolRange& h : p.axes[1].ranges) {
                                 for (const PoolRange& w : p.axes[2].ranges) {
                                   fold_box<T>(p, from, pixel, d, h, w, p.output.data<T>() + to,
                                               p.indices.defined() ? p.indices.data<int64_t>() + to : nullptr);
                                   to += pixel;
                                 }
                               }
                             }
                           }
                         });
}

Attempt attempt_reference(PoolProblem& p) {
  return Attempt::done(dispatch<RealTypes>(p.input.dtype(), "pool", [&]<class T>() -> Status {
    // Places are counted in 32 bits there.
    const int64_t plane = p.axes[0].input * p.axes[1].input * p.axes[2].input;
    if (p.channels_last && p.input.size(1) >= 4 && plane <= std::numeric_limits<int32_t>::max()) {
      pool_images<T>(p);
    } else if (!p.channels_last && !p.indices.defined()) {
      pool_planes<T>(p);
    } else {
      pool_boxes<T>(p);
    }
    return ok_status();
  }));
}

constexpr std::array<Implementation<PoolProblem>, 2> kImplementations = {{
    {"simd", "float32 (and the halves by way of it), without indices", &attempt_simd},
    {"reference", "anything", &attempt_reference},
}};

}  // namespace

std::span<const Implementation<PoolProblem>> pool_implementations() { return kImplementations; }

Result<PoolResult> pool(PoolProblem::Kind kind, const Tensor& input, std::span<const PoolAxis> axes, bool with_indices,
                        std::optional<int64_t> divisor, std::string_view kernel) {
  const DType dtype = input.dtype();
  if (!is_floating(dtype) && !is_integral(dtype)) return not_implemented(kernel, dtype);
  const auto rank = static_cast<int64_t>(axes.size());
  const bool batchless = input.dim() == rank + 1;
  const MemoryFormat format = rank == 2 && !batchless ? input.suggested_format() : MemoryFormat::kContiguous;
  PoolProblem p;
  p.kind = kind;
  p.divisor = divisor;
  p.channels_last = format == MemoryFormat::kChannelsLast;
  const Tensor arranged = HEDDLE_TRY(contiguous(batchless ? input.unsqueeze(0) : input, format));
  p.input = HEDDLE_TRY(to_dtype(arranged, compute_dtype(dtype)));
  Dims sizes = {p.input.size(0), p.input.size(1)};
  for (int64_t i = 0; i < rank; ++i) {
    p.axes[static_cast<size_t>(3 - rank + i)] = axes[static_cast<size_t>(i)];
    sizes.push_back(axes[static_cast<size_t>(i)].output());
  }
  p.output = HEDDLE_TRY(Tensor::empty(sizes, p.input.dtype(), format));
  if (with_indices) p.indices = HEDDLE_TRY(Tensor::empty(sizes, DType::kInt64, format));
  if (p.output.numel() > 0) HEDDLE_TRY(run_first<PoolProblem>("pool", kImplementations, p));
  PoolResult result;
  result.output = HEDDLE_TRY(to_dtype(p.output, dtype));
  result.indices = p.indices;
  if (batchless) {
    result.output = result.output.select(0, 0);
    if (with_indices) result.indices = result.indices.select(0, 0);
  }
  return result;
}

}  // namespace heddle::ops
