#include "ops/pool/engine.h"

#include <algorithm>
#include <limits>

#include "ops/backend/rows.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/nan.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

constexpr int64_t kGrain = 32768;  // inputs read that are worth a thread's wake-up
constexpr float kLowest = -std::numeric_limits<float>::infinity();

int64_t divisor_of(const PoolProblem& p, const PoolRange& d, const PoolRange& h, const PoolRange& w) {
  return p.divisor.value_or(d.weight * h.weight * w.weight);
}

int64_t boxes(const PoolProblem& p) { return p.axes[0].output() * p.axes[1].output() * p.axes[2].output(); }

// Rows of taps of one box's first two axes, as pointers into a plane whose pixels are `pixel` floats wide.
void collect_rows(const PoolProblem& p, const float* plane, const PoolRange& d, const PoolRange& h, int64_t pixel,
                  std::vector<const float*>& rows) {
  rows.clear();
  for (int64_t z = d.begin; z < d.end; z += d.step) {
    for (int64_t y = h.begin; y < h.end; y += h.step) {
      rows.push_back(plane + (z * p.axes[1].input + y) * p.axes[2].input * pixel);
    }
  }
}

// One output row of a plane: rows of taps are folded by vectors first, the last axis one by one.
void fold_plane_row(const PoolProblem& p, const float* plane, const PoolRange& d, const PoolRange& h, float* out,
                    std::vector<const float*>& rows, std::vector<float>& folded) {
  const int64_t width = p.axes[2].input;
  const bool mean = p.kind == PoolProblem::Kind::kMean;
  collect_rows(p, plane, d, h, 1, rows);
  const auto count = static_cast<int64_t>(rows.size());
  if (count == 0) {
    std::fill_n(out, p.axes[2].output(), mean ? 0.0f : kLowest);
    return;
  }
  const PoolRange& first = p.axes[2].ranges[0];
  if (mean && p.axes[2].output() == 1 && h.step == 1 && first.step == 1 && first.begin == 0 && first.end == width) {
    float sum = 0;
    const int64_t height = h.end - h.begin;
    for (int64_t i = 0; i < count; i += height) sum += backend::sum_of(rows[static_cast<size_t>(i)], height * width);
    out[0] = sum / static_cast<float>(divisor_of(p, d, h, first));
    return;
  }
  folded.resize(static_cast<size_t>(width));
  if (mean) {
    backend::sum_of_rows(rows.data(), count, width, 1.0f, folded.data());
  } else {
    backend::max_of_rows(rows.data(), count, width, folded.data());
  }
  const float* x = folded.data();
  for (const PoolRange& w : p.axes[2].ranges) {
    float value = mean ? 0.0f : kLowest;
    for (int64_t i = w.begin; i < w.end; i += w.step) {
      if (mean) {
        value += x[i];
      } else if (x[i] > value || x[i] != x[i]) {
        value = x[i];
      }
    }
    *out++ = mean ? value / static_cast<float>(divisor_of(p, d, h, w)) : value;
  }
}

void pool_planes(const PoolProblem& p) {
  const int64_t in = p.axes[0].input * p.axes[1].input * p.axes[2].input;
  const int64_t out = boxes(p);
  const int64_t planes = p.input.size(0) * p.input.size(1);
  parallel::parallel_for(0, planes, std::max<int64_t>(kGrain / std::max<int64_t>(in, 1), 1),
                         [&](int64_t begin, int64_t end) {
                           std::vector<const float*> rows;
                           std::vector<float> folded;
                           for (int64_t plane = begin; plane < end; ++plane) {
                             float* to = p.output.data<float>() + plane * out;
                             for (const PoolRange& d : p.axes[0].ranges) {
                               for (const PoolRange& h : p.axes[1].ranges) {
                                 fold_plane_row(p, p.input.data<float>() + plane * in, d, h, to, rows, folded);
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
          std::fill_n(to, channels, mean ? 0.0f : kLowest);
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
  p.channels_last ? pool_pixels(p) : pool_planes(p);
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
    *value = empty ? T(0) : static_cast<T>(sum / static_cast<T>(divisor_of(p, d, h, w)));
    return;
  }
  T most =
      std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
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
    pool_boxes<T>(p);
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
  const bool integral = is_integral(dtype) && kind == PoolProblem::Kind::kMean;
  if (!is_floating(dtype) && !integral) return not_implemented(kernel, dtype);
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
