// Thread settings kept in a file, as `heddle tune` writes and `heddle run --config`, `heddle bench --config` read them:
// a JSON object whose member "config" holds any of "threads", "interop_threads", "inference_threads" and "batch". Other
// members are left alone, so a tuner's whole report is such a file, and so is {"config": {"threads": 2}}.
#pragma once

#include <optional>
#include <string>

#include "heddle/error.h"

namespace heddle {

struct ThreadConfig {
  std::optional<int> threads;          // intra-op, 1..1024
  std::optional<int> interop_threads;  // 1..1024
  // What is the program's own to do: threads that call the model at once, and inputs it joins to one call. 1 and up.
  std::optional<int> inference_threads;
  std::optional<int> batch;
};

// Any thread. Errors name the file: kNotFound where it cannot be read, kInvalidArgument where it is no such file or a
// number is outside its range.
ThreadConfig read_thread_config(const std::string& path);
// Reads the file and sets the intra-op and inter-op threads it has, as set_num_threads and set_num_interop_threads do.
// Nothing changes where it fails.
ThreadConfig apply_thread_config(const std::string& path);

}  // namespace heddle
