// `heddle trace MODEL [INPUT...]`: calls a method while a trace records, and writes and tells what it recorded.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/command.h"

namespace heddle::cli {

struct TraceCommandOptions {
  ModelOptions model;
  std::vector<std::string> inputs;
  std::string args_file;
  InputOptions input;
  int inference_threads = 1;  // threads that call at the same time
  int calls = 5;              // of each of them
  int warmup = 2;             // calls of each before recording
  size_t megabytes = 32;      // that each thread may record
  std::string output_file;    // trace-event JSON
  std::string report_file;    // the page
  bool json = false;          // the summary as JSON
};

// kDone; kInterrupted after Ctrl-C, with what was recorded until then. Throws Failure: kUsage before anything runs
// where a file cannot be written, kModelFailed when the model raised an error; what was recorded until then is written
// all the same.
ExitCode trace(const TraceCommandOptions& options);

}  // namespace heddle::cli
