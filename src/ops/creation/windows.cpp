// Window functions of signal processing: hann, hamming, blackman, bartlett, kaiser.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "ops/backend/unary64.h"
#include "ops/common/copy.h"
#include "ops/common/promotion.h"
#include "ops/creation/creation.h"
#include "ops/creation/factory.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

// A window of f(position), the positions running from 0 to 1; a periodic one leaves out the last.
template <class F>
Result<Tensor> window(std::string_view name, std::optional<DType> dtype, int64_t length, bool periodic, const F& f) {
  const DType result = dtype.value_or(kDefaultDType);
  HEDDLE_REQUIRE(is_floating(result), name, " expects floating point dtypes, got: ", python_name(result));
  HEDDLE_REQUIRE(length >= 0, name, " requires non-negative window_length, got window_length=", length);
  const Tensor t = HEDDLE_TRY(Tensor::empty(Dims{length}, result));
  const auto last = static_cast<double>(periodic ? length : length - 1);
  HEDDLE_TRY(fill_by_index<AllFloatTypes>(
      t, name, [&](int64_t i) { return length == 1 ? 1.0 : f(static_cast<double>(i) / last); }));
  return t;
}

// The same of cosines: levels[0] + levels[1] cos(2 pi x) + levels[2] cos(4 pi x).
Result<Tensor> cosine_window(std::string_view name, std::optional<DType> dtype, int64_t length, bool periodic,
                             const std::array<double, 3>& levels) {
  const DType result = dtype.value_or(kDefaultDType);
  HEDDLE_REQUIRE(is_floating(result), name, " expects floating point dtypes, got: ", python_name(result));
  HEDDLE_REQUIRE(length >= 0, name, " requires non-negative window_length, got window_length=", length);
  const Tensor wide = HEDDLE_TRY(Tensor::empty(Dims{length}, DType::kFloat64));
  const auto last = static_cast<double>(periodic ? length : length - 1);
  double* const values = wide.data<double>();
  constexpr int64_t kChunk = 256;
  parallel::parallel_for(0, (length + kChunk - 1) / kChunk, 64, [&](int64_t begin, int64_t end) {
    for (int64_t first = begin * kChunk; first < std::min(end * kChunk, length); first += kChunk) {
      const int64_t n = std::min(kChunk, length - first);
      double* const out = values + first;
      double angles[kChunk];
      for (int64_t i = 0; i < n; ++i) angles[i] = 2 * std::numbers::pi * (static_cast<double>(first + i) / last);
      backend::cos_row64(angles, out, n);
      for (int64_t i = 0; i < n; ++i) {
        // cos(2 a) = 2 cos(a)^2 - 1
        out[i] = levels[0] + levels[1] * out[i] + levels[2] * (2 * out[i] * out[i] - 1);
      }
    }
  });
  if (length == 1) values[0] = 1;
  return to_dtype(wide, result);
}

Result<Tensor> hamming(std::optional<DType> dtype, int64_t length, bool periodic, double alpha, double beta) {
  return cosine_window("hamming_window", dtype, length, periodic, {alpha, -beta, 0});
}
Result<Tensor> hamming_alpha(std::optional<DType> dtype, int64_t length, bool periodic, double alpha) {
  return hamming(dtype, length, periodic, alpha, 0.46);
}
Result<Tensor> hamming_periodic(std::optional<DType> dtype, int64_t length, bool periodic) {
  return hamming(dtype, length, periodic, 0.54, 0.46);
}
Result<Tensor> hann(std::optional<DType> dtype, int64_t length, bool periodic) {
  return cosine_window("hann_window", dtype, length, periodic, {0.5, -0.5, 0});
}
Result<Tensor> blackman(std::optional<DType> dtype, int64_t length, bool periodic) {
  return cosine_window("blackman_window", dtype, length, periodic, {0.42, -0.5, 0.08});
}
Result<Tensor> bartlett(std::optional<DType> dtype, int64_t length, bool periodic) {
  return window("bartlett_window", dtype, length, periodic, [](double x) { return x <= 0.5 ? 2 * x : 2 - 2 * x; });
}
// The modified Bessel function I0, by its power series: all terms are positive, so nothing cancels.
double bessel_i0(double x) {
  double term = 1;
  double sum = 1;
  for (int k = 1; term > sum * 1e-17; ++k) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}
Result<Tensor> kaiser(std::optional<DType> dtype, int64_t length, bool periodic, double beta) {
  HEDDLE_REQUIRE(std::abs(beta) < 700, "kaiser_window: beta ", beta, " is too large");
  const double scale = bessel_i0(beta);
  return window("kaiser_window", dtype, length, periodic, [=](double x) {
    const double off_centre = 2 * x - 1;
    return bessel_i0(beta * std::sqrt(std::max(0.0, 1 - off_centre * off_centre))) / scale;
  });
}
Result<Tensor> kaiser_periodic(std::optional<DType> dtype, int64_t length, bool periodic) {
  return kaiser(dtype, length, periodic, 12);
}

// Windows are periodic unless asked otherwise.
template <auto f>
Result<Tensor> periodic(std::optional<DType> dtype, int64_t length) {
  return f(dtype, length, true);
}

template <auto f>
void add_window(schema::TableBuilder& table, const std::string& name) {
  add_factory<&periodic<f>>(table, {name, "int window_length", concat(name, ".out")});
  add_factory<f>(table, {concat(name, ".periodic"), "int window_length, bool periodic", concat(name, ".periodic_out")});
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(windows) {
  using namespace heddle::ops;
  add_window<&hann>(table, "hann_window");
  add_window<&hamming_periodic>(table, "hamming_window");
  add_window<&blackman>(table, "blackman_window");
  add_window<&bartlett>(table, "bartlett_window");
  add_window<&kaiser_periodic>(table, "kaiser_window");
  add_factory<&hamming_alpha>(table, {"hamming_window.periodic_alpha", "int window_length, bool periodic, float alpha",
                                      "hamming_window.periodic_alpha_out"});
  add_factory<&hamming>(
      table, {"hamming_window.periodic_alpha_beta", "int window_length, bool periodic, float alpha, float beta",
              "hamming_window.periodic_alpha_beta_out"});
  add_factory<&kaiser>(
      table, {"kaiser_window.beta", "int window_length, bool periodic, float beta", "kaiser_window.beta_out"});
}
