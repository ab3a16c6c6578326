// `heddle parallel-info`, also installed as `parallel_info`: the thread settings and where each comes from.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "cli/command.h"

namespace heddle::cli {

// What --json prints.
nlohmann::ordered_json parallel_report();
// kDone.
ExitCode print_parallel_info(bool json);

}  // namespace heddle::cli
