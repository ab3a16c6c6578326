// The search on models whose answer is known: time is a number, measuring a formula.
#include "cli/tune_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

#include "cli/tune_candidates.h"

namespace heddle::cli {
namespace {

constexpr int kCores = 4;

// A call is 10 ms of work, nine parts of which are divided among intra-op threads. More threads than cores take turns
// and, as planted, lose as much again by it. Noise of a few percent, and a machine that slowly grows busier and calmer.
class SyntheticModel {
 public:
  double latency_ms(const Setting& setting) const {
    const double busy = static_cast<double>(setting.inference_threads) * setting.threads;
    const double turns = busy > kCores ? 2 * busy / kCores : 1;
    return 10 * setting.batch * (0.1 + 0.9 / setting.threads) * turns;
  }

  Slice measure(const Setting& setting, double seconds) {
    now_ += seconds;
    ++measured_;
    if (fails && fails(setting)) throw std::runtime_error("no memory for it");
    std::normal_distribution<double> noise(0, 0.03);
    const double drift = 1 + 0.4 * std::sin(now_ / 7);
    const double typical = latency_ms(setting) * drift * std::exp(noise(engine_));
    Slice slice;
    const auto calls = static_cast<size_t>(std::ceil(seconds * 1e3 / typical * setting.inference_threads));
    for (size_t i = 0; i < calls; ++i) slice.latencies.push_back(typical * std::exp(std::abs(noise(engine_))));
    std::sort(slice.latencies.begin(), slice.latencies.end());
    slice.seconds = static_cast<double>(calls) * typical / 1e3 / setting.inference_threads;
    return slice;
  }

  Outcome search_for(const Goal& goal, std::vector<Setting> settings, double budget = 60) {
    Search search;
    search.goal = goal;
    search.budget = budget;
    search.least = [&](const Setting& setting) { return latency_ms(setting) * 3e-3; };
    search.measure = [&](const Setting& setting, double seconds) { return measure(setting, seconds); };
    search.now = [&] { return now_; };
    search.interrupted = [&] { return measured_ >= interrupt_after; };
    return search_result_ = cli::search(settings, search);
  }
  const Measured& of(const Setting& setting) const {
    for (const Measured& measured : search_result_.settings) {
      if (measured.setting == setting) return measured;
    }
    throw std::logic_error("no such setting");
  }

  std::function<bool(const Setting&)> fails;
  int interrupt_after = 1 << 30;

 private:
  double now_ = 0;
  int measured_ = 0;
  std::mt19937 engine_{3};
  Outcome search_result_;
};

std::vector<Setting> all_settings() { return make_candidates({.cores = kCores}).settings; }

Setting chosen(const Outcome& outcome) { return outcome.settings.at(outcome.chosen.value()).setting; }

TEST(TuneSearch, FindsWhatIsFastestForOneCall) {
  SyntheticModel model;
  const Outcome outcome = model.search_for({.kind = Goal::kLatency}, all_settings());
  EXPECT_EQ(chosen(outcome), (Setting{1, 1, 4, 1}));
  EXPECT_TRUE(outcome.within_goal);
  EXPECT_NEAR(outcome.settings[*outcome.chosen].mean.value, model.latency_ms({1, 1, 4, 1}), 1.6);
}

TEST(TuneSearch, FindsWhatServesMost) {
  SyntheticModel model;
  const Outcome outcome = model.search_for({.kind = Goal::kThroughput}, all_settings());
  EXPECT_EQ(chosen(outcome), (Setting{4, 1, 1, 1}));
}

TEST(TuneSearch, FindsAnOversubscribedSettingBadAndLeavesItOut) {
  for (const Goal::Kind kind : {Goal::kLatency, Goal::kThroughput}) {
    SyntheticModel model;
    const Outcome outcome = model.search_for({.kind = kind}, all_settings());
    const Measured& planted = model.of({8, 1, 8, 1});
    EXPECT_TRUE(planted.pruned);
    EXPECT_FALSE(planted.within_noise);
    EXPECT_LE(planted.slices.size(), 3u);
    EXPECT_GT(outcome.settings[*outcome.best].slices.size(), 5u);
    EXPECT_GT(planted.mean.low, 4 * outcome.settings[*outcome.best].mean.high);
  }
}

TEST(TuneSearch, PrefersTheSmallestOfThoseWithinNoise) {
  SyntheticModel model;
  // Inter-op threads do nothing in this model.
  const std::vector<Setting> settings = {{1, 4, 4, 1}, {1, 2, 4, 1}, {1, 1, 4, 1}, {1, 3, 4, 1}, {1, 1, 2, 1}};
  const Outcome outcome = model.search_for({.kind = Goal::kLatency}, settings);
  EXPECT_EQ(chosen(outcome), (Setting{1, 1, 4, 1}));
  EXPECT_TRUE(model.of({1, 1, 4, 1}).within_noise);
  EXPECT_GE(std::count_if(outcome.settings.begin(), outcome.settings.end(),
                          [](const Measured& measured) { return measured.within_noise; }),
            2);
  EXPECT_FALSE(model.of({1, 1, 2, 1}).within_noise);
}

TEST(TuneSearch, KeepsTheBoundOnP99) {
  SyntheticModel model;
  // Four callers serve most, but each call then takes 10 ms and, in a busy spell, 14.
  const Outcome outcome = model.search_for({.kind = Goal::kThroughput, .p99_ms = 9.5}, all_settings());
  EXPECT_TRUE(outcome.within_goal);
  EXPECT_EQ(chosen(outcome), (Setting{2, 1, 2, 1}));
  EXPECT_FALSE(model.of({4, 1, 1, 1}).within_goal);
}

TEST(TuneSearch, SaysThatNoSettingKeepsTheBound) {
  SyntheticModel model;
  const Outcome outcome = model.search_for({.kind = Goal::kThroughput, .p99_ms = 1}, all_settings());
  EXPECT_FALSE(outcome.within_goal);
  EXPECT_EQ(chosen(outcome), (Setting{1, 1, 4, 1}));
}

TEST(TuneSearch, GoesOnWithoutWhatFails) {
  SyntheticModel model;
  model.fails = [](const Setting& setting) { return setting.threads == 4; };
  const Outcome outcome = model.search_for({.kind = Goal::kLatency}, all_settings());
  EXPECT_EQ(chosen(outcome), (Setting{1, 1, 3, 1}));
  EXPECT_EQ(model.of({1, 1, 4, 1}).error, "no memory for it");
  model.fails = [](const Setting&) { return true; };
  EXPECT_FALSE(model.search_for({.kind = Goal::kLatency}, all_settings()).chosen);
}

TEST(TuneSearch, KeepsWhatWasMeasuredBeforeAnInterruption) {
  SyntheticModel model;
  const std::vector<Setting> settings = all_settings();
  model.interrupt_after = 2 * static_cast<int>(settings.size()) + 3;
  const Outcome outcome = model.search_for({.kind = Goal::kLatency}, settings);
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_GE(outcome.rounds, 2);
  EXPECT_EQ(chosen(outcome), (Setting{1, 1, 4, 1}));
}

TEST(TuneSearch, EndsNearItsBudget) {
  SyntheticModel model;
  const Outcome outcome = model.search_for({.kind = Goal::kThroughput}, all_settings(), 20);
  EXPECT_GT(outcome.seconds, 10);
  EXPECT_LT(outcome.seconds, 23);
}

TEST(TuneCandidates, StartWithWhatNoAnswerCanDoWithout) {
  const Candidates candidates = make_candidates({.cores = 8, .forks = true, .batches = {1, 4}});
  ASSERT_EQ(candidates.essential, 3u);
  EXPECT_EQ(candidates.settings[0], (Setting{1, 1, 1, 1}));
  for (size_t i = 0; i < 3; ++i) EXPECT_FALSE(oversubscribed(candidates.settings[i], 8));
  EXPECT_TRUE(oversubscribed(candidates.settings.back(), 8));
  for (const Setting& setting : make_candidates({.cores = 8, .max_threads = 3}).settings) {
    EXPECT_LE(std::max(setting.threads, setting.inference_threads), 3);
  }
}

TEST(TuneStatistics, BandsHoldTheMedianOfNoise) {
  std::mt19937 engine(5);
  std::normal_distribution<double> noise(10, 1);
  int held = 0;
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<double> rounds;
    for (int i = 0; i < 20; ++i) rounds.push_back(noise(engine));
    const Band band = median_of_rounds(rounds);
    EXPECT_LE(band.low, band.value);
    EXPECT_GE(band.high, band.value);
    if (band.low <= 10 && 10 <= band.high) ++held;
  }
  EXPECT_GT(held, 175);
}

TEST(TuneStatistics, ConfidenceGrowsWithTheRounds) {
  EXPECT_EQ(median_of_rounds({3}).confidence, 0);
  EXPECT_EQ(median_of_rounds({3, 5}).confidence, 0.5);
  EXPECT_EQ(median_of_rounds({3, 5, 4, 6}).confidence, 0.875);
  EXPECT_EQ(median_of_rounds({3, 5, 4, 6, 7, 4}).confidence, 0.95);
}

TEST(TuneStatistics, QuantilesOfOrderedSamples) {
  std::vector<double> samples;
  for (int i = 1; i <= 1000; ++i) samples.push_back(i);
  const Band band = quantile(samples, 0.99);
  EXPECT_EQ(band.value, 990);
  EXPECT_NEAR(band.low, 984, 1);
  EXPECT_NEAR(band.high, 998, 1);
  EXPECT_EQ(band.confidence, 0.95);
  EXPECT_EQ(quantile({}, 0.5).value, 0);
  EXPECT_EQ(quantile({1, 2, 3}, 0.99).value, 3);
  EXPECT_EQ(quantile({1, 2, 3}, 0.99).confidence, 0);
  EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
}

}  // namespace
}  // namespace heddle::cli
