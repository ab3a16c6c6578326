#include "cli/tune_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/text.h"
#include "cli/parallel_info.h"
#include "cli/tune_candidates.h"

namespace heddle::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kShownRows = 16;

Json to_json(const Band& band) {
  const bool known = band.confidence > 0;
  return {{"value", band.value},
          {"low", known ? Json(band.low) : Json(nullptr)},
          {"high", known ? Json(band.high) : Json(nullptr)},
          {"confidence", band.confidence}};
}

Json config_of(const Setting& setting, const TuneSubject& subject) {
  Json config = {{"threads", setting.threads},
                 {"interop_threads", setting.interop_threads},
                 {"inference_threads", setting.inference_threads}};
  if (subject.batched) config["batch"] = setting.batch;
  return config;
}

std::string status_of(const TuneReport& report, size_t i) {
  const Measured& measured = report.outcome.settings[i];
  if (!measured.error.empty()) return "failed";
  if (!measured.measured()) return "not measured";
  if (report.outcome.chosen == i) return "chosen";
  if (!measured.within_goal) return "misses the goal";
  if (report.outcome.best == i) return "best by the numbers";
  if (measured.within_noise) return "within noise";
  return "slower";
}

Json to_json(const TuneReport& report, size_t i) {
  const Measured& measured = report.outcome.settings[i];
  Json out = config_of(measured.setting, report.subject);
  out["status"] = status_of(report, i);
  out["oversubscribed"] = oversubscribed(measured.setting, report.cores);
  if (!measured.error.empty()) out["error"] = measured.error;
  if (!measured.measured()) return out;
  out["rounds"] = measured.slices.size();
  out["calls"] = measured.calls;
  out["latency_ms"] = {{"min", measured.shortest_ms},
                       {"mean", to_json(measured.mean)},
                       {"p50", measured.p50},
                       {"p90", measured.p90},
                       {"p99", to_json(measured.p99)}};
  out["throughput_per_s"] = to_json(measured.throughput);
  out["against_best"] = to_json(measured.against_best);
  if (report.goal.rate) out["unserved"] = measured.unserved;
  return out;
}

// "AMD EPYC 7R13"; empty where the system does not tell.
std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return {};
}

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  char text[32];
  std::tm utc{};
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
  return text;
}

// Indices of the settings, the best first, those without numbers last.
std::vector<size_t> in_order(const TuneReport& report) {
  std::vector<size_t> order(report.outcome.settings.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto key = [&](size_t i) {
    const Measured& measured = report.outcome.settings[i];
    const double score = measured.measured() ? measured.against_best.value : 0;
    return std::tuple(!measured.measured(), report.outcome.chosen != i, !measured.within_goal, score);
  };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key(a) < key(b); });
  return order;
}

// "12.3 ms (12.1 ms - 12.6 ms)", as sure as the table's heading says; with less rounds "12.3 ms (75%: ...)".
template <class F>
std::string band_text(const Band& band, F&& number) {
  if (band.confidence == 0) return number(band.value);
  const std::string sure = band.confidence < 0.95 ? concat(std::lround(band.confidence * 100), "%: ") : "";
  return concat(number(band.value), " (", sure, number(band.low), " - ", number(band.high), ")");
}

void print_row(const TuneReport& report, size_t i) {
  const Measured& measured = report.outcome.settings[i];
  const Setting& setting = measured.setting;
  std::printf("%9d %8d", setting.inference_threads, setting.threads);
  if (report.subject.forks) std::printf(" %8d", setting.interop_threads);
  if (report.subject.batched) std::printf(" %5d", setting.batch);
  if (!measured.measured()) {
    std::printf("  %s\n", measured.error.empty() ? "not measured" : concat("failed: ", measured.error).c_str());
    return;
  }
  std::string note = status_of(report, i);
  if (note == "slower") {
    char factor[32];
    std::snprintf(factor, sizeof(factor), "%.2fx the best", measured.against_best.value);
    note = factor;
  }
  if (oversubscribed(setting, report.cores)) note += ", oversubscribed";
  std::printf("  %-30s %9s  %-22s %6zu  %s\n", band_text(measured.mean, time_text).c_str(),
              time_text(measured.p99.value).c_str(), band_text(measured.throughput, rate_text).c_str(),
              measured.slices.size(), note.c_str());
}

}  // namespace

Json to_json(const TuneReport& report) {
  const TuneSubject& subject = report.subject;
  Json out = {{"kind", "heddle tune"}, {"date", time_of_day()}};
  if (report.outcome.chosen)
    out["config"] = config_of(report.outcome.settings[*report.outcome.chosen].setting, subject);
  out["model"] = {{"name", subject.name},        {"path", subject.path},       {"method", subject.method},
                  {"inputs", subject.inputs},    {"load_ms", subject.load_ms}, {"first_ms", subject.first_ms},
                  {"bytes", subject.file_bytes}, {"forks", subject.forks},     {"batched", subject.batched}};
  out["goal"] = {{"goal", report.goal.kind == Goal::kLatency ? "latency" : "throughput"},
                 {"p99_ms", report.goal.p99_ms ? Json(*report.goal.p99_ms) : Json(nullptr)},
                 {"rate_per_s", report.goal.rate ? Json(*report.goal.rate) : Json(nullptr)},
                 {"budget_s", report.budget}};
  out["seconds"] = report.outcome.seconds;
  out["rounds"] = report.outcome.rounds;
  out["interrupted"] = report.outcome.interrupted;
  out["within_goal"] = report.outcome.within_goal;
  out["chosen"] = report.outcome.chosen ? Json(*report.outcome.chosen) : Json(nullptr);
  out["best"] = report.outcome.best ? Json(*report.outcome.best) : Json(nullptr);
  out["cores"] = report.cores;
  out["settings"] = Json::array();
  for (size_t i = 0; i < report.outcome.settings.size(); ++i) out["settings"].push_back(to_json(report, i));
  out["advice"] = advice(report);
  if (report.outcome.chosen) {
    const TuneCode code = answer_as_code(report);
    out["code"] = {{"cpp", code.cpp}, {"python", code.python}, {"environment", code.environment}};
  }
  out["parallel"] = parallel_report();
  out["processor"] = processor_name();
  return out;
}

void print_table(const TuneReport& report) {
  std::printf("inference intra-op%s%s  %-30s %9s  %-22s rounds\n", report.subject.forks ? " inter-op" : "",
              report.subject.batched ? " batch" : "", "mean of a call (95% sure)", "p99",
              report.subject.batched ? "inputs a second" : "calls a second");
  const std::vector<size_t> order = in_order(report);
  for (size_t i = 0; i < std::min(order.size(), kShownRows); ++i) print_row(report, order[i]);
  if (order.size() > kShownRows) std::printf("and %zu more\n", order.size() - kShownRows);
  std::printf("\n");
  for (const std::string& text : advice(report)) std::printf("%s\n", text.c_str());
  if (!report.outcome.chosen) return;
  std::printf("\n%s %s.\n", report.outcome.within_goal ? "Choose" : "Closest to the goal:",
              describe(report.outcome.settings[*report.outcome.chosen].setting, report.subject).c_str());
  const auto same = std::count_if(report.outcome.settings.begin(), report.outcome.settings.end(),
                                  [](const Measured& measured) { return measured.within_noise; });
  if (same > 1) std::printf("It is the smallest of %zd settings that cannot be told apart.\n", same);
  const TuneCode code = answer_as_code(report);
  std::printf("\nC++\n%s\nPython\n%s\nEnvironment\n%s", code.cpp.c_str(), code.python.c_str(),
              code.environment.c_str());
}

void print_plot(const TuneReport& report) {
  constexpr int kWidth = 50;
  std::vector<const Measured*> rows;
  double longest = 0;
  for (const Measured& measured : report.outcome.settings) {
    if (!measured.measured() || measured.setting.inference_threads != 1) continue;
    rows.push_back(&measured);
    longest = std::max(longest, measured.mean.value);
  }
  std::sort(rows.begin(), rows.end(),
            [](const Measured* a, const Measured* b) { return a->setting.threads < b->setting.threads; });
  std::printf("threads  runtime\n");
  for (const Measured* row : rows) {
    const int filled = std::max(1, static_cast<int>(std::lround(row->mean.value / std::max(longest, 1e-12) * kWidth)));
    std::printf("%7d  %s%*s  %s\n", row->setting.threads, std::string(static_cast<size_t>(filled), '#').c_str(),
                kWidth - filled, "", time_text(row->mean.value).c_str());
  }
  std::printf("\n");
}

}  // namespace heddle::cli
