#include "cli/tune_search.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <tuple>

namespace heddle::cli {
namespace {

constexpr int kRoundsAtLeast = 8;     // before certainty ends the search
constexpr double kCertain = 0.02;     // width of a band that needs no more rounds, as a part of its value
constexpr double kLongestSlice = 2;   // seconds
constexpr double kSliceOfBudget = 8;  // rounds that the rest of the budget should be enough for
constexpr double kMostUnserved = 0.02;
constexpr double kNoise = 1.01;
constexpr double kLargestNoise = 1.1;

double throughput_of(const Slice& slice, int batch) {
  if (slice.seconds <= 0) return 0;
  return static_cast<double>(slice.latencies.size()) * batch / slice.seconds;
}

double mean_of(const Slice& slice) {
  const double sum = std::accumulate(slice.latencies.begin(), slice.latencies.end(), 0.0);
  return slice.latencies.empty() ? 0 : sum / static_cast<double>(slice.latencies.size());
}

class Searching {
 public:
  Searching(const std::vector<Setting>& candidates, const Search& search) : search_(search), start_(search.now()) {
    for (const Setting& setting : candidates) outcome_.settings.push_back({.setting = setting});
  }

  Outcome run() {
    for (int round = 1; !done(); ++round) {
      if (!run_round(round)) break;
      outcome_.rounds = round;
      for (Measured& measured : outcome_.settings) summarize(measured);
      choose();
      prune();
    }
    for (Measured& measured : outcome_.settings) summarize(measured);
    choose();
    outcome_.seconds = elapsed();
    return std::move(outcome_);
  }

 private:
  double elapsed() const { return search_.now() - start_; }

  std::vector<size_t> alive() const {
    std::vector<size_t> out;
    for (size_t i = 0; i < outcome_.settings.size(); ++i) {
      if (outcome_.settings[i].error.empty() && !outcome_.settings[i].pruned) out.push_back(i);
    }
    return out;
  }

  bool done() const {
    if (outcome_.interrupted || elapsed() >= search_.budget) return true;
    const std::vector<size_t> left = alive();
    return std::all_of(left.begin(), left.end(), [&](size_t i) {
      const Measured& measured = outcome_.settings[i];
      const Band band = median_of_rounds(scores(measured));
      return static_cast<int>(measured.slices.size()) >= kRoundsAtLeast && band.high - band.low < kCertain * band.value;
    });
  }

  // False: the budget or the person ended it.
  bool run_round(int round) {
    std::vector<size_t> order = alive();
    std::shuffle(order.begin(), order.end(), engine_);
    const double rest = search_.budget - elapsed();
    const double even = std::min(kLongestSlice, rest / kSliceOfBudget / static_cast<double>(order.size()));
    for (const size_t i : order) {
      search_.progress({elapsed(), search_.budget, round, order.size(),
                        outcome_.best ? &outcome_.settings[*outcome_.best] : nullptr});
      if (search_.interrupted()) outcome_.interrupted = true;
      // The first round is what any answer needs.
      if (outcome_.interrupted || (round > 1 && elapsed() >= search_.budget)) return false;
      measure(outcome_.settings[i], round, std::max(even, search_.least(outcome_.settings[i].setting)));
    }
    return true;
  }

  void measure(Measured& measured, int round, double seconds) {
    try {
      Slice slice = search_.measure(measured.setting, seconds);
      // A slice that was cut short tells of the interruption, not of the setting.
      if (slice.latencies.empty() && slice.unserved == 0) return;
      measured.slices.push_back(std::move(slice));
      measured.rounds.push_back(round);
    } catch (const std::exception& failure) {
      if (search_.interrupted()) return;
      measured.error = failure.what();
      if (measured.error.empty()) measured.error = "it failed without a message";
    }
  }

  // The smaller, the better.
  std::vector<double> scores(const Measured& measured) const {
    std::vector<double> out;
    for (const Slice& slice : measured.slices) {
      if (search_.goal.kind == Goal::kThroughput) {
        const double throughput = throughput_of(slice, measured.setting.batch);
        out.push_back(throughput > 0 ? 1 / throughput : std::numeric_limits<double>::max());
      } else {
        out.push_back(search_.goal.rate ? quantile(slice.latencies, 0.99).value : mean_of(slice));
      }
    }
    return out;
  }

  void summarize(Measured& measured) const {
    if (!measured.measured()) return;
    std::vector<double> all, means, throughputs;
    measured.unserved = 0;
    for (const Slice& slice : measured.slices) {
      all.insert(all.end(), slice.latencies.begin(), slice.latencies.end());
      means.push_back(mean_of(slice));
      throughputs.push_back(throughput_of(slice, measured.setting.batch));
      measured.unserved += slice.unserved;
    }
    std::sort(all.begin(), all.end());
    measured.calls = all.size();
    measured.shortest_ms = all.empty() ? 0 : all.front();
    measured.mean = median_of_rounds(means);
    measured.p50 = quantile(all, 0.5).value;
    measured.p90 = quantile(all, 0.9).value;
    measured.p99 = quantile(all, 0.99);
    measured.throughput = median_of_rounds(throughputs);
    const double arrived = static_cast<double>(measured.calls + measured.unserved);
    measured.within_goal = (!search_.goal.p99_ms || measured.p99.value <= *search_.goal.p99_ms) &&
                           static_cast<double>(measured.unserved) <= kMostUnserved * arrived;
  }

  // How far a setting is from another in the rounds that saw both, as factors over 1 where it is worse.
  Band ratio(const Measured& measured, const Measured& to) const {
    const std::vector<double> mine = scores(measured);
    const std::vector<double> others = scores(to);
    std::map<int, double> by_round;
    for (size_t i = 0; i < others.size(); ++i) by_round[to.rounds[i]] = others[i];
    std::vector<double> ratios;
    for (size_t i = 0; i < mine.size(); ++i) {
      const auto other = by_round.find(measured.rounds[i]);
      if (other != by_round.end()) ratios.push_back(mine[i] / std::max(other->second, 1e-12));
    }
    return median_of_rounds(ratios);
  }

  // What the settings are put in order by. A miss of the goal weighs more than any score; then who misses least leads.
  std::tuple<bool, double> rank(const Measured& measured) const {
    if (measured.within_goal) return {false, median(scores(measured))};
    const double arrived = static_cast<double>(measured.calls + measured.unserved);
    return {true, measured.p99.value * (1 + static_cast<double>(measured.unserved) / std::max(arrived, 1.0))};
  }

  void choose() {
    outcome_.best.reset();
    for (size_t i = 0; i < outcome_.settings.size(); ++i) {
      const Measured& measured = outcome_.settings[i];
      // What was pruned was measured when the machine may have been calmer than later.
      if (!measured.measured() || measured.pruned) continue;
      if (!outcome_.best || rank(measured) < rank(outcome_.settings[*outcome_.best])) outcome_.best = i;
    }
    outcome_.chosen = outcome_.best;
    if (!outcome_.best) return;
    const Measured& best = outcome_.settings[*outcome_.best];
    outcome_.within_goal = best.within_goal;
    const auto size = [](const Setting& setting) {
      return std::tuple(total_threads(setting), setting.inference_threads, setting.batch, setting.threads);
    };
    for (size_t i = 0; i < outcome_.settings.size(); ++i) {
      Measured& measured = outcome_.settings[i];
      const bool comparable = measured.measured() && !measured.pruned && measured.within_goal == best.within_goal;
      measured.against_best = measured.measured() ? ratio(measured, best) : Band{};
      const Band& against = measured.against_best;
      measured.within_noise =
          i == *outcome_.best || (comparable && best.within_goal && against.value > 0 &&
                                  (against.confidence == 0 || against.low <= kNoise) && against.value <= kLargestNoise);
      if (measured.within_noise && size(measured.setting) < size(outcome_.settings[*outcome_.chosen].setting)) {
        outcome_.chosen = i;
      }
    }
  }

  // With few rounds only what is far behind goes.
  static double hopeless_from(size_t rounds) {
    if (rounds < 2) return std::numeric_limits<double>::max();
    if (rounds == 2) return 1.5;
    return rounds < 5 ? 1.25 : 1.08;
  }

  void prune() {
    if (!outcome_.best) return;
    const Measured& best = outcome_.settings[*outcome_.best];
    for (Measured& measured : outcome_.settings) {
      if (&measured == &best || !measured.measured() || measured.pruned) continue;
      const size_t rounds = measured.slices.size();
      if (measured.within_goal) {
        measured.pruned = best.within_goal && measured.against_best.low > hopeless_from(rounds);
      } else if (search_.goal.p99_ms) {
        // Of few calls nothing bounds p99, but it is no less than p90.
        const double least = measured.p99.confidence > 0 ? measured.p99.low : measured.p90;
        measured.pruned = best.within_goal && rounds >= 3 && least > *search_.goal.p99_ms * 1.2;
      }
      if (!measured.within_goal && best.within_goal && rounds >= 3 && measured.unserved > measured.calls / 4) {
        measured.pruned = true;
      }
    }
  }

  const Search& search_;
  const double start_;
  Outcome outcome_;
  std::mt19937 engine_{7};
};

}  // namespace

int total_threads(const Setting& setting) {
  return setting.inference_threads + setting.threads - 1 + setting.interop_threads - 1;
}

Outcome search(const std::vector<Setting>& candidates, const Search& search) {
  return Searching(candidates, search).run();
}

}  // namespace heddle::cli
