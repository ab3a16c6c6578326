#include "cli/tune.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/file.h"
#include "cli/interrupt.h"
#include "cli/progress_line.h"
#include "cli/tune_candidates.h"
#include "cli/tune_report.h"
#include "cli/tune_target.h"
#include "cli/web_page.h"
#include "heddle/parallel.h"

namespace heddle::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kShortestSlice = 0.02;  // seconds
constexpr int kMostThreads = 1024;
constexpr int kMostMatmul = 32768;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Found before the work: a file that cannot be written would lose it.
void require_writable(const std::string& path) {
  std::error_code unused;
  const bool existed = std::filesystem::exists(path, unused);
  std::FILE* file = std::fopen(path.c_str(), "ab");
  if (!file) throw Failure(kUsage, concat("cannot write ", path, ": ", std::strerror(errno)));
  std::fclose(file);
  if (!existed) std::filesystem::remove(path, unused);
}

void write_or_fail(const std::string& path, const std::string& text) {
  const Status status = write_file(path, as_bytes(text));
  if (!status.ok()) throw Failure(kUsage, status.message());
}

std::vector<int> parse_batches(const std::string& text) {
  std::vector<int> out;
  for (const std::string_view part : split(text, ',')) {
    int value = 0;
    const auto [stop, failure] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (failure != std::errc() || stop != part.data() + part.size() || value < 1 || value > 1 << 16) {
      throw Failure(kUsage, concat("--batch is '", text, "', expected sizes with commas between, such as 1,4,16"));
    }
    out.push_back(value);
  }
  return out;
}

// CPUs' worth of time this process may use.
int usable_cores() {
  const ParallelInfo info = parallel_info();
  const int cores = std::max(1, static_cast<int>(info.affinity.size()));
  return info.cgroup_quota > 0 ? std::clamp(static_cast<int>(std::ceil(info.cgroup_quota)), 1, cores) : cores;
}

std::string progress_text(const Progress& progress, const TuneSubject& subject, const Goal& goal) {
  char text[96];
  std::snprintf(text, sizeof(text), "%.0f of %.0f s, round %d, %zu settings", progress.seconds, progress.budget,
                progress.round, progress.left);
  if (!progress.best) return text;
  const Measured& best = *progress.best;
  char throughput[32];
  std::snprintf(throughput, sizeof(throughput), "%.4g a second", best.throughput.value);
  return concat(text, "; best so far: ", describe(best.setting, subject), ", ",
                goal.kind == Goal::kThroughput ? std::string(throughput) : time_text(best.mean.value));
}

// What is tuned, and how its calls are made.
struct Subject {
  TuneSubject facts;
  TuneTarget target;
};

Subject load_subject(const TuneOptions& options) {
  TuneSubject facts;
  facts.path = options.model.path;
  facts.name = std::filesystem::path(facts.path).filename();
  facts.method = options.model.method;
  facts.inputs = options.inputs;
  if (!options.args_file.empty()) facts.inputs = {concat("--args ", options.args_file)};
  std::error_code unused;
  facts.file_bytes = static_cast<double>(std::filesystem::file_size(facts.path, unused));
  const Clock::time_point start = Clock::now();
  const jit::Module module = load_model(options.model);
  facts.load_ms = seconds_since(start) * 1e3;
  const jit::Method method = find_method(module, options.model);
  const auto read = [options, method] {
    return read_arguments(method, options.inputs, options.args_file, options.input);
  };
  const CallArguments arguments = read();
  const Clock::time_point first = Clock::now();
  call(method, arguments);
  facts.first_ms = seconds_since(first) * 1e3;
  TuneTarget target(method, read, true);
  facts.forks = target.forks();
  return {std::move(facts), std::move(target)};
}

Subject matmul_subject(const TuneOptions& options) {
  const std::string size = std::to_string(*options.matmul);
  TuneSubject facts;
  facts.name = concat(size, " x ", size, " matrix product");
  facts.method = "torch.mm";
  const std::string input = concat("float32[", size, ",", size, "]");
  facts.inputs = {input, input};
  const jit::CompilationUnit unit("def product(a: Tensor, b: Tensor) -> Tensor:\n    return torch.mm(a, b)\n");
  const jit::Method method = unit.get_function("product");
  const auto read = [method, input, options] { return read_arguments(method, {input, input}, {}, options.input); };
  return {std::move(facts), TuneTarget(method, read, false)};
}

std::vector<int> batches_of(const TuneOptions& options, const Goal& goal, const TuneTarget& target) {
  const std::optional<int> given = target.batch();
  if (!options.batch.empty()) {
    const std::vector<int> batches = parse_batches(options.batch);
    if (!given) {
      throw Failure(kUsage, "--batch needs inputs with tensors whose first sizes, the batch, are the same");
    }
    return batches;
  }
  // Joining calls to batches is a way to serve more; it makes no call faster.
  const bool widen = goal.kind == Goal::kThroughput && given && target.takes_batch(*given * 2);
  return widen ? std::vector{*given, *given * 4, *given * 16} : std::vector{given.value_or(1)};
}

// Cuts the candidates to what half the budget can show in one round. `least` tells the time of one.
size_t fit_into_budget(std::vector<Setting>& settings, size_t essential, double budget,
                       const std::function<double(const Setting&)>& least) {
  double needed = 0;
  size_t kept = 0;
  while (kept < settings.size()) {
    needed += least(settings[kept]);
    if (kept >= essential && needed > budget / 2) break;
    ++kept;
    if (kept <= essential && needed > budget) {
      double all = 0;
      for (size_t i = 0; i < essential; ++i) all += least(settings[i]);
      throw Failure(kUsage, concat("--budget ", time_text(budget * 1e3), " is too short for one round: ", essential,
                                   " settings take about ", time_text(all * 1e3), "; give ",
                                   static_cast<int>(std::ceil(all * 4)), "s or more"));
    }
  }
  const size_t left_out = settings.size() - kept;
  settings.resize(kept);
  return left_out;
}

void check(const TuneOptions& options) {
  if (options.matmul.has_value() == !options.model.path.empty()) {
    throw Failure(kUsage, options.matmul ? "give a MODEL or --matmul, not both" : "give a MODEL, or --matmul SIZE");
  }
  if (options.matmul && (*options.matmul < 1 || *options.matmul > kMostMatmul)) {
    throw Failure(kUsage, concat("--matmul is ", *options.matmul, ", expected 1 to ", kMostMatmul));
  }
  if (options.matmul && (!options.batch.empty() || options.rate || options.goal == "throughput")) {
    throw Failure(kUsage,
                  "--matmul times one product for each number of threads: no --batch, --rate or --goal throughput");
  }
  if (options.max_threads && (*options.max_threads < 1 || *options.max_threads > kMostThreads)) {
    throw Failure(kUsage, concat("--max-threads is ", *options.max_threads, ", expected 1 to ", kMostThreads));
  }
  if (!options.batch.empty()) parse_batches(options.batch);
}

}  // namespace

double parse_duration(const char* option, const std::string& text) {
  double value = 0;
  const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(stop, static_cast<size_t>(text.data() + text.size() - stop));
  const double scale = unit == "ms" ? 1e-3 : unit == "us" ? 1e-6 : unit == "s" ? 1 : unit == "m" ? 60 : 0;
  if (failure != std::errc() || scale == 0 || !(value > 0) || !(value < 1e9)) {
    throw Failure(kUsage, concat(option, " is '", text, "', expected a time with its unit, such as 20ms, 1.5s or 2m"));
  }
  return value * scale;
}

Goal parse_goal(const TuneOptions& options) {
  Goal goal;
  if (!options.p99.empty()) goal.p99_ms = parse_duration("--p99", options.p99) * 1e3;
  goal.rate = options.rate;
  if (goal.rate && (!(*goal.rate > 0) || *goal.rate > 1e6)) {
    throw Failure(kUsage, concat("--rate is ", *goal.rate, ", expected over 0 and up to 1000000 calls a second"));
  }
  if (goal.rate && options.goal == "throughput") {
    throw Failure(kUsage, "--rate says how much is served: its goal is latency");
  }
  const bool bounded = goal.p99_ms && !goal.rate && options.goal.empty() && !options.matmul;
  goal.kind = options.goal == "throughput" || bounded ? Goal::kThroughput : Goal::kLatency;
  return goal;
}

ExitCode tune(const TuneOptions& options) {
  check(options);
  TuneReport report;
  report.goal = parse_goal(options);
  report.budget = parse_duration("--budget", options.budget);
  std::string output = options.output_file;
  if (output.empty() && !options.matmul) {
    output = concat(std::filesystem::path(options.model.path).stem().string(), ".tune.json");
  }
  if (!options.report_file.empty()) require_web_page("tune");
  Subject subject = options.matmul ? matmul_subject(options) : load_subject(options);
  for (const std::string& path : {output, options.report_file}) {
    if (!path.empty()) require_writable(path);
  }
  report.cores = usable_cores();
  SearchSpace space{report.cores, options.max_threads, subject.facts.forks, !options.matmul,
                    batches_of(options, report.goal, subject.target)};
  subject.facts.batched = space.batches.size() > 1 || space.batches[0] > 1;
  subject.facts.config_file = output;

  Candidates candidates = make_candidates(space);
  const double alone = subject.target.seconds_alone();
  Search search;
  search.goal = report.goal;
  search.budget = report.budget;
  search.least = [&, given = subject.target.batch().value_or(1)](const Setting& setting) {
    const double queue = std::max(1.0, static_cast<double>(setting.inference_threads) / report.cores);
    const double one = alone * std::max(1.0, static_cast<double>(setting.batch) / given) * queue;
    return std::max({kShortestSlice, 2.5 * one, report.goal.rate ? 10 / *report.goal.rate : 0});
  };
  report.left_out = fit_into_budget(candidates.settings, candidates.essential, report.budget, search.least);
  report.subject = subject.facts;
  // Until here there is nothing that an interruption should keep.
  const InterruptGuard guard;
  {
    ProgressLine line;
    const Clock::time_point start = Clock::now();
    search.now = [&] { return seconds_since(start); };
    search.interrupted = [] { return interrupted(); };
    search.progress = [&](const Progress& progress) {
      line.show(progress_text(progress, report.subject, report.goal));
    };
    search.measure = [&](const Setting& setting, double seconds) {
      return subject.target.measure(setting, seconds, report.goal.rate);
    };
    report.outcome = cli::search(candidates.settings, search);
  }

  if (!report.outcome.chosen && !report.outcome.interrupted) {
    throw Failure(kModelFailed, concat("the model failed with every setting: ", report.outcome.settings.front().error));
  }
  const nlohmann::ordered_json json = to_json(report);
  const auto dumped = [&](int indent) {
    return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  };
  if (!output.empty() && report.outcome.chosen) write_or_fail(output, dumped(1));
  if (!options.report_file.empty()) write_or_fail(options.report_file, make_web_page("tune", json));
  if (options.json) {
    std::printf("%s", dumped(-1).c_str());
  } else {
    if (options.matmul) print_plot(report);
    print_table(report);
    if (!output.empty() && report.outcome.chosen) {
      std::printf("\nWritten to %s, for heddle run and heddle bench --config, and the functions above.\n",
                  output.c_str());
    }
  }
  return report.outcome.interrupted ? kInterrupted : kDone;
}

}  // namespace heddle::cli
