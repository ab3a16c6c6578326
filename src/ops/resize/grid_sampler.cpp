// torch.nn.functional.grid_sample and affine_grid: images read at the places a grid names.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/linalg/mm.h"
#include "ops/resize/axis.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

enum Interpolation : int64_t { kBilinear = 0, kNearest = 1, kBicubic = 2 };
enum Padding : int64_t { kZeros = 0, kBorder = 1, kReflection = 2 };

struct Sampler {
  int64_t interpolation;
  int64_t padding;
  bool align_corners;

  // From -1..1 to positions in pixels.
  template <class T>
  T unnormalized(T x, int64_t size) const {
    const T extent = static_cast<T>(size);
    return align_corners ? (x + T(1)) / T(2) * (extent - T(1)) : ((x + T(1)) * extent - T(1)) / T(2);
  }

  // Moves a position back into the image as the padding asks; NaN becomes 0 there.
  template <class T>
  T inside(T x, int64_t size) const {
    if (padding == kZeros) return x;
    if (padding == kReflection) {
      x = align_corners ? reflected(x, T(0), static_cast<T>(size - 1))
                        : reflected(x, T(-0.5), static_cast<T>(size) - T(0.5));
    }
    return x > T(0) ? std::min(x, static_cast<T>(size - 1)) : T(0);
  }

  template <class T>
  static T reflected(T x, T low, T high) {
    const T span = high - low;
    if (span <= T(0)) return T(0);
    const T distance = std::abs(x - low);
    const T rest = std::fmod(distance, span);
    const T flips = std::floor(distance / span);
    return std::fmod(flips, T(2)) == T(0) ? rest + low : span - rest + low;
  }
};

// The inputs one output is made of; those outside the image are left out.
template <class T>
struct Taps {
  std::array<int64_t, 16> offsets;
  std::array<T, 16> weights;
  size_t count = 0;
  bool is_nan = false;

  void add(int64_t offset, T weight) {
    offsets[count] = offset;
    weights[count++] = weight;
  }
};

// The index of a tap along one axis, -1 when it lies outside.
template <class T>
int64_t index_of(T at, int64_t size) {
  return at >= T(0) && at <= static_cast<T>(size - 1) ? static_cast<int64_t>(at) : -1;
}

// Taps of nearest and linear sampling along `rank` axes (outermost first), position by position.
template <class T>
void linear_taps(const Sampler& s, std::span<const int64_t> sizes, std::span<const T> positions, Taps<T>& taps) {
  const size_t rank = sizes.size();
  std::array<std::array<int64_t, 2>, 3> index{};
  std::array<std::array<T, 2>, 3> weight{};
  for (size_t a = 0; a < rank; ++a) {
    const T at = s.inside(s.unnormalized(positions[a], sizes[a]), sizes[a]);
    if (s.interpolation == kNearest) {
      index[a] = {index_of(std::nearbyint(at), sizes[a]), -1};
      weight[a] = {T(1), T(0)};
      continue;
    }
    if (!std::isfinite(at)) {
      taps.is_nan = true;
      return;
    }
    const T low = std::floor(at);
    index[a] = {index_of(low, sizes[a]), index_of(low + T(1), sizes[a])};
    weight[a] = {low + T(1) - at, at - low};
  }
  for (size_t corner = 0; corner < (size_t{1} << rank); ++corner) {
    int64_t offset = 0;
    T product(1);
    bool is_inside = true;
    for (size_t a = 0; a < rank; ++a) {
      const size_t side = corner >> (rank - 1 - a) & 1;
      is_inside &= index[a][side] >= 0;
      offset = offset * sizes[a] + index[a][side];
      product *= weight[a][side];
    }
    if (is_inside) taps.add(offset, product);
  }
}

template <class T>
void cubic_taps(const Sampler& s, std::span<const int64_t> sizes, std::span<const T> positions, Taps<T>& taps) {
  T low[2];
  double weights[2][4];
  for (size_t a = 0; a < 2; ++a) {
    const T at = s.unnormalized(positions[a], sizes[a]);
    if (!std::isfinite(at)) {
      taps.is_nan = true;
      return;
    }
    low[a] = std::floor(at);
    cubic_coefficients(static_cast<double>(at - low[a]), weights[a]);
  }
  for (int64_t i = 0; i < 4; ++i) {
    for (int64_t j = 0; j < 4; ++j) {
      const int64_t y = index_of(s.inside(low[0] + static_cast<T>(i - 1), sizes[0]), sizes[0]);
      const int64_t x = index_of(s.inside(low[1] + static_cast<T>(j - 1), sizes[1]), sizes[1]);
      if (y >= 0 && x >= 0) taps.add(y * sizes[1] + x, static_cast<T>(weights[0][i] * weights[1][j]));
    }
  }
}

template <class T>
void sample(const Sampler& s, const Tensor& input, const Tensor& grid, const Tensor& output) {
  const auto rank = static_cast<size_t>(input.dim() - 2);
  const std::span<const int64_t> sizes(input.sizes().begin() + 2, rank);
  const int64_t channels = input.size(1);
  int64_t in = 1;
  for (int64_t size : sizes) in *= size;
  const int64_t out = grid.numel() / static_cast<int64_t>(rank) / input.size(0);
  parallel::parallel_for(0, input.size(0) * out, std::max<int64_t>(8192 / std::max<int64_t>(channels, 1), 1),
                         [&](int64_t begin, int64_t end) {
                           std::array<T, 3> positions{};
                           for (int64_t i = begin; i < end; ++i) {
                             const T* place = grid.data<T>() + i * static_cast<int64_t>(rank);
                             // The grid names the last axis first.
                             for (size_t a = 0; a < rank; ++a) positions[a] = place[rank - 1 - a];
                             Taps<T> taps;
                             const std::span<const T> at(positions.data(), rank);
                             s.interpolation == kBicubic ? cubic_taps<T>(s, sizes, at, taps)
                                                         : linear_taps<T>(s, sizes, at, taps);
                             const T* image = input.data<T>() + i / out * channels * in;
                             T* target = output.data<T>() + i / out * channels * out + i % out;
                             for (int64_t c = 0; c < channels; ++c) {
                               T sum = taps.is_nan ? std::numeric_limits<T>::quiet_NaN() : T(0);
                               for (size_t k = 0; k < taps.count; ++k)
                                 sum += image[c * in + taps.offsets[k]] * taps.weights[k];
                               target[c * out] = sum;
                             }
                           }
                         });
}

Status check(const Tensor& input, const Tensor& grid, const Sampler& s) {
  HEDDLE_REQUIRE(input.dim() == 4 || input.dim() == 5, "grid_sampler(): expected 4D or 5D input, but got sizes ",
                 to_text(input.sizes()));
  HEDDLE_REQUIRE(grid.dim() == input.dim() && grid.size(0) == input.size(0),
                 "grid_sampler(): expected grid and input to have same batch size, but got input with sizes ",
                 to_text(input.sizes()), " and grid with sizes ", to_text(grid.sizes()));
  HEDDLE_REQUIRE(grid.sizes().back() == input.dim() - 2, "grid_sampler(): expected grid to have size ", input.dim() - 2,
                 " in last dimension, but got grid with sizes ", to_text(grid.sizes()));
  HEDDLE_REQUIRE(input.dtype() == grid.dtype(), "expected scalar type ", dtype_name(input.dtype()), " but found ",
                 dtype_name(grid.dtype()));
  if (!is_floating(input.dtype())) return not_implemented("grid_sampler", input.dtype());
  HEDDLE_REQUIRE(
      s.interpolation >= kBilinear && s.interpolation <= kBicubic && s.padding >= kZeros && s.padding <= kReflection,
      "grid_sampler(): unknown interpolation mode ", s.interpolation, " or padding mode ", s.padding);
  HEDDLE_REQUIRE(input.dim() == 4 || s.interpolation != kBicubic,
                 "grid_sampler(): bicubic interpolation only supports 4D input");
  for (int64_t i = 2; i < input.dim(); ++i) {
    HEDDLE_REQUIRE(input.size(i) > 0,
                   "grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes ",
                   to_text(input.sizes()));
  }
  return ok_status();
}

Result<Tensor> grid_sampler(const Tensor& input, const Tensor& grid, int64_t interpolation, int64_t padding,
                            bool align_corners) {
  const Sampler s{interpolation, padding, align_corners};
  HEDDLE_TRY(check(input, grid, s));
  const DType computed = compute_dtype(input.dtype());
  const Tensor from = HEDDLE_TRY(contiguous_as(input, computed));
  const Tensor places = HEDDLE_TRY(contiguous_as(grid, computed));
  Dims sizes = {input.size(0), input.size(1)};
  for (int64_t i = 1; i < grid.dim() - 1; ++i) sizes.push_back(grid.size(i));
  const Tensor output = HEDDLE_TRY(Tensor::empty(sizes, computed));
  if (output.numel() > 0) {
    HEDDLE_TRY(dispatch<FloatTypes>(computed, "grid_sampler", [&]<class T>() -> Status {
      sample<T>(s, from, places, output);
      return ok_status();
    }));
  }
  return to_dtype(output, input.dtype());
}

// Positions -1..1 of `count` pixels: of their centres, or of the outermost ones.
double position_of(int64_t i, int64_t count, bool align_corners) {
  if (count <= 1) return 0;
  const double at = static_cast<double>(2 * i) / static_cast<double>(count - 1) - 1;
  return align_corners ? at : at * static_cast<double>(count - 1) / static_cast<double>(count);
}

// theta [N, 2, 3] with size [N, C, H, W], or [N, 3, 4] with [N, C, D, H, W]: base positions times theta'.
Result<Tensor> affine_grid_generator(const Tensor& theta, const Dims& size, bool align_corners) {
  HEDDLE_REQUIRE(size.size() == 4 || size.size() == 5,
                 "AffineGridGenerator needs 4d (spatial) or 5d (volumetric) inputs, but the size is ", to_text(size));
  const auto rank = static_cast<int64_t>(size.size()) - 2;
  HEDDLE_REQUIRE(theta.dim() == 3 && theta.size(0) == size[0] && theta.size(1) == rank && theta.size(2) == rank + 1,
                 "Expected a batch of ", rank, "D affine matrices of shape Nx", rank, "x", rank + 1, " for size ",
                 to_text(size), ". Got ", to_text(theta.sizes()));
  HEDDLE_REQUIRE(is_floating(theta.dtype()), "Expected theta to have floating point type, but got ",
                 dtype_name(theta.dtype()));
  int64_t pixels = 1;
  for (size_t i = 2; i < size.size(); ++i) {
    HEDDLE_REQUIRE(size[i] >= 0, "Expected a positive output size. Got ", to_text(size));
    pixels = HEDDLE_TRY(checked_numel(Dims{pixels, size[i]}, element_size(DType::kFloat64)));
  }
  const Dims base_sizes = {size[0], pixels, rank + 1};
  HEDDLE_TRY(checked_numel(base_sizes, 8));
  const Tensor base = HEDDLE_TRY(Tensor::empty(Dims{pixels, rank + 1}, DType::kFloat64));
  for (int64_t p = 0; p < pixels; ++p) {
    double* row = base.data<double>() + p * (rank + 1);
    int64_t rest = p;
    for (int64_t a = 0; a < rank; ++a) {
      const int64_t extent = size[static_cast<size_t>(rank + 1 - a)];
      row[a] = position_of(rest % extent, extent, align_corners);
      rest /= extent;
    }
    row[rank] = 1;
  }
  const Tensor typed = HEDDLE_TRY(to_dtype(base, theta.dtype()));
  const Tensor repeated = typed.alias(base_sizes, Dims{0, rank + 1, 1}, 0);
  const Tensor grid = HEDDLE_TRY(bmm(repeated, theta.transpose(1, 2)));
  Dims sizes = {size[0]};
  for (size_t i = 2; i < size.size(); ++i) sizes.push_back(size[i]);
  sizes.push_back(rank);
  return grid.view_contiguous(sizes);
}

template <int64_t rank>
Result<Tensor> grid_sampler_of(const Tensor& input, const Tensor& grid, int64_t interpolation, int64_t padding,
                               bool align_corners) {
  HEDDLE_REQUIRE(input.dim() == rank + 2, "grid_sampler(): expected ", rank + 2, "D input, but got sizes ",
                 to_text(input.sizes()));
  return grid_sampler(input, grid, interpolation, padding, align_corners);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(grid_sampler) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add(
      "aten::grid_sampler(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners) -> "
      "Tensor",
      boxed<&grid_sampler>());
  table.add(
      "aten::grid_sampler_2d(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners) "
      "-> Tensor",
      boxed<&grid_sampler_of<2>>());
  table.derive(
      "aten::grid_sampler_2d.out(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool "
      "align_corners, *, Tensor(a!) out) -> Tensor(a!)");
  table.add(
      "aten::_grid_sampler_2d_cpu_fallback(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool "
      "align_corners) -> Tensor",
      boxed<&grid_sampler_of<2>>());
  table.add(
      "aten::grid_sampler_3d(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners) "
      "-> Tensor",
      boxed<&grid_sampler_of<3>>());
  table.derive(
      "aten::grid_sampler_3d.out(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool "
      "align_corners, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::affine_grid_generator(Tensor theta, int[] size, bool align_corners) -> Tensor",
            boxed<&affine_grid_generator>());
  table.derive(
      "aten::affine_grid_generator.out(Tensor theta, int[] size, bool align_corners, *, Tensor(a!) out) -> Tensor(a!)");
}
