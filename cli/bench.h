// `heddle bench MODEL [INPUT...]`: calls a method again and again, from one or several threads, and reports latency,
// throughput, threads and memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"

namespace heddle::cli {

struct BenchOptions {
  ModelOptions model;
  std::vector<std::string> inputs;
  std::string args_file;
  InputOptions input;
  std::optional<int> inference_threads;  // threads that call at the same time; else the file's of --config, else 1
  double duration = 5;                   // seconds
  double warmup = 1;                     // seconds
  bool json = false;                     // a JSON report instead of a table
  bool profile = false;                  // how long each operator takes, too
};

// kDone; kInterrupted after Ctrl-C, with a report of what was measured until then. Throws Failure; an error that the
// model raises in any thread ends all of them.
ExitCode bench(const BenchOptions& options);

}  // namespace heddle::cli
