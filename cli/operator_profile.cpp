#include "cli/operator_profile.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/interrupt.h"
#include "core/profile.h"

namespace heddle::cli {
namespace {

constexpr size_t kLinesShown = 20;

void add_implementation(const std::string& name, std::string& list) {
  if (name.empty() || list.find(name) != std::string::npos) return;
  list += (list.empty() ? "" : ", ") + name;
}

std::vector<OperatorProfile::Row> summed(const std::vector<Profile::Row>& places, std::string Profile::Row::*name,
                                         const OperatorProfile& whole) {
  std::map<std::string, OperatorProfile::Row> sums;
  const auto calls = static_cast<double>(whole.method_calls);
  for (const Profile::Row& place : places) {
    OperatorProfile::Row& row = sums[place.*name];
    const double often = static_cast<double>(place.calls) / calls;
    row.calls += often;
    row.mean_ms += std::chrono::duration<double, std::milli>(place.total).count() / calls;
    row.shortest_ms += std::chrono::duration<double, std::milli>(place.shortest).count() * often;
    // Sums a call of the method, until the row's time is known.
    row.gflops += place.operations / calls;
    row.gigabytes_per_s += place.bytes / calls;
    add_implementation(place.implementation, row.implementation);
  }
  std::vector<OperatorProfile::Row> rows;
  for (auto& [text, row] : sums) {
    row.name = text;
    row.share = row.mean_ms / whole.method_ms;
    const double nanoseconds = std::max(row.mean_ms * 1e6, 1.0);
    row.gflops /= nanoseconds;
    row.gigabytes_per_s /= nanoseconds;
    rows.push_back(std::move(row));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.mean_ms > b.mean_ms; });
  return rows;
}

std::string speed(double gflops) {
  if (gflops <= 0) return "";
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", gflops);
  return text;
}

void print_rows(const char* title, const std::vector<OperatorProfile::Row>& rows, size_t most) {
  std::printf("\n%10s %10s %10s %7s %9s %8s  %s\n", "calls", "mean ms", "best ms", "share", "GFLOP/s", "GB/s", title);
  for (size_t i = 0; i < std::min(rows.size(), most); ++i) {
    const OperatorProfile::Row& row = rows[i];
    std::printf("%10.4g %10.4f %10.4f %6.1f%% %9s %8.2f  %s%s%s%s\n", row.calls, row.mean_ms, row.shortest_ms,
                row.share * 100, speed(row.gflops).c_str(), row.gigabytes_per_s, row.name.c_str(),
                row.implementation.empty() ? "" : " (", row.implementation.c_str(),
                row.implementation.empty() ? "" : ")");
  }
  if (rows.size() > most) std::printf("%61s%zu more\n", "", rows.size() - most);
}

nlohmann::ordered_json rows_to_json(const std::vector<OperatorProfile::Row>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const OperatorProfile::Row& row : rows) {
    list.push_back({{"name", row.name},
                    {"calls", row.calls},
                    {"mean_ms", row.mean_ms},
                    {"shortest_ms", row.shortest_ms},
                    {"share", row.share},
                    {"gflops", row.gflops},
                    {"gigabytes_per_s", row.gigabytes_per_s},
                    {"implementation", row.implementation}});
  }
  return list;
}

}  // namespace

OperatorProfile profile_calls(const jit::Method& method, const CallArguments& arguments, double seconds) {
  using Clock = std::chrono::steady_clock;
  jit::RunOptions options;
  options.profile = make_ref<Profile>();
  OperatorProfile result;
  result.peak = measure_machine_peak();
  const Clock::time_point start = Clock::now();
  std::chrono::duration<double> elapsed{0};
  do {
    call(method, arguments, options);
    ++result.method_calls;
    elapsed = Clock::now() - start;
  } while (elapsed.count() < seconds && !interrupted());
  result.method_ms = elapsed.count() * 1e3 / static_cast<double>(result.method_calls);
  const std::vector<Profile::Row> places = options.profile->rows();
  result.operators = summed(places, &Profile::Row::name, result);
  result.lines = summed(places, &Profile::Row::place, result);
  return result;
}

void print_profile(const OperatorProfile& profile) {
  std::printf("\nprofile of %lld call%s from one inference thread, %.4f ms each; the columns are of one call\n",
              static_cast<long long>(profile.method_calls), profile.method_calls == 1 ? "" : "s", profile.method_ms);
  std::printf("the machine's best on %d thread%s, measured now: %.1f GFLOP/s (float32), %.1f GB/s\n",
              profile.peak.threads, profile.peak.threads == 1 ? "" : "s", profile.peak.gflops,
              profile.peak.gigabytes_per_s);
  print_rows("operator", profile.operators, profile.operators.size());
  print_rows("line", profile.lines, kLinesShown);
}

nlohmann::ordered_json to_json(const OperatorProfile& profile) {
  return {{"calls", profile.method_calls},
          {"mean_ms", profile.method_ms},
          {"peak",
           {{"threads", profile.peak.threads},
            {"gflops", profile.peak.gflops},
            {"gigabytes_per_s", profile.peak.gigabytes_per_s}}},
          {"operators", rows_to_json(profile.operators)},
          {"lines", rows_to_json(profile.lines)}};
}

}  // namespace heddle::cli
