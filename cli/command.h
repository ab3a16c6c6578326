// What the commands share: exit codes, failures, loading a model, giving it its arguments. One thread.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "cli/input.h"
#include "heddle/jit.h"
#include "heddle/thread_config.h"

namespace heddle::cli {

enum ExitCode {
  kDone = 0,
  kDiffers = 1,        // --expect differs
  kUsage = 2,          // wrong options or inputs
  kCannotLoad = 3,     // the model cannot be loaded
  kModelFailed = 4,    // the model raised an error
  kInterrupted = 130,  // Ctrl-C; what was measured until then has been written
};

// Ends the command with that exit code and message.
class Failure : public std::runtime_error {
 public:
  Failure(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

// The value, or a Failure with the status's message.
template <class T>
T value_or_fail(Result<T> result, ExitCode code = kUsage) {
  if (!result.ok()) throw Failure(code, result.status().message());
  return std::move(result).value();
}

// Options that every command on a model has.
struct ModelOptions {
  std::string path;
  std::string method = "forward";
  std::optional<int> threads;
  std::optional<int> interop_threads;
  std::string config;  // a file of thread settings; the options above win over it
  bool optimize = true;
  bool strict = false;
  LoadLimits limits;
  std::string policy;    // a file, or "conservative"; empty: none
  std::string setstate;  // "pure", "refuse" or "run"; empty: the default
  double timeout = 0;    // seconds of a call; 0: any
  uint64_t memory_limit = 0;
  std::optional<uint64_t> recursion_limit;
  std::optional<uint64_t> fork_limit;
};

// Sets the thread counts asked for, those of the file first; returns what the file has. Failure kUsage where they make
// no sense.
ThreadConfig apply_threads(const ModelOptions& options);
// Of one call, which begins now.
jit::RunOptions run_options(const ModelOptions& options);
// Failure kCannotLoad; kUsage for a policy that cannot be read.
jit::Module load_model(const ModelOptions& options);
// Failure kUsage, naming the methods there are.
jit::Method find_method(const jit::Module& module, const ModelOptions& options);

// Reads the inputs (or the file of --args, where given) and fits them to the method's parameters. Failure kUsage where
// a text is not understood, and where count, names or types are not what the method takes.
CallArguments read_arguments(const jit::Method& method, const std::vector<std::string>& inputs,
                             const std::string& args_file, const InputOptions& options);

// Runs the method, and waits where it returns a Future. Failure kModelFailed.
IValue call(const jit::Method& method, const CallArguments& arguments, const jit::RunOptions& options = {});

}  // namespace heddle::cli
