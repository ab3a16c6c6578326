// Filling tensors from distributions: uniform_, normal_, bernoulli_, random_, exponential_ and kin, and their
// functional forms; normal and bernoulli with parameters in tensors.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "ops/backend/unary64.h"
#include "ops/common/copy.h"
#include "ops/common/out.h"
#include "ops/random/draw.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Status uniform(GeneratorValue* generator, const Tensor& t, double from, double to) {
  HEDDLE_REQUIRE(from <= to, "uniform_ expects to return a [from, to) range, but found from=", from, " > to=", to);
  return fill_uniform(t, from, to, generator);
}
Status check_std(double std) {
  HEDDLE_REQUIRE(std >= 0, "normal expects std >= 0.0, but found std ", std);
  return ok_status();
}
Status normal(GeneratorValue* generator, const Tensor& t, double mean, double std) {
  HEDDLE_TRY(check_std(std));
  return fill_normal(t, mean, std, generator);
}
Status exponential(GeneratorValue* generator, const Tensor& t, double lambda) {
  HEDDLE_REQUIRE(lambda > 0, "exponential_ expects lambda > 0.0, but found lambda=", lambda);
  return fill_transformed(t, generator, [lambda](double* u, int64_t n) {
    backend::log_row64(u, u, n);
    for (int64_t i = 0; i < n; ++i) u[i] = -u[i] / lambda;
  });
}
Status log_normal(GeneratorValue* generator, const Tensor& t, double mean, double std) {
  HEDDLE_REQUIRE(std > 0, "log_normal_ expects std > 0.0, but found std=", std);
  const Tensor exponents = HEDDLE_TRY(Tensor::empty(t.sizes(), DType::kFloat64));
  HEDDLE_TRY(fill_normal(exponents, mean, std, generator));
  for (int64_t i = 0; i < exponents.numel(); ++i) exponents.data<double>()[i] = std::exp(exponents.data<double>()[i]);
  return copy_into(t, exponents);
}
Status cauchy(GeneratorValue* generator, const Tensor& t, double median, double sigma) {
  HEDDLE_REQUIRE(sigma > 0, "cauchy_ expects sigma > 0.0, but found sigma=", sigma);
  return fill_transformed(t, generator, [median, sigma](double* u, int64_t n) {
    for (int64_t i = 0; i < n; ++i) u[i] = median + sigma * std::tan(std::numbers::pi * (u[i] - 0.5));
  });
}
Status geometric(GeneratorValue* generator, const Tensor& t, double p) {
  HEDDLE_REQUIRE(p > 0 && p < 1, "geometric_ expects p to be in (0, 1), but got p=", p);
  return fill_transformed(t, generator, [p](double* u, int64_t n) {
    backend::log_row64(u, u, n);
    for (int64_t i = 0; i < n; ++i) u[i] = std::max(1.0, std::ceil(u[i] / std::log1p(-p)));
  });
}

// The largest number up to which the dtype has every integer.
int64_t greatest_integer(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return 1;
    case DType::kUInt8:
      return 255;
    case DType::kInt8:
      return 127;
    case DType::kInt16:
      return 32767;
    case DType::kInt32:
      return std::numeric_limits<int32_t>::max();
    case DType::kFloat16:
      return 1 << 11;
    case DType::kBFloat16:
      return 1 << 8;
    case DType::kFloat32:
      return 1 << 24;
    case DType::kFloat64:
      return int64_t{1} << 53;
    default:
      return std::numeric_limits<int64_t>::max();
  }
}
Status random_from(GeneratorValue* generator, const Tensor& t, int64_t from, std::optional<int64_t> to) {
  HEDDLE_REQUIRE(!to || from < *to, "random_ expects 'from' to be less than 'to', but got from=", from,
                 " >= to=", to.value_or(0));
  const int64_t last = to ? *to - 1 : greatest_integer(t.dtype());
  return fill_integers(t, from, static_cast<uint64_t>(last) - static_cast<uint64_t>(from) + 1, generator);
}
Status random_to(GeneratorValue* generator, const Tensor& t, int64_t to) { return random_from(generator, t, 0, to); }
Status random_any(GeneratorValue* generator, const Tensor& t) { return random_from(generator, t, 0, {}); }

Status bernoulli_number(GeneratorValue* generator, const Tensor& t, double p) {
  HEDDLE_REQUIRE(p >= 0 && p <= 1, "bernoulli_ expects p to be in [0, 1], but got p=", p);
  return fill_transformed(t, generator, [p](double* u, int64_t n) {
    for (int64_t i = 0; i < n; ++i) u[i] = u[i] <= p ? 1.0 : 0.0;
  });
}
// The probabilities are broadcast to t.
Status bernoulli_tensor(GeneratorValue* generator, const Tensor& t, const Tensor& p) {
  HEDDLE_REQUIRE(is_floating(p.dtype()), "expected probabilities tensor to have floating type, got ",
                 python_name(p.dtype()));
  const Tensor wide = HEDDLE_TRY(Tensor::empty(t.sizes(), DType::kFloat64));
  HEDDLE_TRY(copy_into(wide, p));
  const RandomBits random(generator, t.numel());
  constexpr int64_t kChunk = 256;
  for (int64_t begin = 0; begin < t.numel(); begin += kChunk) {
    double uniform[kChunk];
    const int64_t n = std::min(kChunk, t.numel() - begin);
    random.uniform(begin, n, uniform);
    double* const at = wide.data<double>() + begin;
    for (int64_t i = 0; i < n; ++i) {
      HEDDLE_REQUIRE(at[i] >= 0 && at[i] <= 1, "Expected p_in >= 0 && p_in <= 1 to be true, but got p=", at[i]);
      at[i] = uniform[i] < at[i] ? 1 : 0;
    }
  }
  return copy_into(t, wide);
}
Result<Tensor> bernoulli(const Tensor& self, GeneratorValue* generator) {
  const Tensor t = HEDDLE_TRY(Tensor::empty_like(self));
  HEDDLE_TRY(bernoulli_tensor(generator, t, self));
  return t;
}

// mean + std * normal, with either or both in tensors.
Result<Tensor> normal_of(const std::optional<Tensor>& mean, double mean_number, const std::optional<Tensor>& std,
                         double std_number, GeneratorValue* generator) {
  HEDDLE_TRY(check_std(std_number));
  const Tensor& first = mean ? *mean : *std;
  const Dims sizes = mean && std ? HEDDLE_TRY(broadcast_sizes(mean->sizes(), std->sizes())) : first.sizes();
  const Tensor noise = HEDDLE_TRY(Tensor::empty(sizes, DType::kFloat64));
  HEDDLE_TRY(fill_normal(noise, 0, 1, generator));
  const auto widened = [&](const std::optional<Tensor>& t, double number) -> Result<Tensor> {
    if (!t) return full(sizes, Scalar(number), DType::kFloat64);
    HEDDLE_REQUIRE(is_floating(t->dtype()), "normal expects floating tensors, but got ", python_name(t->dtype()));
    const Tensor wide = HEDDLE_TRY(Tensor::empty(sizes, DType::kFloat64));
    HEDDLE_TRY(copy_into(wide, *t));
    return wide;
  };
  const Tensor means = HEDDLE_TRY(widened(mean, mean_number));
  const Tensor stds = HEDDLE_TRY(widened(std, std_number));
  double* const values = noise.data<double>();
  const double* const centre = means.data<double>();
  const double* const spread = stds.data<double>();
  bool negative = false;
  for (int64_t i = 0; i < noise.numel(); ++i) {
    negative |= !(spread[i] >= 0);
    values[i] = centre[i] + spread[i] * values[i];
  }
  HEDDLE_REQUIRE(!negative, "normal expects all elements of std >= 0.0");
  return to_dtype(noise, first.dtype());
}
Result<Tensor> normal_tensor_float(const Tensor& mean, double std, GeneratorValue* generator) {
  return normal_of(mean, 0, {}, std, generator);
}
Result<Tensor> normal_float_tensor(double mean, const Tensor& std, GeneratorValue* generator) {
  return normal_of({}, mean, std, 0, generator);
}
Result<Tensor> normal_tensor_tensor(const Tensor& mean, const Tensor& std, GeneratorValue* generator) {
  return normal_of(mean, 0, std, 0, generator);
}

template <auto fill, class Signature>
struct FillForms;
template <auto fill, class... A>
struct FillForms<fill, Status (*)(GeneratorValue*, const Tensor&, A...)> {
  static Result<Tensor> in_place(const Tensor& self, A... parameters, GeneratorValue* generator) {
    HEDDLE_TRY(fill(generator, self, parameters...));
    return self;
  }
  static Result<Tensor> functional(const Tensor& self, A... parameters, GeneratorValue* generator) {
    return in_place(HEDDLE_TRY(Tensor::empty_like(self)), parameters..., generator);
  }
};

// NAME_ and NAME, and the out= form under the name `out` where there is one. Parameters: "float from=0., float to=1.,
// ".
struct FillSchema {
  std::string_view in_place;
  std::string_view functional;
  std::string_view parameters;
  std::string_view out{};
};
template <auto fill>
void add_fill(schema::TableBuilder& table, const FillSchema& s) {
  using Forms = FillForms<fill, decltype(fill)>;
  const std::string rest = concat(s.parameters, "*, Generator? generator=None");
  table.add(concat("aten::", s.in_place, "(Tensor(a!) self, ", rest, ") -> Tensor(a!)"), boxed<&Forms::in_place>(),
            schema::kRandom);
  table.add(concat("aten::", s.functional, "(Tensor self, ", rest, ") -> Tensor"), boxed<&Forms::functional>(),
            schema::kRandom);
  if (s.out.empty()) return;
  table.derive(concat("aten::", s.out, "(Tensor self, ", rest, ", Tensor(a!) out) -> Tensor(a!)"));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(distributions) {
  using namespace heddle::ops;
  constexpr uint32_t kRandom = heddle::schema::kRandom;
  add_fill<&uniform>(table, {"uniform_", "uniform", "float from=0., float to=1., ", "uniform.out"});
  add_fill<&normal>(table, {"normal_", "normal_functional", "float mean=0., float std=1., "});
  add_fill<&exponential>(table, {"exponential_", "exponential", "float lambd=1., ", "exponential.out"});
  add_fill<&log_normal>(table, {"log_normal_", "log_normal", "float mean=1., float std=2., ", "log_normal.out"});
  add_fill<&cauchy>(table, {"cauchy_", "cauchy", "float median=0., float sigma=1., ", "cauchy.out"});
  add_fill<&geometric>(table, {"geometric_", "geometric", "float p, ", "geometric.out"});
  add_fill<&random_from>(table, {"random_.from", "random.from", "int from, int? to, ", "random.from_out"});
  add_fill<&random_to>(table, {"random_.to", "random.to", "int to, ", "random.to_out"});
  add_fill<&random_any>(table, {"random_", "random", "", "random.out"});
  add_fill<&bernoulli_tensor>(table, {"bernoulli_.Tensor", "bernoulli.Tensor", "Tensor p, ", "bernoulli.Tensor_out"});
  // In place the probability has a default, which the functional form lacks.
  using Bernoulli = FillForms<&bernoulli_number, decltype(&bernoulli_number)>;
  table.add("aten::bernoulli_.float(Tensor(a!) self, float p=0.5, *, Generator? generator=None) -> Tensor(a!)",
            boxed<&Bernoulli::in_place>(), kRandom);
  table.add("aten::bernoulli.p(Tensor self, float p, *, Generator? generator=None) -> Tensor",
            boxed<&Bernoulli::functional>(), kRandom);
  table.derive(
      "aten::bernoulli.float_out(Tensor self, float p=0.5, *, Generator? generator=None, Tensor(a!) out) -> "
      "Tensor(a!)");
  table.add("aten::bernoulli(Tensor self, *, Generator? generator=None) -> Tensor", boxed<&bernoulli>(), kRandom);
  table.derive("aten::bernoulli.out(Tensor self, *, Generator? generator=None, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::normal.Tensor_float(Tensor mean, float std=1., *, Generator? generator=None) -> Tensor",
            boxed<&normal_tensor_float>(), kRandom);
  table.add("aten::normal.float_Tensor(float mean, Tensor std, *, Generator? generator=None) -> Tensor",
            boxed<&normal_float_tensor>(), kRandom);
  table.add("aten::normal.Tensor_Tensor(Tensor mean, Tensor std, *, Generator? generator=None) -> Tensor",
            boxed<&normal_tensor_tensor>(), kRandom);
  for (const char* s : {"Tensor_float_out(Tensor mean, float std=1.", "float_Tensor_out(float mean, Tensor std",
                        "Tensor_Tensor_out(Tensor mean, Tensor std"}) {
    table.derive(concat("aten::normal.", s, ", *, Generator? generator=None, Tensor(a!) out) -> Tensor(a!)"));
  }
}
