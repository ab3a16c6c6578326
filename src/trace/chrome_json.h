// A trace as JSON in the format of Chrome's and Perfetto's viewers.
#pragma once

#include <string>

#include "trace/recording.h"

namespace heddle::trace {

// Complete events ("X") by thread, with arrows from fork to start and from end to wait; waits that gave their thread
// back as asynchronous events, since their thread did other things meanwhile. Times in microseconds.
std::string to_chrome_json(const Recording& recording);

// A string literal of JSON; bytes that are no UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

}  // namespace heddle::trace
