#include "cli/tune_statistics.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace heddle::cli {
namespace {

constexpr size_t kEnoughRounds = 6;
constexpr double kConfidence = 0.95;
constexpr int kDraws = 400;

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

Band median_of_rounds(const std::vector<double>& rounds) {
  if (rounds.empty()) return {};
  Band band{median(rounds), 0, 0, kConfidence};
  if (rounds.size() < kEnoughRounds) {
    band.confidence = 1 - std::exp2(1 - static_cast<double>(rounds.size()));
    const auto [least, greatest] = std::minmax_element(rounds.begin(), rounds.end());
    band.low = *least;
    band.high = *greatest;
    return band;
  }
  std::mt19937 engine(1);
  std::uniform_int_distribution<size_t> pick(0, rounds.size() - 1);
  std::vector<double> medians;
  std::vector<double> drawn(rounds.size());
  for (int i = 0; i < kDraws; ++i) {
    for (double& value : drawn) value = rounds[pick(engine)];
    medians.push_back(median(drawn));
  }
  std::sort(medians.begin(), medians.end());
  band.low = medians[kDraws / 40];
  band.high = medians[kDraws - 1 - kDraws / 40];
  return band;
}

Band quantile(const std::vector<double>& sorted, double q) {
  if (sorted.empty()) return {};
  const auto count = static_cast<double>(sorted.size());
  const auto at = [&](double rank) { return sorted[static_cast<size_t>(std::clamp(std::ceil(rank), 1.0, count)) - 1]; };
  const double spread = 1.96 * std::sqrt(count * q * (1 - q));
  const double value = at(count * q);
  const double above = count * q + spread + 1;
  if (count * q - spread < 1 || above > count) return {value, value, value, 0};
  return {value, at(count * q - spread), at(above), kConfidence};
}

}  // namespace heddle::cli
