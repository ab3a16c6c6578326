// How many threads this process can usefully run: affinity mask, physical cores, and the CPU time its control group
// grants. Read from /proc and /sys; the root of those trees can be given, so that tests lay out their own.
#pragma once

#include <string>
#include <vector>

namespace heddle {

struct Topology {
  int logical_cpus = 1;     // of the machine
  int affinity = 1;         // logical CPUs this process may run on
  int physical_cores = 1;   // distinct cores among them; siblings of one core count once
  double cgroup_quota = 0;  // CPUs' worth of time, by cgroup v1 or v2 and all groups above; 0: no limit
  // min(affinity, physical cores, quota rounded up), at least 1.
  int usable_cores() const;
};

// The CPUs this process may run on, now.
std::vector<int> allowed_cpus();
// Asks the system anew; never fails, what cannot be read does not limit.
Topology read_topology();
// The same of a file tree laid out elsewhere, for a process that may run on these CPUs.
Topology read_topology(const std::string& root, const std::vector<int>& cpus);
// What read_topology() said at the first call.
const Topology& topology();

}  // namespace heddle
