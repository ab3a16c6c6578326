// Window functions of signal processing: hann, hamming, blackman, bartlett, kaiser.
#include <cmath>
#include <numbers>

#include "ops/common/promotion.h"
#include "ops/creation/creation.h"
#include "ops/creation/factory.h"

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

Result<Tensor> hamming(std::optional<DType> dtype, int64_t length, bool periodic, double alpha, double beta) {
  return window("hamming_window", dtype, length, periodic,
                [=](double x) { return alpha - beta * std::cos(2 * std::numbers::pi * x); });
}
Result<Tensor> hamming_alpha(std::optional<DType> dtype, int64_t length, bool periodic, double alpha) {
  return hamming(dtype, length, periodic, alpha, 0.46);
}
Result<Tensor> hamming_periodic(std::optional<DType> dtype, int64_t length, bool periodic) {
  return hamming(dtype, length, periodic, 0.54, 0.46);
}
Result<Tensor> hann(std::optional<DType> dtype, int64_t length, bool periodic) {
  return window("hann_window", dtype, length, periodic,
                [](double x) { return 0.5 - 0.5 * std::cos(2 * std::numbers::pi * x); });
}
Result<Tensor> blackman(std::optional<DType> dtype, int64_t length, bool periodic) {
  return window("blackman_window", dtype, length, periodic, [](double x) {
    return 0.42 - 0.5 * std::cos(2 * std::numbers::pi * x) + 0.08 * std::cos(4 * std::numbers::pi * x);
  });
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
