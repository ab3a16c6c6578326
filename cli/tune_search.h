// The search of `heddle tune`: measures settings in rounds and says which is best. It knows neither models nor threads:
// measuring and the clock are functions. One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/tune_statistics.h"

namespace heddle::cli {

struct Setting {
  int inference_threads = 1;
  int interop_threads = 1;
  int threads = 1;
  int batch = 1;
  bool operator==(const Setting&) const = default;
};
// Threads the setting keeps busy at most, when nothing bounds them.
int total_threads(const Setting& setting);

// What of a setting was seen in one round.
struct Slice {
  std::vector<double> latencies;  // milliseconds, sorted
  double seconds = 0;
  size_t unserved = 0;  // of --rate: calls that arrived and were not begun in time
};

struct Goal {
  enum Kind { kLatency, kThroughput };
  Kind kind = kLatency;
  std::optional<double> p99_ms{};  // settings beyond it do not count
  std::optional<double> rate{};    // arrivals a second; without it callers call as fast as they can
};

struct Measured {
  Setting setting;
  std::vector<int> rounds{};    // in which it was measured
  std::vector<Slice> slices{};  // one a round
  std::string error{};          // what the model said as it failed with this setting; empty: it did not
  bool pruned = false;          // left out of later rounds, as it could not win

  bool measured() const { return !slices.empty() && error.empty(); }
  // Of all rounds together, in milliseconds. The mean is what callers wait: where threads take turns on a CPU, the
  // median tells only of calls that nobody interrupted. Throughput counts inputs: calls x batch.
  Band mean{}, p99{}, throughput{};
  double shortest_ms = 0, p50 = 0, p90 = 0;
  size_t calls = 0, unserved = 0;
  Band against_best{};        // its score over the best's in the rounds that saw both; over 1: it is worse
  bool within_goal = true;    // keeps --p99 and --rate
  bool within_noise = false;  // cannot be told from the best
};

struct Progress {
  double seconds;
  double budget;
  int round;
  size_t left;           // settings that may still win
  const Measured* best;  // null before the first round is done
};

struct Search {
  Goal goal;
  double budget = 60;  // seconds
  // The shortest slice that shows a call of this setting, in seconds.
  std::function<double(const Setting&)> least;
  // Throws what the model throws.
  std::function<Slice(const Setting&, double seconds)> measure;
  std::function<double()> now;
  std::function<bool()> interrupted = [] { return false; };
  std::function<void(const Progress&)> progress = [](const Progress&) {};
};

struct Outcome {
  std::vector<Measured> settings;
  // Indices: the best by the numbers, and the smallest that cannot be told from it. Without a setting that could be
  // measured both are empty; where none is within the goal, they are the one that comes closest.
  std::optional<size_t> best, chosen;
  bool within_goal = false;
  bool interrupted = false;
  int rounds = 0;
  double seconds = 0;
};

// Every round measures all that may still win, in an order of its own, so that what else the machine does hits all
// alike. A setting that fails is dropped, the others go on. Ends with the budget, when an interruption is seen, or when
// more rounds would tell nothing new.
Outcome search(const std::vector<Setting>& candidates, const Search& search);

}  // namespace heddle::cli
