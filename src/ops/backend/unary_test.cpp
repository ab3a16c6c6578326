#include "ops/backend/unary.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <vector>

#include "ops/backend/binary.h"

namespace heddle::ops::backend {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kElu[] = {1.5f, 1.25f, 0.5f};
constexpr float kSoftplus[] = {1.5f, 20.0f};
constexpr float kClamp[] = {-1.5f, 2.5f};
constexpr float kRound[] = {4.0f};
constexpr float kSlope[] = {0.25f};

struct Case {
  const char* name;
  UnaryRow row;
  std::function<double(double)> expected;
  double ulps = 3;
  const float* parameters = nullptr;
  // Below this the result's absolute error counts: the formula loses the digits of smaller ones, as PyTorch's does.
  double small = 0;
};

double softplus(double z) { return std::max(z, 0.0) + std::log1p(std::exp(-std::fabs(z))); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"abs", abs_row, [](double x) { return std::fabs(x); }, 0},
      {"floor", floor_row, [](double x) { return std::floor(x); }, 0},
      {"ceil", ceil_row, [](double x) { return std::ceil(x); }, 0},
      {"trunc", trunc_row, [](double x) { return std::trunc(x); }, 0},
      {"round", round_row, [](double x) { return std::nearbyint(x); }, 0},
      {"sqrt", sqrt_row, [](double x) { return std::sqrt(x); }, 0.5},
      {"rsqrt", rsqrt_row, [](double x) { return 1 / std::sqrt(x); }, 1.5},
      {"reciprocal", reciprocal_row, [](double x) { return 1 / x; }, 0.5},
      {"exp", exp_row, [](double x) { return std::exp(x); }},
      {"exp2", exp2_row, [](double x) { return std::exp2(x); }},
      {"expm1", expm1_row, [](double x) { return std::expm1(x); }},
      {"log", log_row, [](double x) { return std::log(x); }},
      {"log2", log2_row, [](double x) { return std::log2(x); }},
      {"log10", log10_row, [](double x) { return std::log10(x); }},
      {"log1p", log1p_row, [](double x) { return std::log1p(x); }},
      {"sin", sin_row, [](double x) { return std::sin(x); }},
      {"cos", cos_row, [](double x) { return std::cos(x); }},
      {"round_to_multiple", round_to_multiple_row, [](double x) { return std::nearbyint(x / 4) * 4; }, 0, kRound},
      // The product overflows, as PyTorch's does.
      {"round_to_part", round_to_part_row,
       [](double x) { return static_cast<double>(std::nearbyint(static_cast<float>(x) * 4.0f) / 4.0f); }, 0, kRound},
      {"frac", frac_row, [](double x) { return x - std::trunc(x); }, 0},
      {"tan", tan_row, [](double x) { return std::tan(x); }, 6},
      {"asin", asin_row, [](double x) { return std::asin(x); }},
      {"acos", acos_row, [](double x) { return std::acos(x); }},
      {"atan", atan_row, [](double x) { return std::atan(x); }, 4},
      {"sinh", sinh_row, [](double x) { return std::sinh(x); }, 5},
      {"cosh", cosh_row, [](double x) { return std::cosh(x); }},
      {"tanh", tanh_row, [](double x) { return std::tanh(x); }},
      {"sigmoid", sigmoid_row, sigmoid, 3, nullptr, 1e-31},
      {"log_sigmoid", log_sigmoid_row, [](double x) { return -softplus(-x); }},
      {"erf", erf_row, [](double x) { return std::erf(x); }},
      {"relu", relu_row, [](double x) { return x < 0 ? 0 : x; }, 0},
      {"silu", silu_row, [](double x) { return x / (1 + std::exp(-x)); }, 3, nullptr, 1e-29},
      {"mish", mish_row, [](double x) { return x * std::tanh(softplus(x)); }, 4, nullptr, 1e-35},
      {"hardsigmoid", hardsigmoid_row, [](double x) { return std::isnan(x) ? x : std::clamp(x + 3, 0.0, 6.0) / 6; }, 3,
       nullptr, 1e-6},
      {"hardswish", hardswish_row, [](double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; }, 3, nullptr, 1e-5},
      {"gelu", gelu_row, [](double x) { return x / 2 * (1 + std::erf(x * std::sqrt(0.5))); }, 5, nullptr, 0.25},
      {"gelu_tanh", gelu_tanh_row,
       [](double x) { return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); }, 5, nullptr,
       0.25},
      {"leaky_relu", leaky_relu_row, [](double x) { return x > 0 ? x : x * 0.25; }, 0.5, kSlope},
      {"elu", elu_row, [](double x) { return x <= 0 ? std::expm1(x * 0.5) * 1.5 : x * 1.25; }, 3, kElu},
      {"softplus", softplus_row, [](double x) { return x * 1.5 > 20 ? x : softplus(x * 1.5) / 1.5; }, 3, kSoftplus,
       0.1},
      {"clamp", clamp_row, [](double x) { return std::isnan(x) ? x : std::clamp(x, -1.5, 2.5); }, 0, kClamp},
  };
  return all;
}

// Numbers of every magnitude, and those that are special.
std::vector<float> numbers() {
  std::vector<float> x = {0.0f, -0.0f, kInfinity, -kInfinity, kNaN, 1e-40f, -1e-40f, 88.72f, -87.34f, 20.0f};
  for (uint64_t bits = 0; bits <= 0xffffffffu; bits += 65'521) {
    const auto word = static_cast<uint32_t>(bits);
    float value;
    std::memcpy(&value, &word, sizeof value);
    x.push_back(value);
  }
  for (int i = -4000; i <= 4000; ++i) x.push_back(static_cast<float>(i) * 0.00497f);
  return x;
}

double units(const Case& c, float got, double want) {
  if (std::isnan(want)) return std::isnan(got) ? 0 : HUGE_VAL;
  const auto rounded = static_cast<float>(want);
  if (got == rounded) return 0;
  if (!std::isfinite(got) || !std::isfinite(rounded)) return HUGE_VAL;
  const double at = std::max(std::fabs(static_cast<double>(rounded)), c.small);
  const double unit = std::max(std::ldexp(1.0, std::ilogb(std::max(at, 1e-38)) - 23), 1e-45);
  return std::fabs(got - want) / unit;
}

// Once for each instruction set this processor has.
class EveryTarget : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};
std::string target_name(const testing::TestParamInfo<int64_t>& tested) { return hwy::TargetName(tested.param); }
INSTANTIATE_TEST_SUITE_P(Targets, EveryTarget, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()), target_name);

TEST_P(EveryTarget, FunctionsAreAccurate) {
  const std::vector<float> x = numbers();
  std::vector<float> y(x.size());
  for (const Case& c : cases()) {
    c.row(x.data(), y.data(), static_cast<int64_t>(x.size()), c.parameters);
    double worst = 0;
    size_t where = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const double off = units(c, y[i], c.expected(x[i]));
      if (off > worst) {
        worst = off;
        where = i;
      }
    }
    EXPECT_LE(worst, c.ulps) << c.name << "(" << x[where] << ") = " << y[where];
  }
}

TEST_P(EveryTarget, ZerosKeepTheirSigns) {
  const std::vector<float> x = {0.0f, -0.0f, -0.0f, 0.0f, -0.0f, 0.0f, -0.0f, -0.0f, 0.0f};
  std::vector<float> y(x.size());
  for (const Case& c : cases()) {
    if (c.expected(0.0) != 0 || std::signbit(c.expected(0.0)) == std::signbit(c.expected(-0.0))) continue;
    c.row(x.data(), y.data(), static_cast<int64_t>(x.size()), c.parameters);
    for (size_t i = 0; i < x.size(); ++i) EXPECT_EQ(std::signbit(y[i]), std::signbit(x[i])) << c.name << " of " << x[i];
  }
}

TEST_P(EveryTarget, PlacesDoNotMatter) {
  std::vector<float> x = numbers();
  x.resize(70);
  for (const Case& c : cases()) {
    std::vector<float> whole(x.size());
    c.row(x.data(), whole.data(), static_cast<int64_t>(x.size()), c.parameters);
    for (size_t n : {1, 2, 3, 5, 15, 17, 33}) {
      std::vector<float> part(x.begin() + 1, x.begin() + 1 + static_cast<std::ptrdiff_t>(n));
      part.push_back(-7.0f);
      c.row(part.data(), part.data(), static_cast<int64_t>(n), c.parameters);
      EXPECT_EQ(part.back(), -7.0f) << c.name << " wrote behind " << n;
      EXPECT_EQ(std::memcmp(part.data(), whole.data() + 1, n * sizeof(float)), 0) << c.name << " of " << n;
    }
  }
}

TEST_P(EveryTarget, ArithmeticTakesRowsAndNumbers) {
  struct Pair {
    const char* name;
    BinaryRow row;
    std::function<float(float, float)> expected;
  };
  const auto larger = [](float a, float b) { return std::isnan(a) || a > b ? a : b; };
  const auto smaller = [](float a, float b) { return std::isnan(a) || a < b ? a : b; };
  const Pair pairs[] = {{"add", add_row, std::plus<>()},       {"sub", sub_row, std::minus<>()},
                        {"mul", mul_row, std::multiplies<>()}, {"div", div_row, std::divides<>()},
                        {"maximum", maximum_row, larger},      {"minimum", minimum_row, smaller}};
  std::vector<float> a(37);
  std::vector<float> b(37);
  for (size_t i = 0; i < a.size(); ++i) {
    a[i] = std::sin(static_cast<float>(i));
    b[i] = std::cos(static_cast<float>(3 * i));
  }
  a[5] = b[7] = kNaN;
  a[9] = -kInfinity;
  std::vector<float> y(a.size());
  const auto n = static_cast<int64_t>(a.size());
  const auto same = [](float got, float want) { return got == want || (std::isnan(got) && std::isnan(want)); };
  for (const Pair& p : pairs) {
    for (const auto& [a_step, b_step] : {std::pair<int64_t, int64_t>{1, 1}, {0, 1}, {1, 0}, {0, 0}}) {
      p.row(a.data(), a_step, b.data(), b_step, y.data(), n);
      for (size_t i = 0; i < y.size(); ++i) {
        const float want = p.expected(a[i * static_cast<size_t>(a_step)], b[i * static_cast<size_t>(b_step)]);
        EXPECT_TRUE(same(y[i], want)) << p.name << " " << i << ": " << y[i] << ", wanted " << want;
      }
    }
    p.row(a.data(), 1, b.data(), 1, y.data(), 0);
  }
}

}  // namespace
}  // namespace heddle::ops::backend
