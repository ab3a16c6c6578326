// `heddle parallel-info`, also installed as `parallel_info`: the thread settings and where each comes from.
#pragma once

#include "cli/command.h"

namespace heddle::cli {

// kDone.
ExitCode print_parallel_info(bool json);

}  // namespace heddle::cli
