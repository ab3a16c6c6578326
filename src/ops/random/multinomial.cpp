// multinomial: indices drawn by weights.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "ops/common/copy.h"
#include "ops/random/draw.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;

// With replacement: by the running sum. Each draw is below the total, so a category of weight 0 never comes.
void draw_again(const RandomBits& random, int64_t first, std::span<const double> weights, std::span<int64_t> out) {
  std::vector<double> sums(weights.size());
  std::partial_sum(weights.begin(), weights.end(), sums.begin());
  for (size_t i = 0; i < out.size(); ++i) {
    const double at = random.uniform(first + static_cast<int64_t>(i)) * sums.back();
    const auto found = std::upper_bound(sums.begin(), sums.end(), at);
    out[i] = std::min<int64_t>(found - sums.begin(), static_cast<int64_t>(sums.size()) - 1);
    // Rounding may reach the end: step back to a category that has weight.
    while (weights[static_cast<size_t>(out[i])] == 0) --out[i];
  }
}

// Without: those with the shortest exponential waiting times.
void draw_once(const RandomBits& random, int64_t first, std::span<const double> weights, std::span<int64_t> out) {
  std::vector<std::pair<double, int64_t>> waits(weights.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    const double wait = -std::log(1 - random.uniform(first + static_cast<int64_t>(i)));
    waits[i] = {weights[i] == 0 ? INFINITY : wait / weights[i], static_cast<int64_t>(i)};
  }
  std::partial_sort(waits.begin(), waits.begin() + static_cast<int64_t>(out.size()), waits.end());
  for (size_t i = 0; i < out.size(); ++i) out[i] = waits[i].second;
}

Result<Tensor> multinomial(const Tensor& self, int64_t samples, bool replacement, GeneratorValue* generator) {
  HEDDLE_REQUIRE(self.dim() == 1 || self.dim() == 2, "prob_dist must be 1 or 2 dim");
  HEDDLE_REQUIRE(is_floating(self.dtype()),
                 "multinomial only supports floating-point dtypes for input, got: ", python_name(self.dtype()));
  HEDDLE_REQUIRE(samples > 0, "cannot sample n_sample <= 0 samples");
  const int64_t categories = self.size(self.dim() - 1);
  HEDDLE_REQUIRE(replacement || samples <= categories,
                 "cannot sample n_sample > prob_dist.size(-1) samples without replacement");
  const Tensor weights = HEDDLE_TRY(contiguous_as(self, DType::kFloat64));
  const int64_t rows = self.dim() == 2 ? self.size(0) : 1;
  const Tensor result = HEDDLE_TRY(Tensor::empty(self.dim() == 2 ? Dims{rows, samples} : Dims{samples}, DType::kInt64));
  const int64_t draws = replacement ? samples : categories;
  const RandomBits random(generator, rows * draws);
  for (int64_t row = 0; row < rows; ++row) {
    const std::span<const double> of_row(weights.data<double>() + row * categories, static_cast<size_t>(categories));
    double sum = 0;
    for (const double weight : of_row) {
      HEDDLE_REQUIRE(std::isfinite(weight) && weight >= 0,
                     "probability tensor contains either `inf`, `nan` or element < 0");
      sum += weight;
    }
    HEDDLE_REQUIRE(sum > 0, "invalid multinomial distribution (sum of probabilities <= 0)");
    const std::span<int64_t> out(result.data<int64_t>() + row * samples, static_cast<size_t>(samples));
    (replacement ? draw_again : draw_once)(random, row * draws, of_row, out);
  }
  return result;
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(multinomial) {
  using namespace heddle::ops;
  table.add(
      "aten::multinomial(Tensor self, int num_samples, bool replacement=False, *, Generator? generator=None) -> Tensor",
      boxed<&multinomial>(), heddle::schema::kRandom);
  table.derive(
      "aten::multinomial.out(Tensor self, int num_samples, bool replacement=False, *, Generator? "
      "generator=None, Tensor(a!) out) -> Tensor(a!)");
}
