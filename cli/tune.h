// `heddle tune MODEL [INPUT...]` and `heddle tune --matmul N`: measures which threads suit a model on this machine, and
// says it as a table, as code, as a file of settings and as a report page.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/tune_search.h"

namespace heddle::cli {

struct TuneOptions {
  ModelOptions model;  // without a path where matmul is given
  std::vector<std::string> inputs;
  std::string args_file;
  InputOptions input;
  std::optional<int> matmul;  // the product of two square matrices of that size instead of a model
  std::string goal;           // "latency" or "throughput"; empty: the one that --p99 and --rate mean
  std::string p99, budget = "60s";
  std::optional<double> rate;
  std::optional<int> max_threads;
  std::string batch;        // "1,4,16"; empty: what suits the goal
  std::string output_file;  // empty: the model's name with .tune.json; none for --matmul
  std::string report_file;
  bool json = false;
};

// "20ms", "1.5s", "2m": seconds. Failure kUsage naming the option.
double parse_duration(const char* option, const std::string& text);
// The goal that the options mean. Failure kUsage where they contradict each other.
Goal parse_goal(const TuneOptions& options);

// kDone, or kInterrupted after a Ctrl-C. Throws Failure; files that cannot be written are found before measuring.
ExitCode tune(const TuneOptions& options);

}  // namespace heddle::cli
