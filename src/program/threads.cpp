#include <cstdlib>

#include "heddle/parallel.h"
#include "parallel/settings.h"
#include "parallel/task_pool.h"

namespace heddle {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return concat("    ", name, " : ", value ? value : "[not set]", "\n");
}

std::string setting(std::string_view name, const parallel::ThreadSetting& value) {
  return concat("    ", name, " : ", value.value, "  (", parallel::to_text(value), ")\n");
}

}  // namespace

void launch(std::function<void()> f) { parallel::launch(std::move(f)); }

std::string get_parallel_info() {
  const Topology& machine = topology();
  std::string out = "Threads:\n";
  out += setting("get_num_threads()", parallel::intraop_setting());
  out += setting("get_num_interop_threads()", parallel::interop_setting());
  out += "Machine:\n";
  out += concat("    logical CPUs : ", machine.logical_cpus, "\n");
  out += concat("    CPUs in the affinity mask : ", machine.affinity, "\n");
  out += concat("    physical cores : ", machine.physical_cores, "\n");
  out += concat("    control group quota : ",
                machine.cgroup_quota > 0 ? concat(machine.cgroup_quota, " CPUs") : std::string("none"), "\n");
  out += "Environment variables:\n";
  return out + variable("OMP_NUM_THREADS") + variable("MKL_NUM_THREADS");
}

}  // namespace heddle
