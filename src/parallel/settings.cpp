#include "parallel/settings.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "parallel/parallel.h"
#include "parallel/pools.h"

namespace heddle::parallel {
namespace {

constexpr int kDefaultSpinMicroseconds = 200;
constexpr int kMaxSpinMicroseconds = 1000000;

// A whole number in 1..kMaxThreads; OpenMP allows a list for nested levels, of which the first counts.
std::optional<int> parse_threads(std::string_view text) {
  const std::string_view first = text.substr(0, text.find(','));
  int value = 0;
  const auto [end, failure] = std::from_chars(first.data(), first.data() + first.size(), value);
  if (failure != std::errc() || end != first.data() + first.size() || value < 1 || value > kMaxThreads)
    return std::nullopt;
  return value;
}

// Read once, when a setting is first needed.
struct Settings {
  ThreadSetting initial;
  std::atomic<int> intraop;
  std::atomic<int> interop;
  std::atomic<bool> intraop_called{false};
  std::atomic<bool> interop_called{false};
  std::atomic<bool> spin_called{false};
  ThreadSetting initial_spin;
  std::atomic<int> spin;

  Settings()
      : initial(read_default()),
        intraop(initial.value),
        interop(machine_default().value),
        initial_spin(read_spin()),
        spin(initial_spin.value) {}

  static ThreadSetting read_default() {
    std::string warnings;
    ThreadSetting setting =
        default_setting(std::getenv("OMP_NUM_THREADS"), std::getenv("MKL_NUM_THREADS"), topology(), &warnings);
    if (!warnings.empty()) std::fprintf(stderr, "%s", warnings.c_str());
    return setting;
  }
  static ThreadSetting machine_default() { return default_setting(nullptr, nullptr, topology(), nullptr); }
  static ThreadSetting read_spin() {
    const ThreadSetting built_in{kDefaultSpinMicroseconds, SettingSource::kBuiltIn, ""};
    const char* text = std::getenv("HEDDLE_SPIN_US");
    if (!text) return built_in;
    const std::string_view view(text);
    int value = 0;
    const auto [end, failure] = std::from_chars(view.data(), view.data() + view.size(), value);
    if (failure == std::errc() && end == view.data() + view.size() && value >= 0 && value <= kMaxSpinMicroseconds)
      return {value, SettingSource::kVariable, "HEDDLE_SPIN_US"};
    std::fprintf(stderr, "heddle: HEDDLE_SPIN_US=%s is not a number of microseconds in 0..%d; using %d\n", text,
                 kMaxSpinMicroseconds, kDefaultSpinMicroseconds);
    return built_in;
  }
};

Settings& settings() {
  static auto* all = new Settings;
  return *all;
}

Status check_count(std::string_view function, int count) {
  HEDDLE_REQUIRE(count >= 1 && count <= kMaxThreads, function, ": expected a number of threads in 1..", kMaxThreads,
                 ", but got ", count);
  return ok_status();
}

}  // namespace

ThreadSetting default_setting(const char* omp_num_threads, const char* mkl_num_threads, const Topology& machine,
                              std::string* warnings) {
  struct Variable {
    const char* name;
    const char* text;
  };
  for (const Variable& variable :
       {Variable{"OMP_NUM_THREADS", omp_num_threads}, Variable{"MKL_NUM_THREADS", mkl_num_threads}}) {
    if (!variable.text || !*variable.text) continue;
    if (const std::optional<int> value = parse_threads(variable.text)) {
      return {*value, SettingSource::kVariable, variable.name};
    }
    if (warnings) {
      *warnings += concat("heddle: ", variable.name, "=", variable.text, " is not a number of threads in 1..",
                          kMaxThreads, "; using the default\n");
    }
  }
  const int usable = machine.usable_cores();
  if (usable < std::min(machine.physical_cores, machine.affinity)) return {usable, SettingSource::kQuota, ""};
  const bool pinned = machine.affinity < machine.logical_cpus;
  return {usable, pinned ? SettingSource::kAffinity : SettingSource::kCores, ""};
}

std::string to_text(const ThreadSetting& setting) {
  switch (setting.source) {
    case SettingSource::kCall:
      return "set by a call";
    case SettingSource::kVariable:
      return setting.variable;
    case SettingSource::kQuota:
      return "cgroup quota";
    case SettingSource::kAffinity:
      return "affinity mask";
    case SettingSource::kCores:
      return "physical cores";
    case SettingSource::kBuiltIn:
      return "default";
  }
  return "";
}

ThreadSetting intraop_setting() {
  const Settings& s = settings();
  if (s.intraop_called) return {s.intraop, SettingSource::kCall, ""};
  return s.initial;
}

ThreadSetting interop_setting() {
  const Settings& s = settings();
  if (s.interop_called) return {s.interop, SettingSource::kCall, ""};
  return Settings::machine_default();
}

ThreadSetting spin_setting() {
  const Settings& s = settings();
  if (s.spin_called) return {s.spin, SettingSource::kCall, ""};
  return s.initial_spin;
}

int spin_microseconds() { return settings().spin.load(std::memory_order_relaxed); }

Status set_spin_microseconds(int microseconds) {
  HEDDLE_REQUIRE(microseconds >= 0 && microseconds <= kMaxSpinMicroseconds,
                 "set_spin_microseconds: expected a number of microseconds in 0..", kMaxSpinMicroseconds, ", but got ",
                 microseconds);
  settings().spin = microseconds;
  settings().spin_called = true;
  return ok_status();
}

Status set_num_threads(int count) {
  HEDDLE_TRY(check_count("set_num_threads", count));
  settings().intraop = count;
  settings().intraop_called = true;
  helpers_resized();
  return ok_status();
}

// Relaxed: the number is a size on its own and orders nothing.
int get_num_threads() { return settings().intraop.load(std::memory_order_relaxed); }

Status set_num_interop_threads(int count) {
  HEDDLE_TRY(check_count("set_num_interop_threads", count));
  settings().interop = count;
  settings().interop_called = true;
  task_pool_resized();
  return ok_status();
}

int get_num_interop_threads() { return settings().interop.load(std::memory_order_relaxed); }

}  // namespace heddle::parallel
