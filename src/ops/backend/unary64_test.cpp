#include "ops/backend/unary64.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "ops/backend/fmod.h"

namespace heddle::ops::backend {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Case {
  const char* name;
  Unary64Row row;
  std::function<double(double)> expected;
  double ulps = 4;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"floor", floor_row64, [](double x) { return std::floor(x); }, 0},
      {"ceil", ceil_row64, [](double x) { return std::ceil(x); }, 0},
      {"trunc", trunc_row64, [](double x) { return std::trunc(x); }, 0},
      {"round", round_row64, [](double x) { return std::nearbyint(x); }, 0},
      {"frac", frac_row64, [](double x) { return x - std::trunc(x); }, 0},
      {"sqrt", sqrt_row64, [](double x) { return std::sqrt(x); }, 0},
      {"exp", exp_row64, [](double x) { return std::exp(x); }},
      {"expm1", expm1_row64, [](double x) { return std::expm1(x); }, 6},
      {"log", log_row64, [](double x) { return std::log(x); }},
      {"log2", log2_row64, [](double x) { return std::log2(x); }},
      {"log10", log10_row64, [](double x) { return std::log10(x); }},
      {"log1p", log1p_row64, [](double x) { return std::log1p(x); }},
      {"sin", sin_row64, [](double x) { return std::sin(x); }},
      {"cos", cos_row64, [](double x) { return std::cos(x); }},
      {"tan", tan_row64, [](double x) { return std::tan(x); }, 8},
      {"asin", asin_row64, [](double x) { return std::asin(x); }},
      {"acos", acos_row64, [](double x) { return std::acos(x); }},
      {"atan", atan_row64, [](double x) { return std::atan(x); }},
      {"sinh", sinh_row64, [](double x) { return std::sinh(x); }, 6},
      {"cosh", cosh_row64, [](double x) { return std::cosh(x); }},
      {"tanh", tanh_row64, [](double x) { return std::tanh(x); }, 6},
  };
  return all;
}

std::vector<double> numbers() {
  std::vector<double> x = {0.0,     -0.0,  kInfinity, -kInfinity, kNaN, 1e-310,
                           -1e-310, 709.7, -745.0,    8192.0,     1e15, -1e300};
  for (int i = -3000; i <= 3000; ++i) x.push_back(i * 0.00497);
  for (int i = -300; i <= 300; ++i) x.push_back(std::copysign(std::pow(10.0, i * 0.5), i % 2 ? 1 : -1));
  return x;
}

double units(double got, double want) {
  if (std::isnan(want)) return std::isnan(got) ? 0 : HUGE_VAL;
  if (got == want) return std::signbit(got) == std::signbit(want) ? 0 : HUGE_VAL;
  if (!std::isfinite(got) || !std::isfinite(want)) return HUGE_VAL;
  return std::fabs(got - want) / std::max(std::ldexp(1.0, std::ilogb(want) - 52), 5e-324);
}

class EveryTarget64 : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};
std::string target_name(const testing::TestParamInfo<int64_t>& tested) { return hwy::TargetName(tested.param); }
INSTANTIATE_TEST_SUITE_P(Targets, EveryTarget64, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()), target_name);

TEST_P(EveryTarget64, FunctionsAreAccurate) {
  const std::vector<double> x = numbers();
  for (const Case& c : cases()) {
    std::vector<double> y(x.size());
    c.row(x.data(), y.data(), static_cast<int64_t>(x.size()), nullptr);
    double worst = 0;
    size_t where = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const double off = units(y[i], c.expected(x[i]));
      if (off > worst) worst = off, where = i;
    }
    EXPECT_LE(worst, c.ulps) << c.name << "(" << x[where] << ") = " << y[where];
  }
}

TEST_P(EveryTarget64, PlacesDoNotMatter) {
  std::vector<double> x = numbers();
  x.erase(x.begin() + 40, x.end());
  for (const Case& c : cases()) {
    std::vector<double> whole(x.size());
    c.row(x.data(), whole.data(), static_cast<int64_t>(x.size()), nullptr);
    for (size_t n : {1, 3, 9, 17}) {
      std::vector<double> part(x.begin() + 1, x.begin() + 1 + static_cast<std::ptrdiff_t>(n));
      part.push_back(-7.0);
      c.row(part.data(), part.data(), static_cast<int64_t>(n), nullptr);
      EXPECT_EQ(part.back(), -7.0) << c.name << " wrote behind " << n;
      for (size_t i = 0; i < n; ++i) EXPECT_EQ(units(part[i], whole[i + 1]), 0) << c.name << "(" << x[i + 1] << ")";
    }
  }
}

template <class T>
void expect_fmod(const std::vector<T>& numbers) {
  std::vector<T> a;
  std::vector<T> b;
  for (T x : numbers) {
    for (T y : numbers) a.push_back(x), b.push_back(y);
  }
  std::vector<T> y(a.size());
  fmod_row(a.data(), b.data(), y.data(), static_cast<int64_t>(a.size()));
  for (size_t i = 0; i < a.size(); ++i) {
    const T want = std::fmod(a[i], b[i]);
    const bool same = y[i] == want ? std::signbit(y[i]) == std::signbit(want) : y[i] != y[i] && want != want;
    ASSERT_TRUE(same) << "fmod(" << a[i] << ", " << b[i] << ") = " << y[i] << ", wanted " << want;
  }
}

TEST_P(EveryTarget64, RestsAreExact) {
  std::vector<float> x = {0.0f,
                          -0.0f,
                          1.0f,
                          -1.0f,
                          3e38f,
                          1e-45f,
                          -1e-40f,
                          0.1f,
                          4194303.5f,
                          8388607.0f,
                          HUGE_VALF,
                          -HUGE_VALF,
                          std::numeric_limits<float>::quiet_NaN()};
  for (int i = 1; i < 200; ++i)
    x.push_back(std::sin(static_cast<float>(i)) * std::exp(static_cast<float>(i % 31) - 15));
  expect_fmod(x);
  expect_fmod(std::vector<double>(x.begin(), x.end()));
}

}  // namespace
}  // namespace heddle::ops::backend
