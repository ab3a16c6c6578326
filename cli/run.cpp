#include "cli/run.h"

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/result_file.h"
#include "heddle/parallel.h"

namespace heddle::cli {
namespace {

constexpr size_t kShownDifferences = 20;

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

void print_line(const std::string& text) { std::printf("%s\n", text.c_str()); }

void print_comparison(const Comparison& comparison, const RunOptions& options) {
  if (comparison.equal()) {
    print_line(concat("agrees with ", options.expect_file, ": ", comparison.compared,
                      " numbers compared, largest difference ", comparison.largest));
    return;
  }
  std::fprintf(stderr, "differs from %s (rtol %g, atol %g), largest difference %g\n", options.expect_file.c_str(),
               options.tolerance.rtol, options.tolerance.atol, comparison.largest);
  for (size_t i = 0; i < comparison.differences.size() && i < kShownDifferences; ++i) {
    std::fprintf(stderr, "  %s\n", comparison.differences[i].c_str());
  }
  if (comparison.differences.size() > kShownDifferences) {
    std::fprintf(stderr, "  and %zu more\n", comparison.differences.size() - kShownDifferences);
  }
}

Json report_of(const Comparison& comparison) {
  return {{"equal", comparison.equal()},
          {"compared", comparison.compared},
          {"largest_difference", comparison.largest},
          {"differences", comparison.differences}};
}

}  // namespace

ExitCode run(const RunOptions& options) {
  apply_threads(options.model);
  const auto load_start = std::chrono::steady_clock::now();
  const jit::Module module = load_model(options.model);
  const double load_ms = milliseconds_since(load_start);
  const jit::Method method = find_method(module, options.model);
  const CallArguments arguments = read_arguments(method, options.inputs, options.args_file, options.input);
  // A file that cannot be read is found out before the model works for nothing.
  std::optional<Expectation> expectation;
  if (!options.expect_file.empty()) expectation = value_or_fail(Expectation::read(options.expect_file));

  const auto run_start = std::chrono::steady_clock::now();
  const IValue result = call(method, arguments, run_options(options.model));
  const double run_ms = milliseconds_since(run_start);

  if (!options.output_file.empty()) {
    const Status written = write_result(options.output_file, result);
    if (!written.ok()) throw Failure(kUsage, written.message());
  }
  std::optional<Comparison> comparison;
  if (expectation) comparison = expectation->compare_with(result, options.tolerance);

  if (options.json) {
    Json report = {{"model", options.model.path},
                   {"method", method.name()},
                   {"load_ms", load_ms},
                   {"run_ms", run_ms},
                   {"output", to_json(result)},
                   {"config", {{"threads", get_num_threads()}, {"interop_threads", get_num_interop_threads()}}}};
    if (comparison) report["expect"] = report_of(*comparison);
    print_line(report.dump(-1, ' ', false, Json::error_handler_t::replace));
  } else {
    if (!comparison && options.output_file.empty()) print_line(repr_text(result));
    if (comparison) print_comparison(*comparison, options);
  }
  return comparison && !comparison->equal() ? kDiffers : kDone;
}

}  // namespace heddle::cli
