// The command `heddle`: reads the command line and calls the command it names.
#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/bench.h"
#include "cli/command.h"
#include "cli/inspect.h"
#include "cli/list_operators.h"
#include "cli/parallel_info.h"
#include "cli/run.h"
#include "cli/trace.h"
#include "cli/tune.h"
#include "heddle/library.h"
#include "heddle/parallel.h"

namespace heddle::cli {
namespace {

constexpr const char* kInputHelp =
    "One for each argument of the method: x.npy, x.npz:NAME, x.pt, x.pt:KEY, photo.png, photo.jpg, speech.wav, "
    "float32[1,3,224,224] (normal), int64[1,128]<30000 (uniform), zeros:float32[2,3], ones:float32[2,3], 3, 2.5, true, "
    "none, 'text', or any JSON list or object";

// "0.485,0.456,0.406". A list option of CLI11 would swallow the inputs that follow it.
std::vector<double> parse_numbers(const char* option, const std::string& text) {
  std::vector<double> values;
  for (const std::string_view part : split(text, ',')) {
    double value = 0;
    const auto [stop, failure] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (failure != std::errc() || stop != part.data() + part.size()) {
      throw CLI::ValidationError(option, "expected numbers with commas between, not '" + text + "'");
    }
    values.push_back(value);
  }
  return values;
}

ImageOptions::Size parse_size(const std::string& text) {
  ImageOptions::Size size;
  const char* end = text.data() + text.size();
  const auto width = std::from_chars(text.data(), end, size.width);
  if (width.ec == std::errc() && width.ptr != end && *width.ptr == 'x') {
    const auto height = std::from_chars(width.ptr + 1, end, size.height);
    if (height.ec == std::errc() && height.ptr == end) return size;
  }
  throw CLI::ValidationError("--resize", "expected WIDTHxHEIGHT, such as 224x224, not '" + text + "'");
}

void add_load_limits(CLI::App& command, ModelOptions& options) {
  const auto bytes = CLI::AsSizeValue(false);
  LoadLimits& limits = options.limits;
  const std::string group = "Limits for models of others";
  const auto add = [&](const char* name, uint64_t& value, const char* text) {
    command.add_option(name, value, text)->transform(bytes)->group(group);
  };
  add("--max-archive", limits.archive_bytes, "Bytes of the archive, as in 2gb (1 TiB)");
  add("--max-record", limits.record_bytes, "Bytes of one record, unpacked (1 TiB)");
  add("--max-expanded", limits.expanded_bytes,
      "Bytes of all compressed records, unpacked (4 GiB, or 20 times the archive)");
  add("--max-load-memory", limits.memory_bytes, "Tensor memory that loading takes (4 GiB, or 20 times the archive)");
  add("--max-opcodes", limits.pickle_opcodes, "Instructions of a pickle (100 million)");
  add("--max-nesting", limits.pickle_depth, "Values inside each other in a pickle (1000)");
  add("--max-source", limits.source_bytes, "Bytes of TorchScript source (256 MiB)");
  add("--max-nodes", limits.graph_nodes, "Graph nodes made while compiling (5 million)");
  command.add_option("--policy", options.policy, "Operators the model may name: 'conservative', or a file of rules")
      ->group(group);
  command
      .add_option("--setstate", options.setstate,
                  "Code of the model that loading would run: only what is pure, refuse, or run")
      ->check(CLI::IsMember({"pure", "refuse", "run"}))
      ->group(group);
}

void add_call_limits(CLI::App& command, ModelOptions& options) {
  const std::string group = "Limits for models of others";
  command.add_option("--timeout", options.timeout, "Seconds after which a call ends with an error")->group(group);
  command.add_option("--memory-limit", options.memory_limit, "Bytes of tensors of a call, as in 500mb")
      ->transform(CLI::AsSizeValue(false))
      ->group(group);
  command.add_option("--recursion-limit", options.recursion_limit, "TorchScript calls inside each other (10000)")
      ->group(group);
  command.add_option("--fork-limit", options.fork_limit, "Tasks that have not ended (100000)")->group(group);
}

void add_load_options(CLI::App& command, ModelOptions& options) {
  command.add_option("--method", options.method, "The method to run")->capture_default_str();
  command.add_flag(
      "--no-optimize", [&](int64_t) { options.optimize = false; }, "Run the graph as it was saved");
  command.add_flag("--strict", options.strict, "Refuse a model that names an operator Heddle lacks");
  add_load_limits(command, options);
}

void add_model_options(CLI::App& command, ModelOptions& options) {
  command.add_option("MODEL", options.path, "A file of torch.jit.save")->required();
  command.add_option("--threads", options.threads, "Intra-op threads: how many work inside operators");
  command.add_option("--interop-threads", options.interop_threads, "Inter-op threads: how many run what models fork");
  command.add_option("--config", options.config, "A file of thread settings, as heddle tune writes; options above win");
  add_load_options(command, options);
  add_call_limits(command, options);
}

// Vector options of CLI11 would take the inputs that follow for further libraries.
void add_library_option(CLI::App& command, std::vector<std::string>& libraries) {
  command
      .add_option_function<std::string>(
          "--library", [&](const std::string& path) { libraries.push_back(path); },
          "A shared library with operators of your own; may be given several times")
      ->trigger_on_parse();
}

void add_input_options(CLI::App& command, std::vector<std::string>& inputs, std::string& args_file,
                       InputOptions& options) {
  command.add_option("INPUT", inputs, kInputHelp);
  command.add_option("--args", args_file,
                     "All arguments at once: a torch.save file of a tuple, or of a dict with 'args' and 'kwargs'");
  command.add_option("--seed", options.seed, "Seed of the random inputs")->capture_default_str();
  command.add_option_function<std::string>(
      "--resize", [&](const std::string& text) { options.image.resize = parse_size(text); },
      "Size of photographs, WIDTHxHEIGHT");
  command.add_option_function<std::string>(
      "--mean", [&](const std::string& text) { options.image.mean = parse_numbers("--mean", text); },
      "Subtracted from photographs: one value, or one a channel, as in 0.485,0.456,0.406");
  command.add_option_function<std::string>(
      "--std", [&](const std::string& text) { options.image.std = parse_numbers("--std", text); },
      "Photographs are divided by it: one value, or one a channel");
  command.add_flag("--gray", options.image.gray, "Photographs have one channel");
}

void add_tune_options(CLI::App& command, TuneOptions& options) {
  command.add_option("MODEL", options.model.path, "A file of torch.jit.save");
  add_load_options(command, options.model);
  add_input_options(command, options.inputs, options.args_file, options.input);
  command
      .add_option("--goal", options.goal,
                  "latency: the shortest call; throughput: the most calls a second. Without "
                  "it latency, or throughput where --p99 bounds the latency")
      ->check(CLI::IsMember({"latency", "throughput"}));
  command.add_option("--p99", options.p99, "Of a hundred calls 99 must take no longer, such as 20ms");
  command.add_option("--rate", options.rate,
                     "So many calls a second arrive at random, instead of each caller calling again");
  command.add_option("--max-threads", options.max_threads,
                     "The most threads of a kind to try; without it twice the CPUs, to show what comes of it");
  command.add_option("--batch", options.batch, "Sizes of the first dimension to try, such as 1,4,16");
  command.add_option("--budget", options.budget, "How long to measure, such as 60s or 5m")->capture_default_str();
  command.add_option("--matmul", options.matmul, "Instead of a model: the product of two square matrices of that size");
  command.add_option("--output", options.output_file,
                     "The file of settings to write; without it the model's name with .tune.json, here");
  command.add_option("--report", options.report_file, "A report page to write, an HTML file");
  command.add_flag("--json", options.json, "Print a report as JSON");
}

void add_trace_options(CLI::App& command, TraceCommandOptions& options) {
  add_model_options(command, options.model);
  add_input_options(command, options.inputs, options.args_file, options.input);
  command.add_option("--inference-threads", options.inference_threads, "Threads that call at the same time")
      ->capture_default_str();
  command.add_option("--calls", options.calls, "Calls of each of them")->capture_default_str();
  command.add_option("--warmup", options.warmup, "Calls of each of them before recording")->capture_default_str();
  command.add_option("--buffer", options.megabytes, "Megabytes that each thread may record")->capture_default_str();
  command.add_option("--output", options.output_file, "Write a trace for Perfetto and chrome://tracing (JSON)");
  command.add_option("--report", options.report_file, "Write a page with the timeline and the summary (HTML)");
  command.add_flag("--json", options.json, "Print the summary as JSON");
}

// The arguments in the reverse order that CLI11 wants. It would take "[1, 2]" apart as a list of its own; a blank
// before the bracket, which JSON allows, keeps it whole.
std::vector<std::string> command_line(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i)
    arguments.push_back(argv[i][0] == '[' ? concat(" ", argv[i]) : std::string(argv[i]));
  // Installed under PyTorch's name for it as well.
  const std::string name(argc > 0 ? argv[0] : "");
  if (name.substr(name.rfind('/') + 1) == "parallel_info") arguments.push_back("parallel-info");
  return arguments;
}

int run_command(int argc, char** argv) {
  CLI::App app("Loads TorchScript archives and runs them on CPUs.", "heddle");
  app.require_subcommand(1);
  std::function<ExitCode()> chosen;
  std::vector<std::string> libraries;

  RunOptions run_options;
  CLI::App* run_app = app.add_subcommand("run", "Run a method and print what it returns");
  add_model_options(*run_app, run_options.model);
  add_input_options(*run_app, run_options.inputs, run_options.args_file, run_options.input);
  run_app->add_option("--output", run_options.output_file, "Write the result: .npy .npz .pt .json");
  run_app->add_option("--expect", run_options.expect_file, "Compare the result with a file; exit code 1 if it differs");
  run_app->add_option("--rtol", run_options.tolerance.rtol, "Relative tolerance")->capture_default_str();
  run_app->add_option("--atol", run_options.tolerance.atol, "Absolute tolerance")->capture_default_str();
  run_app->add_flag("--json", run_options.json, "Print a report as JSON");
  add_library_option(*run_app, libraries);
  run_app->callback([&] { chosen = [&] { return run(run_options); }; });

  BenchOptions bench_options;
  CLI::App* bench_app = app.add_subcommand("bench", "Measure latency, throughput, threads and memory");
  add_model_options(*bench_app, bench_options.model);
  add_input_options(*bench_app, bench_options.inputs, bench_options.args_file, bench_options.input);
  bench_app->add_option("--inference-threads", bench_options.inference_threads,
                        "Threads that call at the same time; else those of --config, else 1");
  bench_app->add_option("--duration", bench_options.duration, "Seconds to measure")->capture_default_str();
  bench_app->add_option("--warmup", bench_options.warmup, "Seconds to run before that")->capture_default_str();
  bench_app->add_flag("--json", bench_options.json, "Print a report as JSON");
  bench_app->add_flag("--profile", bench_options.profile,
                      "Tell how long each operator takes, from further calls on one thread");
  add_library_option(*bench_app, libraries);
  bench_app->callback([&] { chosen = [&] { return bench(bench_options); }; });

  TuneOptions tune_options;
  CLI::App* tune_app = app.add_subcommand("tune", "Measure which thread settings suit a model on this machine");
  add_tune_options(*tune_app, tune_options);
  add_library_option(*tune_app, libraries);
  tune_app->callback([&] { chosen = [&] { return tune(tune_options); }; });

  TraceCommandOptions trace_options;
  CLI::App* trace_app = app.add_subcommand("trace", "Draw who ran what on which thread, when");
  add_trace_options(*trace_app, trace_options);
  add_library_option(*trace_app, libraries);
  trace_app->callback([&] { chosen = [&] { return trace(trace_options); }; });

  InspectOptions inspect_options;
  CLI::App* inspect_app = app.add_subcommand("inspect", "Show methods, parameters and operators of a model");
  inspect_app->add_option("MODEL", inspect_options.model.path, "A file of torch.jit.save")->required();
  add_load_limits(*inspect_app, inspect_options.model);
  inspect_app->add_flag("--code", inspect_options.code, "Show the TorchScript source");
  inspect_app->add_flag("--graph", inspect_options.graph, "Show the graphs, as loaded and as optimised");
  inspect_app->add_flag("--plan", inspect_options.plan, "Show the code that runs");
  inspect_app->add_flag("--json", inspect_options.json, "Print a report as JSON");
  add_library_option(*inspect_app, libraries);
  inspect_app->callback([&] { chosen = [&] { return inspect(inspect_options); }; });

  std::string operator_name;
  bool operators_json = false;
  CLI::App* ops_app = app.add_subcommand("ops", "List operators, their schemas and implementations");
  ops_app->add_option("NAME", operator_name, "A part of the operator's name");
  ops_app->add_flag("--json", operators_json, "Print the list as JSON");
  add_library_option(*ops_app, libraries);
  ops_app->callback([&] { chosen = [&] { return list_operators(operator_name, operators_json); }; });

  CLI::App* info_app = app.add_subcommand("parallel-info", "Show the thread settings and where each comes from");
  bool info_json = false;
  info_app->add_flag("--json", info_json, "Print a report as JSON");
  info_app->callback([&] { chosen = [&] { return print_parallel_info(info_json); }; });

  try {
    app.parse(command_line(argc, argv));
  } catch (const CLI::ParseError& failure) {
    // Help ends with 0, everything else is wrong usage.
    return app.exit(failure) == 0 ? kDone : kUsage;
  }
  for (const std::string& library : libraries) {
    try {
      load_library(library);
    } catch (const Error& failure) {
      throw Failure(kUsage, failure.what());
    }
  }
  return chosen();
}

}  // namespace
}  // namespace heddle::cli

int main(int argc, char** argv) {
  using namespace heddle;
  try {
    return cli::run_command(argc, argv);
  } catch (const cli::Failure& failure) {
    std::fprintf(stderr, "heddle: %s\n", failure.what());
    return failure.code();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "heddle: %s\n", failure.what());
    return cli::kModelFailed;
  }
}
