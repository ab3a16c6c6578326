// `heddle inspect MODEL`: what is in a model, without running it.
#pragma once

#include <string>

#include "cli/command.h"

namespace heddle::cli {

struct InspectOptions {
  ModelOptions model;
  bool code = false;   // the TorchScript source
  bool graph = false;  // each method's graph, as loaded and as optimised
  bool plan = false;   // the code that runs
  bool json = false;
};

// Prints methods, parameters, and the operators used, with those Heddle lacks. Throws Failure.
ExitCode inspect(const InspectOptions& options);

}  // namespace heddle::cli
