#include "cli/process_facts.h"

#include <fstream>
#include <string>

namespace heddle::cli {
namespace {

int64_t status_number(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.compare(0, key.size(), key) == 0) return std::stoll(line.substr(key.size()));
  }
  return 0;
}

}  // namespace

int os_threads() { return static_cast<int>(status_number("Threads:")); }

int64_t peak_resident_bytes() { return status_number("VmHWM:") * 1024; }

}  // namespace heddle::cli
