// torch.nn.functional.fractional_max_pool: windows of one size at places that the caller's random samples choose.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/with_out.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

constexpr int64_t kGrain = 32768;

// Where the windows of one axis begin.
template <class T>
std::vector<int64_t> starts(T sample, int64_t in, int64_t out, int64_t window) {
  std::vector<int64_t> at(static_cast<size_t>(out), in - window);
  if (out < 2) return at;
  const T step = static_cast<T>(in - window) / static_cast<T>(out - 1);
  for (int64_t i = 0; i + 1 < out; ++i) {
    const auto start = static_cast<int64_t>((static_cast<T>(i) + sample) * step) - static_cast<int64_t>(sample * step);
    at[static_cast<size_t>(i)] = std::clamp<int64_t>(start, 0, in - window);
  }
  return at;
}

// Planes of up to three axes (a missing one has size 1, and comes first).
struct Axes {
  std::array<int64_t, 3> in{1, 1, 1};
  std::array<int64_t, 3> out{1, 1, 1};
  std::array<int64_t, 3> window{1, 1, 1};
};

template <class T>
void pool_plane(const Axes& axes, const std::array<std::vector<int64_t>, 3>& begin, const T* from, T* to,
                int64_t* indices) {
  for (const int64_t d : begin[0]) {
    for (const int64_t h : begin[1]) {
      for (const int64_t w : begin[2]) {
        T best = -std::numeric_limits<T>::infinity();
        int64_t place = (d * axes.in[1] + h) * axes.in[2] + w;
        for (int64_t i = d; i < d + axes.window[0]; ++i) {
          for (int64_t j = h; j < h + axes.window[1]; ++j) {
            for (int64_t k = w; k < w + axes.window[2]; ++k) {
              const int64_t at = (i * axes.in[1] + j) * axes.in[2] + k;
              if (from[at] > best || std::isnan(from[at])) best = from[at], place = at;
            }
          }
        }
        *to++ = best;
        *indices++ = place;
      }
    }
  }
}

// kAxes: 2 or 3. The samples of a plane name its axes in another order in two dimensions than in three.
template <size_t kAxes>
Result<std::tuple<Tensor, Tensor>> fractional_max_pool(const Tensor& self, const Dims& kernel_size,
                                                       const Dims& output_size, const Tensor& samples) {
  const std::string name = concat("fractional_max_pool", kAxes, "d");
  HEDDLE_REQUIRE(kernel_size.size() == kAxes, name, ": kernel_size must be a list of ", kAxes, " ints, but got ",
                 to_text(kernel_size));
  HEDDLE_REQUIRE(output_size.size() == kAxes, name, ": output_size must be a list of ", kAxes, " ints, but got ",
                 to_text(output_size));
  const size_t rank = self.sizes().size();
  HEDDLE_REQUIRE(rank == kAxes + 1 || rank == kAxes + 2, name, "(): Expected ", kAxes + 1, "D or ", kAxes + 2,
                 "D tensor, but got: ", to_text(self.sizes()));
  for (size_t i = rank - kAxes - 1; i < rank; ++i) {
    HEDDLE_REQUIRE(self.sizes()[i] > 0, name, "(): Expected input to have non-zero size for non-batch dimensions, ",
                   "but got ", to_text(self.sizes()), " with dimension ", i, " being empty.");
  }
  Dims sizes = self.sizes();
  Axes axes;
  for (size_t i = 0; i < kAxes; ++i) {
    const size_t at = 3 - kAxes + i;
    axes.in[at] = sizes[rank - kAxes + i];
    axes.window[at] = kernel_size[i];
    axes.out[at] = sizes[rank - kAxes + i] = output_size[i];
    HEDDLE_REQUIRE(kernel_size[i] >= 0 && output_size[i] >= 0, name, "(): negative kernel_size ", to_text(kernel_size),
                   " or output_size ", to_text(output_size));
    // In three dimensions PyTorch refuses windows that only just fit.
    HEDDLE_REQUIRE(output_size[i] - (kAxes == 2 ? 1 : 0) <= axes.in[at] - kernel_size[i], name, "(): pool size ",
                   kernel_size[i], " and output size ", output_size[i], " too large relative to input size ",
                   axes.in[at]);
  }
  HEDDLE_TRY(checked_numel(sizes, 8));
  int64_t planes = 1;
  for (size_t i = 0; i < rank - kAxes; ++i) planes *= sizes[i];
  HEDDLE_REQUIRE(samples.dtype() == self.dtype(), name, "(): expected random samples of ", python_name(self.dtype()),
                 " but found ", python_name(samples.dtype()));
  HEDDLE_REQUIRE(samples.dim() == 3 && samples.numel() >= planes * static_cast<int64_t>(kAxes), name,
                 "(): expected random samples of shape [batch, channels, ", kAxes, "], but got ",
                 to_text(samples.sizes()));
  const Tensor from = HEDDLE_TRY(contiguous(self));
  const Tensor random = HEDDLE_TRY(contiguous(samples));
  const Tensor values = HEDDLE_TRY(Tensor::empty(sizes, self.dtype()));
  const Tensor indices = HEDDLE_TRY(Tensor::empty(sizes, DType::kInt64));
  HEDDLE_TRY(dispatch<FloatTypes>(self.dtype(), name, [&]<class T>() -> Status {
    const int64_t in = axes.in[0] * axes.in[1] * axes.in[2], out = axes.out[0] * axes.out[1] * axes.out[2];
    for (int64_t i = 0; i < planes * static_cast<int64_t>(kAxes); ++i) {
      const T sample = random.template data<T>()[i];
      HEDDLE_REQUIRE(sample >= 0 && sample <= 1, name, "(): expected random samples in [0, 1], but got ", sample);
    }
    parallel::parallel_for(0, planes, std::max<int64_t>(kGrain / in, 1), [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) {
        const T* sample = random.template data<T>() + p * static_cast<int64_t>(kAxes);
        std::array<std::vector<int64_t>, 3> at{{{0}, {}, {}}};
        for (size_t i = 3 - kAxes; i < 3; ++i) {
          const T u = kAxes == 2 ? sample[2 - i] : sample[i];
          at[i] = starts<T>(u, axes.in[i], axes.out[i], axes.window[i]);
        }
        pool_plane<T>(axes, at, from.template data<T>() + p * in, values.template data<T>() + p * out,
                      indices.template data<int64_t>() + p * out);
      }
    });
    return ok_status();
  }));
  return std::tuple(values, indices);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(fractional_pool) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  add_with_out(table,
               "aten::fractional_max_pool2d(Tensor self, int[2] kernel_size, int[2] output_size, Tensor "
               "random_samples) -> (Tensor, Tensor)",
               boxed<&fractional_max_pool<2>>(), "fractional_max_pool2d.output", {"output", "indices"});
  add_with_out(table,
               "aten::fractional_max_pool3d(Tensor self, int[3] kernel_size, int[3] output_size, Tensor "
               "random_samples) -> (Tensor, Tensor)",
               boxed<&fractional_max_pool<3>>(), "fractional_max_pool3d.output", {"output", "indices"});
}
