#include "cli/parallel_info.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "heddle/parallel.h"

namespace heddle::cli {

using Json = nlohmann::ordered_json;

Json parallel_report() {
  const ParallelInfo info = parallel_info();
  Json out;
  for (const ParallelInfo::Setting& setting : info.settings) {
    out["settings"][setting.name] = {{"value", setting.value}, {"source", setting.source}};
  }
  out["backend"] = info.backend;
  out["libraries"] = Json::array();
  for (const parallel::LibraryFact& library : info.libraries) {
    Json row = {{"name", library.name}, {"version", library.version}, {"use", library.use}};
    if (!library.setting.empty()) row["setting"] = {{"name", library.setting}, {"value", library.threads}};
    out["libraries"].push_back(std::move(row));
  }
  out["machine"] = {{"hardware_concurrency", info.hardware_concurrency},
                    {"affinity", info.affinity},
                    {"physical_cores", info.physical_cores},
                    {"cgroup_quota", info.cgroup_quota > 0 ? Json(info.cgroup_quota) : Json(nullptr)}};
  for (const ParallelInfo::Variable& variable : info.variables) {
    out["variables"][variable.name] = variable.value ? Json(*variable.value) : Json(nullptr);
  }
  return out;
}

ExitCode print_parallel_info(bool json) {
  if (json) {
    std::printf("%s\n", parallel_report().dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
  } else {
    std::printf("%s", get_parallel_info().c_str());
  }
  return kDone;
}

}  // namespace heddle::cli
