#include "ops/resize/axis.h"

#include <algorithm>
#include <cmath>

namespace heddle::ops {
namespace {

// Positions are rounded as torch computes them, in the precision of the tensor: a position on the edge between two
// inputs must fall to the same side.
template <class T>
T scale_of(const ResizeAxis& axis) {
  if (axis.scale && *axis.scale > 0) return static_cast<T>(1.0 / *axis.scale);
  return static_cast<T>(axis.input) / static_cast<T>(axis.output);
}

template <class T>
T scale_of(const ResizeAxis& axis, bool align_corners) {
  if (!align_corners) return scale_of<T>(axis);
  return axis.output > 1 ? static_cast<T>(axis.input - 1) / static_cast<T>(axis.output - 1) : T(0);
}

template <class T>
T source_of(T scale, int64_t output, bool align_corners, bool may_be_negative) {
  if (align_corners) return scale * static_cast<T>(output);
  const T source = scale * (static_cast<T>(output) + T(0.5)) - T(0.5);
  return !may_be_negative && source < T(0) ? T(0) : source;
}

template <class T>
IndexMap nearest(const ResizeAxis& axis, bool exact) {
  const T scale = scale_of<T>(axis);
  IndexMap map(static_cast<size_t>(axis.output));
  for (int64_t o = 0; o < axis.output; ++o) {
    const T at = exact ? (static_cast<T>(o) + T(0.5)) * scale : static_cast<T>(o) * scale;
    map[static_cast<size_t>(o)] = std::clamp<int64_t>(static_cast<int64_t>(std::floor(at)), 0, axis.input - 1);
  }
  return map;
}

template <class T>
AxisWeights linear(const ResizeAxis& axis, bool align_corners) {
  AxisWeights w;
  w.taps = 2;
  const T scale = scale_of<T>(axis, align_corners);
  for (int64_t o = 0; o < axis.output; ++o) {
    const T source = axis.input == axis.output ? static_cast<T>(o) : source_of(scale, o, align_corners, false);
    const int64_t low = std::min(static_cast<int64_t>(source), axis.input - 1);
    const T fraction = std::clamp(source - static_cast<T>(low), T(0), T(1));
    w.indices.insert(w.indices.end(), {low, std::min(low + 1, axis.input - 1)});
    w.weights.insert(w.weights.end(), {static_cast<double>(T(1) - fraction), static_cast<double>(fraction)});
  }
  return w;
}

template <class T>
AxisWeights cubic(const ResizeAxis& axis, bool align_corners) {
  AxisWeights w;
  w.taps = 4;
  const T scale = scale_of<T>(axis, align_corners);
  for (int64_t o = 0; o < axis.output; ++o) {
    const T source = source_of(scale, o, align_corners, true);
    const T whole = std::floor(source);
    double weights[4];
    cubic_coefficients(static_cast<double>(source - whole), weights);
    for (int64_t k = 0; k < 4; ++k) {
      w.indices.push_back(std::clamp<int64_t>(static_cast<int64_t>(whole) - 1 + k, 0, axis.input - 1));
      w.weights.push_back(weights[k]);
    }
  }
  return w;
}

double triangle(double x) { return std::max(0.0, 1 - std::abs(x)); }

// Keys' kernel with the parameter Pillow uses (a = -0.5).
double keys(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

template <class T>
AxisWeights antialias(const ResizeAxis& axis, bool align_corners, bool is_cubic) {
  const T scale = scale_of<T>(axis, align_corners);
  const T half = is_cubic ? T(2) : T(1);
  const T support = scale >= T(1) ? half * scale : half;
  AxisWeights w;
  w.taps = std::min(static_cast<int64_t>(std::ceil(support)) * 2 + 1, axis.input);
  for (int64_t o = 0; o < axis.output; ++o) {
    const T centre = scale * (static_cast<T>(o) + T(0.5));
    const T inverse = scale >= T(1) ? T(1) / scale : T(1);
    const int64_t first = std::max<int64_t>(static_cast<int64_t>(centre - support + T(0.5)), 0);
    const int64_t count = std::min(static_cast<int64_t>(centre + support + T(0.5)), axis.input) - first;
    double total = 0;
    const size_t begin = w.weights.size();
    for (int64_t k = 0; k < w.taps; ++k) {
      const T x = (static_cast<T>(k + first) - centre + T(0.5)) * inverse;
      const double weight =
          k < count ? (is_cubic ? keys(static_cast<double>(x)) : triangle(static_cast<double>(x))) : 0.0;
      w.indices.push_back(std::clamp<int64_t>(first + k, 0, axis.input - 1));
      w.weights.push_back(weight);
      total += weight;
    }
    for (size_t k = begin; k < w.weights.size() && total != 0; ++k) w.weights[k] /= total;
  }
  return w;
}

}  // namespace

void cubic_coefficients(double t, double (&weights)[4]) {
  constexpr double a = -0.75;
  const auto near = [](double x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
  const auto far = [](double x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
  weights[0] = far(t + 1);
  weights[1] = near(t);
  weights[2] = near(1 - t);
  weights[3] = far(2 - t);
}

IndexMap nearest_map(const ResizeAxis& axis, bool exact, bool is_double) {
  return is_double ? nearest<double>(axis, exact) : nearest<float>(axis, exact);
}

AxisWeights linear_weights(const ResizeAxis& axis, bool align_corners, bool is_double) {
  return is_double ? linear<double>(axis, align_corners) : linear<float>(axis, align_corners);
}

AxisWeights cubic_weights(const ResizeAxis& axis, bool align_corners, bool is_double) {
  return is_double ? cubic<double>(axis, align_corners) : cubic<float>(axis, align_corners);
}

AxisWeights antialias_weights(const ResizeAxis& axis, bool align_corners, bool is_cubic, bool is_double) {
  return is_double ? antialias<double>(axis, align_corners, is_cubic) : antialias<float>(axis, align_corners, is_cubic);
}

}  // namespace heddle::ops
