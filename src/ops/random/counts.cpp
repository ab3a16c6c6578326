// Random numbers with parameters in tensors: poisson, binomial, _standard_gamma and _sample_dirichlet. Rejection takes
// as many numbers as it needs, so each element draws from a stream of its own that its 64 bits begin.
#include <algorithm>
#include <cmath>

#include "core/philox.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/with_out.h"
#include "ops/random/draw.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

constexpr int64_t kGrain = 1024;

class Stream {
 public:
  explicit Stream(uint64_t key) : key_(key) {}
  // In (0, 1).
  double uniform() {
    const auto block = philox(key_, next_++);
    const uint64_t bits = uint64_t{block[0]} << 32 | block[1];
    return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53;
  }
  double normal() {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }

 private:
  uint64_t key_;
  uint64_t next_ = 0;
};

// Hoermann's PTRS for large rates, products of uniform numbers for small ones.
double draw_poisson(double rate, Stream& stream) {
  if (rate == 0) return 0;
  if (rate < 10) {
    const double limit = std::exp(-rate);
    double product = stream.uniform();
    double count = 0;
    for (; product > limit; ++count) product *= stream.uniform();
    return count;
  }
  if (std::isinf(rate)) return rate;
  const double b = 0.931 + 2.53 * std::sqrt(rate), a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), v_r = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = stream.uniform() - 0.5, v = stream.uniform(), us = 0.5 - std::fabs(u);
    const double k = std::floor((2 * a / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b) <=
        -rate + k * std::log(rate) - std::lgamma(k + 1)) {
      return k;
    }
  }
}

// Gaps between successes (p at most one half) for a few of them, Hoermann's BTRS for many.
double draw_few(double count, double p, Stream& stream) {
  double successes = 0;
  for (double trials = 0;; ++successes) {
    trials += std::ceil(std::log(stream.uniform()) / std::log1p(-p));
    if (trials > count) return successes;
  }
}
double draw_many(double count, double p, Stream& stream) {
  const double spread = std::sqrt(count * p * (1 - p));
  const double b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p, c = count * p + 0.5;
  const double v_r = 0.92 - 4.2 / b, alpha = (2.83 + 5.1 / b) * spread, m = std::floor((count + 1) * p);
  const double log_odds = std::log(p / (1 - p));
  for (;;) {
    const double u = stream.uniform() - 0.5, us = 0.5 - std::fabs(u);
    double v = stream.uniform();
    const double k = std::floor((2 * a / us + b) * u + c);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0 || k > count) continue;
    v = std::log(v * alpha / (a / (us * us) + b));
    if (v <= std::lgamma(m + 1) + std::lgamma(count - m + 1) - std::lgamma(k + 1) - std::lgamma(count - k + 1) +
                 (k - m) * log_odds) {
      return k;
    }
  }
}
double draw_binomial(double count, double p, Stream& stream) {
  if (count <= 0 || p <= 0) return 0;
  if (p >= 1) return count;
  if (std::isnan(count) || std::isnan(p)) return std::nan("");
  if (p > 0.5) return count - draw_binomial(count, 1 - p, stream);
  return count * p < 10 ? draw_few(count, p, stream) : draw_many(count, p, stream);
}

// Marsaglia and Tsang; a shape below one is raised by one first.
double draw_gamma(double shape, Stream& stream) {
  double scale = 1;
  if (!(shape > 0) || std::isinf(shape)) return shape == 0 || std::isinf(shape) ? std::max(shape, 0.0) : std::nan("");
  if (shape < 1) scale = std::pow(stream.uniform(), 1 / shape), shape += 1;
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = stream.normal(), root = 1 + c * x, u = stream.uniform();
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v)) return scale * d * v;
  }
}

// draw(i, stream of i) for each element of a new tensor of doubles.
template <class Draw>
Result<Tensor> drawn(std::span<const int64_t> sizes, GeneratorValue* generator, const Draw& draw) {
  const Tensor values = HEDDLE_TRY(Tensor::empty(sizes, DType::kFloat64));
  const RandomBits random(generator, values.numel());
  parallel::parallel_for(0, values.numel(), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Stream stream(random.bits(i));
      values.data<double>()[i] = draw(i, stream);
    }
  });
  return values;
}

Status check_floating(const Tensor& t, const char* kernel) {
  return is_floating(t.dtype()) && t.dtype() != DType::kFloat16 ? ok_status() : not_implemented(kernel, t.dtype());
}

Result<Tensor> wide_copy(const Tensor& t, std::span<const int64_t> sizes) {
  const Tensor wide = HEDDLE_TRY(Tensor::empty(sizes, DType::kFloat64));
  HEDDLE_TRY(copy_into(wide, t));
  return wide;
}

Result<Tensor> poisson(const Tensor& self, GeneratorValue* generator) {
  HEDDLE_TRY(check_floating(self, "poisson_cpu"));
  const Tensor rates = HEDDLE_TRY(wide_copy(self, self.sizes()));
  const double* rate = rates.data<double>();
  for (int64_t i = 0; i < rates.numel(); ++i) {
    HEDDLE_REQUIRE(rate[i] >= 0, "invalid Poisson rate, expected rate to be non-negative");
  }
  const auto draw = [rate](int64_t i, Stream& stream) { return draw_poisson(rate[i], stream); };
  return to_dtype(HEDDLE_TRY(drawn(self.sizes(), generator, draw)), self.dtype());
}

Result<Tensor> binomial(const Tensor& count, const Tensor& prob, GeneratorValue* generator) {
  if (count.dtype() == DType::kBFloat16) return not_implemented("binomial_cpu", count.dtype());
  HEDDLE_TRY(check_floating(count, "binomial_cpu"));
  HEDDLE_REQUIRE(count.dtype() == prob.dtype(), "Found dtype ", python_name(prob.dtype()), " but expected ",
                 python_name(count.dtype()));
  const Dims sizes = HEDDLE_TRY(broadcast_sizes(count.sizes(), prob.sizes()));
  const Tensor counts = HEDDLE_TRY(wide_copy(count, sizes)), probabilities = HEDDLE_TRY(wide_copy(prob, sizes));
  const double *n = counts.data<double>(), *p = probabilities.data<double>();
  const auto draw = [n, p](int64_t i, Stream& stream) { return draw_binomial(n[i], p[i], stream); };
  return to_dtype(HEDDLE_TRY(drawn(sizes, generator, draw)), count.dtype());
}

Result<Tensor> gammas(const Tensor& self, GeneratorValue* generator, const char* kernel) {
  if (self.dtype() == DType::kBFloat16) return not_implemented(kernel, self.dtype());
  HEDDLE_TRY(check_floating(self, kernel));
  const Tensor shapes = HEDDLE_TRY(wide_copy(self, self.sizes()));
  const double* shape = shapes.data<double>();
  return drawn(self.sizes(), generator, [shape](int64_t i, Stream& stream) { return draw_gamma(shape[i], stream); });
}
// No sample is zero: its logarithm is what distributions take next.
double at_least_tiny(double value, DType dtype) {
  return std::max(value, dtype == DType::kFloat32 ? 1.17549435e-38 : 2.2250738585072014e-308);
}
Result<Tensor> standard_gamma(const Tensor& self, GeneratorValue* generator) {
  const Tensor values = HEDDLE_TRY(gammas(self, generator, "gamma_cpu"));
  double* value = values.data<double>();
  for (int64_t i = 0; i < values.numel(); ++i) value[i] = at_least_tiny(value[i], self.dtype());
  return to_dtype(values, self.dtype());
}

// Gammas over their sum along the last dimension.
Result<Tensor> sample_dirichlet(const Tensor& self, GeneratorValue* generator) {
  const Tensor values = HEDDLE_TRY(gammas(self, generator, "dirichlet"));
  const int64_t length = self.dim() == 0 ? 1 : self.size(self.dim() - 1);
  double* value = values.data<double>();
  for (int64_t row = 0; row < values.numel(); row += length, value += length) {
    double sum = 0;
    for (int64_t i = 0; i < length; ++i) sum += value[i] = at_least_tiny(value[i], self.dtype());
    for (int64_t i = 0; i < length; ++i) value[i] = std::min(at_least_tiny(value[i] / sum, self.dtype()), 1.0);
  }
  return to_dtype(values, self.dtype());
}

void add_drawn(schema::TableBuilder& table, std::string_view name, std::string_view arguments, schema::Kernel kernel) {
  const std::string all = concat(arguments, ", Generator? generator=None");
  table.add(concat("aten::", name, "(", all, ") -> Tensor"), kernel, schema::kRandom);
  table.derive(concat("aten::", name, ".out(", all, ", *, Tensor(a!) out) -> Tensor(a!)"));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(counts) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  add_drawn(table, "poisson", "Tensor self", boxed<&poisson>());
  add_drawn(table, "binomial", "Tensor count, Tensor prob", boxed<&binomial>());
  add_drawn(table, "_standard_gamma", "Tensor self", boxed<&standard_gamma>());
  add_drawn(table, "_sample_dirichlet", "Tensor self", boxed<&sample_dirichlet>());
}
