#include "cli/bench.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <thread>

#include "cli/interrupt.h"
#include "cli/load_generator.h"
#include "cli/operator_profile.h"
#include "cli/process_facts.h"
#include "cli/progress_line.h"
#include "heddle/parallel.h"

namespace heddle::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLookEvery = std::chrono::milliseconds(20);
constexpr int kMaxInferenceThreads = 4096;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

struct Report {
  double load_ms = 0;
  double first_ms = 0;
  LoadGenerator::Samples samples;
  OperatorProfile profile;
  int os_threads_peak = 0;
  double rss_peak_mb = 0;
  bool interrupted = false;

  double throughput() const {
    return samples.seconds > 0 ? static_cast<double>(samples.latencies.size()) / samples.seconds : 0;
  }
};

void check(const BenchOptions& options) {
  const int inference_threads = *options.inference_threads;
  if (inference_threads < 1 || inference_threads > kMaxInferenceThreads) {
    throw Failure(kUsage,
                  concat("--inference-threads is ", inference_threads, ", expected 1 to ", kMaxInferenceThreads));
  }
  if (!(options.duration > 0)) throw Failure(kUsage, concat("--duration is ", options.duration, ", expected over 0"));
  if (!(options.warmup >= 0)) throw Failure(kUsage, concat("--warmup is ", options.warmup, ", expected 0 or more"));
}

std::string progress_text(const char* phase, double seconds, double of, size_t requests) {
  char text[96];
  std::snprintf(text, sizeof(text), "%-10s %5.1f of %.1f s, %zu requests", phase, seconds, of, requests);
  return text;
}

// Lets the load run for so long, until a call fails or a person wishes to end; returns the most threads seen.
int watch(const LoadGenerator& load, const char* phase, double seconds, ProgressLine& progress) {
  const Clock::time_point start = Clock::now();
  int threads = os_threads();
  while (!load.failed() && !interrupted()) {
    const double elapsed = milliseconds_since(start) / 1e3;
    if (elapsed >= seconds) break;
    progress.show(progress_text(phase, elapsed, seconds, load.measured()));
    std::this_thread::sleep_for(
        std::min<std::chrono::duration<double>>(kLookEvery, std::chrono::duration<double>(seconds - elapsed)));
    threads = std::max(threads, os_threads());
  }
  return threads;
}

jit::RunOptions run_options(const ModelOptions& options, const std::stop_source& stop) {
  jit::RunOptions run = cli::run_options(options);
  run.stop = stop.get_token();
  return run;
}

void run_load(const BenchOptions& options, const jit::Method& method,
              const std::function<CallArguments()>& make_arguments, Report& report) {
  ProgressLine progress;
  std::stop_source stop;
  // Arguments of its own for each thread: a model may write into them.
  LoadGenerator load(
      *options.inference_threads,
      [&]() -> std::function<void()> {
        return [&, arguments = make_arguments()] { call(method, arguments, run_options(options.model, stop)); };
      },
      {}, stop.get_token());
  report.os_threads_peak = watch(load, "warming up", options.warmup, progress);
  if (!interrupted()) {
    load.start_measuring();
    report.os_threads_peak = std::max(report.os_threads_peak, watch(load, "measuring", options.duration, progress));
  }
  // A call that takes longer than the duration still counts.
  while (load.measured() == 0 && !load.failed() && !interrupted()) std::this_thread::sleep_for(kLookEvery);
  if (interrupted()) stop.request_stop();
  report.samples = load.stop();
}

Report measure(const BenchOptions& options, const jit::Method& method) {
  Report report;
  const auto read = [&] { return read_arguments(method, options.inputs, options.args_file, options.input); };
  {
    const CallArguments arguments = read();
    const Clock::time_point start = Clock::now();
    call(method, arguments, cli::run_options(options.model));
    report.first_ms = milliseconds_since(start);
  }
  const InterruptGuard guard;
  run_load(options, method, read, report);
  report.rss_peak_mb = static_cast<double>(peak_resident_bytes()) / 1e6;
  if (options.profile && !interrupted()) report.profile = profile_calls(method, read(), options.duration);
  report.interrupted = interrupted();
  return report;
}

void print_json(const BenchOptions& options, const Report& report) {
  const auto& latencies = report.samples.latencies;
  nlohmann::ordered_json json = {{"model", options.model.path},
                                 {"load_ms", report.load_ms},
                                 {"first_ms", report.first_ms},
                                 {"latency_ms",
                                  {{"min", latencies.front()},
                                   {"p50", percentile(latencies, 50)},
                                   {"p90", percentile(latencies, 90)},
                                   {"p99", percentile(latencies, 99)}}},
                                 {"throughput_per_s", report.throughput()},
                                 {"requests", latencies.size()},
                                 {"os_threads_peak", report.os_threads_peak},
                                 {"rss_peak_mb", report.rss_peak_mb},
                                 {"config",
                                  {{"threads", get_num_threads()},
                                   {"interop_threads", get_num_interop_threads()},
                                   {"inference_threads", *options.inference_threads},
                                   {"backend", parallel_info().backend}}}};
  if (report.profile.method_calls > 0) json["profile"] = to_json(report.profile);
  if (report.interrupted) json["interrupted"] = true;
  std::printf("%s\n", json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
}

void print_table(const BenchOptions& options, const Report& report) {
  const auto& latencies = report.samples.latencies;
  std::printf("load        %10.3f ms\n", report.load_ms);
  std::printf("first run   %10.3f ms\n", report.first_ms);
  std::printf("latency     %10.3f ms at best, %.3f median, %.3f p90, %.3f p99\n", latencies.front(),
              percentile(latencies, 50), percentile(latencies, 90), percentile(latencies, 99));
  std::printf("throughput  %10.2f per second (%zu requests in %.2f s)\n", report.throughput(), latencies.size(),
              report.samples.seconds);
  std::printf("memory      %10.1f MB at most\n", report.rss_peak_mb);
  std::printf("threads     %10d inference, %d intra-op (%s), %d inter-op; %d of the system at most\n",
              *options.inference_threads, get_num_threads(), parallel_info().backend.c_str(), get_num_interop_threads(),
              report.os_threads_peak);
  if (report.profile.method_calls > 0) print_profile(report.profile);
}

}  // namespace

ExitCode bench(const BenchOptions& given) {
  BenchOptions options = given;
  const ThreadConfig config = apply_threads(options.model);
  if (!options.inference_threads) options.inference_threads = config.inference_threads.value_or(1);
  check(options);
  const Clock::time_point start = Clock::now();
  const jit::Module module = load_model(options.model);
  const double load_ms = milliseconds_since(start);
  Report report = measure(options, find_method(module, options.model));
  report.load_ms = load_ms;
  if (report.samples.latencies.empty()) throw Failure(kInterrupted, "interrupted before a call was measured");
  if (options.json) {
    print_json(options, report);
  } else {
    print_table(options, report);
  }
  if (!report.interrupted) return kDone;
  std::fprintf(stderr, "heddle: interrupted; this is what was measured until then\n");
  return kInterrupted;
}

}  // namespace heddle::cli
