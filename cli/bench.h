// `heddle bench MODEL [INPUT...]`: calls a method again and again, from one or several threads, and reports latency,
// throughput, threads and memory.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace heddle::cli {

struct BenchOptions {
  ModelOptions model;
  std::vector<std::string> inputs;
  std::string args_file;
  InputOptions input;
  int inference_threads = 1;  // threads that call at the same time
  double duration = 5;        // seconds
  double warmup = 1;          // seconds
  bool json = false;          // a JSON report instead of a table
  bool profile = false;       // how long each operator takes, too
};

// kDone. Throws Failure; an error that the model raises in any thread ends all of them.
ExitCode bench(const BenchOptions& options);

}  // namespace heddle::cli
