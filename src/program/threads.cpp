// The public functions about threads.
#include <sched.h>

#include <algorithm>
#include <cstdlib>

#include "base/topology.h"
#include "heddle/parallel.h"
#include "ops/backend/libraries.h"
#include "parallel/backend.h"
#include "parallel/settings.h"
#include "parallel/task_pool.h"

namespace heddle {
namespace {

ParallelInfo::Setting setting(const char* name, const parallel::ThreadSetting& value) {
  return {name, value.value, parallel::to_text(value)};
}

ParallelInfo::Variable variable(const char* name) {
  const char* value = std::getenv(name);
  return {name, value ? std::optional<std::string>(value) : std::nullopt};
}

// As the kernel writes sets of CPUs: "0-3,8".
std::string ranges(const std::vector<int>& numbers) {
  std::string out;
  for (size_t i = 0; i < numbers.size();) {
    size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    out += concat(out.empty() ? "" : ",", numbers[i]);
    if (last > i) out += concat("-", numbers[last]);
    i = last + 1;
  }
  return out;
}

std::string line(std::string_view name, std::string_view value) { return concat("    ", name, " : ", value, "\n"); }

std::string describe(const parallel::LibraryFact& library) {
  std::string out = concat("    ", library.name, " ", library.version, "\n");
  if (!library.setting.empty()) out += concat("        ", library.setting, " : ", library.threads, "\n");
  return out + concat("        ", library.use, "\n");
}

}  // namespace

void set_spin_microseconds(int microseconds) { ok_or_throw(parallel::set_spin_microseconds(microseconds)); }
int get_spin_microseconds() { return parallel::spin_microseconds(); }

void launch(std::function<void()> f) { parallel::launch(std::move(f)); }

ParallelInfo parallel_info() {
  ParallelInfo info;
  info.settings = {setting("get_num_threads()", parallel::intraop_setting()),
                   setting("get_num_interop_threads()", parallel::interop_setting()),
                   setting("get_spin_microseconds()", parallel::spin_setting())};
  info.backend = parallel::backend::name();
  if (std::optional<parallel::LibraryFact> library = parallel::backend::library()) {
    info.libraries.push_back(*std::move(library));
  }
  for (parallel::LibraryFact& library : ops::backend::libraries()) info.libraries.push_back(std::move(library));
  const Topology& machine = topology();
  info.hardware_concurrency = machine.logical_cpus;
  info.affinity = allowed_cpus();
  info.physical_cores = machine.physical_cores;
  info.cgroup_quota = machine.cgroup_quota;
  for (const char* name : {"OMP_NUM_THREADS", "MKL_NUM_THREADS"}) info.variables.push_back(variable(name));
  return info;
}

std::string get_parallel_info() {
  const ParallelInfo info = parallel_info();
  std::string out = "Threads:\n";
  for (const ParallelInfo::Setting& s : info.settings) out += line(s.name, concat(s.value, "  (", s.source, ")"));
  out += line("parallel backend", info.backend);
  out += "Libraries:\n";
  for (const parallel::LibraryFact& library : info.libraries) out += describe(library);
  out += "Machine:\n";
  out += line("hardware concurrency", concat(info.hardware_concurrency));
  out += line("affinity mask", concat(ranges(info.affinity), "  (", info.affinity.size(), " CPUs)"));
  out += line("physical cores", concat(info.physical_cores));
  out += line("control group quota", info.cgroup_quota > 0 ? concat(info.cgroup_quota, " CPUs") : std::string("none"));
  out += "Environment variables:\n";
  for (const ParallelInfo::Variable& v : info.variables) out += line(v.name, v.value.value_or("[not set]"));
  return out;
}

}  // namespace heddle
