// What people are told of an outcome: never more certainty than there is.
#include <gtest/gtest.h>

#include "cli/tune_report.h"

namespace heddle::cli {
namespace {

Slice slice(std::vector<double> latencies) {
  Slice out;
  out.latencies = std::move(latencies);
  out.seconds = 1;
  return out;
}

// Searches two settings whose rounds are planted, the second a fifth slower, for so many rounds.
TuneReport report_of(int rounds, const std::vector<double>& latencies, Goal goal = {}) {
  TuneReport report;
  report.goal = goal;
  report.cores = 2;
  report.budget = rounds * 2;
  double now = 0;
  Search search;
  search.goal = goal;
  search.budget = report.budget;
  search.least = [](const Setting&) { return 1.0; };
  search.now = [&] { return now; };
  search.measure = [&](const Setting& setting, double) {
    now += 1;
    std::vector<double> own = latencies;
    for (double& latency : own) latency *= setting.threads == 2 ? 1 : 1.2;
    return slice(own);
  };
  report.outcome = cli::search({{1, 1, 2, 1}, {1, 1, 1, 1}}, search);
  return report;
}

std::string advice_text(const TuneReport& report) {
  std::string all;
  for (const std::string& text : advice(report)) all += text + "\n";
  return all;
}

TEST(TuneAdvice, ClaimsNoCertaintyOfOneRound) {
  TuneReport report = report_of(1, {9, 10, 11});
  EXPECT_EQ(report.outcome.settings[0].mean.confidence, 0);
  EXPECT_NE(
      advice_text(report).find("The choice was measured in one round. How certain the numbers are cannot be said"),
      std::string::npos);
  report.budget = 1.5;
  EXPECT_NE(advice_text(report).find("The budget of 1.50 s was too short: the first round took 2.00 s"),
            std::string::npos);
}

TEST(TuneAdvice, SaysHowSureFewRoundsAre) {
  EXPECT_NE(advice_text(report_of(3, {9, 10, 11})).find("After 3 rounds the ranges are 75% sure"), std::string::npos);
  const TuneReport enough = report_of(8, {9, 10, 11});
  EXPECT_EQ(enough.outcome.settings[0].mean.confidence, 0.95);
  EXPECT_EQ(advice_text(enough).find("sure"), std::string::npos);
}

TEST(TuneAdvice, SaysHowSureP99Is) {
  std::vector<double> latencies;
  for (int i = 0; i < 200; ++i) latencies.push_back(10 + i * 0.01);
  const Goal near{.p99_ms = 11.975}, far{.p99_ms = 20};
  EXPECT_NE(advice_text(report_of(8, latencies, near)).find("it may be missed as well as kept"), std::string::npos);
  EXPECT_EQ(advice_text(report_of(8, latencies, far)).find("p99"), std::string::npos);
  EXPECT_NE(advice_text(report_of(4, {10, 11, 12}, far)).find("Of 12 calls of the choice 12.0 ms is p99, but that is"),
            std::string::npos);
}

TEST(TuneAdvice, TellsHowFarAnInterruptedFirstRoundCame) {
  TuneReport report = report_of(1, {9, 10, 11});
  report.outcome.interrupted = true;
  report.outcome.rounds = 0;
  report.outcome.settings[1].slices.clear();
  EXPECT_NE(advice_text(report).find("Interrupted in the first round: 1 of 2 settings were measured."),
            std::string::npos);
}

}  // namespace
}  // namespace heddle::cli
