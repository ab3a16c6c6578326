#include "cli/trace.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <thread>

#include "cli/file.h"
#include "cli/interrupt.h"
#include "cli/progress_line.h"
#include "cli/trace_page.h"
#include "cli/web_page.h"
#include "heddle/parallel.h"
#include "heddle/trace.h"
#include "trace/chrome_json.h"
#include "trace/summary.h"

namespace heddle::cli {
namespace {

constexpr int kMostThreads = 4096;
constexpr size_t kRowsShown = 12;

void check(const char* option, long long value, long long least, long long most) {
  if (value < least || value > most) {
    throw Failure(kUsage, concat(option, " is ", value, ", expected ", least, " to ", most));
  }
}

void check(const TraceCommandOptions& options) {
  check("--inference-threads", options.inference_threads, 1, kMostThreads);
  check("--calls", options.calls, 1, 1'000'000);
  check("--warmup", options.warmup, 0, 1'000'000);
  check("--buffer", static_cast<long long>(options.megabytes), 1, 65536);
}

// Opens the file to write and leaves it as it was; a file that was not there is made and empty until the end.
void require_writable(const std::string& path) {
  if (path.empty()) return;
  errno = 0;
  if (!std::ofstream(path, std::ios::app))
    throw Failure(kUsage, concat("cannot write ", path, ": ", std::strerror(errno)));
}

// Threads that make so many calls each, and stop at the first failure or signal.
class Callers {
 public:
  Callers(const TraceCommandOptions& options, const jit::Method& method) : options_(options), method_(method) {}

  // Returns when all have made their calls.
  void run(const char* phase, int calls) {
    ProgressLine progress;
    std::atomic<int> running{options_.inference_threads};
    const long long all = static_cast<long long>(calls) * options_.inference_threads;
    std::vector<std::jthread> threads;
    for (int i = 0; i < options_.inference_threads; ++i) {
      threads.emplace_back([this, calls, &running] {
        call_often(calls);
        --running;
      });
    }
    for (int looks = 0; running > 0; ++looks) {
      if (interrupted()) stop_.request_stop();
      if (looks % 50 == 0) progress.show(concat(phase, ": ", ended_.load(), " of ", all, " calls"));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  // The first failure; null: none.
  std::exception_ptr failure() const { return failure_; }
  bool failed() const { return failure_ != nullptr; }

 private:
  void call_often(int calls) {
    try {
      // Arguments of its own for each thread: a model may write into them.
      const CallArguments arguments = read_arguments(method_, options_.inputs, options_.args_file, options_.input);
      jit::RunOptions run;
      run.stop = stop_.get_token();
      for (int i = 0; i < calls && !run.stop.stop_requested(); ++i) {
        call(method_, arguments, run);
        ++ended_;
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      // Ctrl-C fails the calls under way; that is no failure of the model.
      if (!interrupted() && !failure_) failure_ = std::current_exception();
      stop_.request_stop();
    }
  }

  const TraceCommandOptions& options_;
  const jit::Method& method_;
  std::stop_source stop_;
  std::atomic<long long> ended_{0};
  std::mutex mutex_;
  std::exception_ptr failure_;  // guarded by mutex_ until the threads are joined
};

void write_text(const std::string& path, const std::string& text) {
  const Status written = write_file(path, as_bytes(text));
  if (!written.ok()) throw Failure(kUsage, written.message());
}

nlohmann::ordered_json facts_of(const TraceCommandOptions& options) {
  return {{"model", options.model.path},
          {"method", options.model.method},
          {"config",
           {{"threads", get_num_threads()},
            {"interop_threads", get_num_interop_threads()},
            {"inference_threads", options.inference_threads},
            {"backend", parallel_info().backend}}}};
}

void tell(const TraceCommandOptions& options, const heddle::trace::Recording& recording,
          const heddle::trace::Summary& summary) {
  if (options.json) {
    nlohmann::ordered_json json = facts_of(options);
    json.update(summary_to_json(summary));
    json["dropped_events"] = recording.dropped();
    json["interrupted"] = interrupted();
    std::printf("%s\n", json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
    return;
  }
  std::printf("%d inference, %d intra-op (%s), %d inter-op threads\n", options.inference_threads, get_num_threads(),
              parallel_info().backend.c_str(), get_num_interop_threads());
  std::fputs(heddle::trace::to_text(summary, kRowsShown).c_str(), stdout);
}

void write_files(const TraceCommandOptions& options, const heddle::trace::Recording& recording,
                 const heddle::trace::Summary& summary) {
  if (!options.output_file.empty()) write_text(options.output_file, heddle::trace::to_chrome_json(recording));
  if (!options.report_file.empty()) {
    write_text(options.report_file, make_web_page("trace", page_data(facts_of(options), recording, summary)));
  }
}

}  // namespace

ExitCode trace(const TraceCommandOptions& options) {
  check(options);
  if (!options.report_file.empty()) require_web_page("trace");
  require_writable(options.output_file);
  require_writable(options.report_file);
  apply_threads(options.model);
  const jit::Module module = load_model(options.model);
  const jit::Method method = find_method(module, options.model);
  // What is wrong with the inputs is told before any thread starts.
  read_arguments(method, options.inputs, options.args_file, options.input);

  const InterruptGuard guard;
  Callers callers(options, method);
  if (options.warmup > 0) callers.run("warming up", options.warmup);
  // A model that fails in its warm-up is recorded failing.
  Callers recorded(options, method);
  Trace trace({options.megabytes << 20});
  if (!interrupted()) recorded.run("recording", callers.failed() ? 1 : options.calls);
  trace.stop();

  const heddle::trace::Recording& recording = trace.events();
  const heddle::trace::Summary summary = heddle::trace::summarize(recording);
  write_files(options, recording, summary);
  tell(options, recording, summary);
  if (recording.dropped() > 0) {
    std::fprintf(stderr, "heddle: %llu events found no room: raise --buffer or make fewer --calls\n",
                 static_cast<unsigned long long>(recording.dropped()));
  }
  if (interrupted()) {
    std::fprintf(stderr, "heddle: interrupted; what was recorded until then is kept\n");
    return kInterrupted;
  }
  if (recorded.failed()) std::rethrow_exception(recorded.failure());
  return kDone;
}

}  // namespace heddle::cli
