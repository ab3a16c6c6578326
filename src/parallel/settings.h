// The sizes of the two pools and where they come from. Any thread.
#pragma once

#include <string>

#include "base/result.h"
#include "base/topology.h"

namespace heddle::parallel {

enum class SettingSource { kCall, kVariable, kQuota, kAffinity, kCores, kBuiltIn };

struct ThreadSetting {
  int value;
  SettingSource source;
  std::string variable;  // for kVariable: which one
};

// "set_num_threads was called", "OMP_NUM_THREADS", "cgroup quota", ...
std::string to_text(const ThreadSetting& setting);

ThreadSetting intraop_setting();
ThreadSetting interop_setting();
ThreadSetting spin_setting();

// The default for a machine: the first well-formed variable among OMP_NUM_THREADS and MKL_NUM_THREADS (of the two
// texts, null when unset), else the usable cores. A malformed one adds a line to `warnings`.
ThreadSetting default_setting(const char* omp_num_threads, const char* mkl_num_threads, const Topology& machine,
                              std::string* warnings);

// How long an idle worker looks for work before it sleeps, in microseconds: HEDDLE_SPIN_US, 0 allowed.
int spin_microseconds();
Status set_spin_microseconds(int microseconds);

}  // namespace heddle::parallel
