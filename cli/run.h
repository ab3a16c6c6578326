// `heddle run MODEL [INPUT...]`: runs a method once and prints, writes or checks what it returns.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/compare.h"

namespace heddle::cli {

struct RunOptions {
  ModelOptions model;
  std::vector<std::string> inputs;
  std::string args_file;
  InputOptions input;
  std::string output_file;  // .npy .npz .pt .json
  std::string expect_file;  // the same
  Tolerance tolerance;
  bool json = false;  // a JSON report instead of the value's text
};

// kDone, or kDiffers after saying what differs. Throws Failure for everything else.
ExitCode run(const RunOptions& options);

}  // namespace heddle::cli
