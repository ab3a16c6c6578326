#include "base/topology.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <thread>

#include "base/text.h"

namespace heddle {
namespace {

bool read_word(const std::string& path, std::string& word) { return static_cast<bool>(std::ifstream(path) >> word); }

bool read_number(const std::string& path, double& number) { return static_cast<bool>(std::ifstream(path) >> number); }

int count_cores(const std::string& root, const std::vector<int>& cpus) {
  std::set<std::string> cores;
  for (int cpu : cpus) {
    const std::string folder = concat(root, "/sys/devices/system/cpu/cpu", cpu, "/topology/");
    std::string package;
    std::string core;
    if (!read_word(folder + "core_id", core)) return static_cast<int>(cpus.size());
    read_word(folder + "physical_package_id", package);
    cores.insert(package + "/" + core);
  }
  return static_cast<int>(cores.size());
}

void tighten(double& quota, double limit) {
  if (limit > 0 && (quota == 0 || limit < quota)) quota = limit;
}

double quota_v2(const std::string& folder) {
  std::ifstream file(folder + "/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return 0;
  return std::strtod(quota.c_str(), nullptr) / period;
}

double quota_v1(const std::string& folder) {
  double quota = 0;
  double period = 0;
  if (!read_number(folder + "/cpu.cfs_quota_us", quota) || !read_number(folder + "/cpu.cfs_period_us", period))
    return 0;
  return quota > 0 && period > 0 ? quota / period : 0;
}

// The tightest limit of a group and all groups above it. A group's own folder may be missing where only the container's
// part of the tree is mounted; its ancestors, at last the mount itself, still count.
template <class Quota>
void walk_up(double& quota, const std::string& mount, std::string group, Quota&& of) {
  while (true) {
    tighten(quota, of(mount + group));
    const size_t slash = group.rfind('/');
    if (group.empty() || slash == group.npos) return;
    group.resize(slash);
  }
}

double read_quota(const std::string& root) {
  double quota = 0;
  std::ifstream groups(root + "/proc/self/cgroup");
  // Lines of "hierarchy:controllers:path"; cgroup v2 has no controllers there.
  for (std::string line; std::getline(groups, line);) {
    const std::vector<std::string_view> parts = split(line, ':');
    if (parts.size() < 3) continue;
    std::string group(line.substr(parts[0].size() + parts[1].size() + 2));
    if (group == "/") group.clear();
    const std::string mount = root + "/sys/fs/cgroup";
    if (parts[1].empty()) {
      walk_up(quota, mount, group, quota_v2);
      walk_up(quota, mount + "/unified", group, quota_v2);
      continue;
    }
    const std::vector<std::string_view> controllers = split(parts[1], ',');
    if (std::find(controllers.begin(), controllers.end(), "cpu") == controllers.end()) continue;
    for (const char* folder : {"/cpu", "/cpu,cpuacct"}) walk_up(quota, mount + folder, group, quota_v1);
  }
  return quota;
}

}  // namespace

std::vector<int> allowed_cpus() {
  std::vector<int> cpus;
  // Larger than CPU_SETSIZE, which machines with many sockets exceed.
  constexpr int kMaxCpus = 8192;
  cpu_set_t* set = CPU_ALLOC(kMaxCpus);
  const size_t size = CPU_ALLOC_SIZE(kMaxCpus);
  if (set && sched_getaffinity(0, size, set) == 0) {
    for (int i = 0; i < kMaxCpus; ++i) {
      if (CPU_ISSET_S(static_cast<size_t>(i), size, set)) cpus.push_back(i);
    }
  }
  CPU_FREE(set);
  if (cpus.empty()) {
    for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i)
      cpus.push_back(static_cast<int>(i));
  }
  return cpus;
}

int Topology::usable_cores() const {
  int cores = std::min(affinity, physical_cores);
  if (cgroup_quota > 0) cores = std::min(cores, static_cast<int>(std::ceil(std::min(cgroup_quota, 1e6))));
  return std::max(cores, 1);
}

Topology read_topology(const std::string& root, const std::vector<int>& cpus) {
  Topology t;
  t.affinity = std::max<int>(1, static_cast<int>(cpus.size()));
  t.logical_cpus = t.affinity;
  t.physical_cores = std::max(1, count_cores(root, cpus));
  t.cgroup_quota = read_quota(root);
  return t;
}

Topology read_topology() {
  Topology t = read_topology("", allowed_cpus());
  t.logical_cpus = std::max(t.affinity, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
  return t;
}

const Topology& topology() {
  static const Topology kTopology = read_topology();
  return kTopology;
}

}  // namespace heddle
