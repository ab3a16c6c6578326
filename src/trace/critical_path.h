// Which events decided when a call ended. Used by the summary.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "trace/invocations.h"

namespace heddle::trace {

// By what it was, and where: (operator or reason, place), nanoseconds.
using PathTimes = std::map<std::pair<std::string, std::string>, int64_t>;

// Walks back from the call's end: through what it did, at each wait to the end of what it waited for, and from a task's
// beginning to the fork. Adds all of it to `times`; the sum is the call's duration.
void add_critical_path(const Recording& recording, const Invocations& invocations, const Invocation& root,
                       PathTimes& times);

}  // namespace heddle::trace
