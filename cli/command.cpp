#include "cli/command.h"

#include <algorithm>
#include <chrono>

#include "cli/adapt.h"
#include "heddle/parallel.h"

namespace heddle::cli {
namespace {

std::string signature(const jit::Method& method) { return concat("the method is ", method.schema()); }

// "argument 2 ('x')"
std::string argument_label(const jit::Method& method, size_t i) {
  return concat("argument ", i + 1, " ('", method.argument_name(i), "')");
}

void fit(IValue& value, const jit::Method& method, size_t i) {
  const TypePtr type = method.argument_type(i);
  value = adapt_to_type(value, type);
  if (value_is(value, *type)) return;
  throw Failure(kUsage, concat(argument_label(method, i), " is ", value.type_text(), ", expected ", type->to_text(),
                               "; ", signature(method)));
}

size_t find_parameter(const jit::Method& method, const std::string& name) {
  for (size_t i = 0; i < method.argument_count(); ++i) {
    if (method.argument_name(i) == name) return i;
  }
  throw Failure(kUsage, concat("there is no parameter '", name, "'; ", signature(method)));
}

void fit_all(CallArguments& arguments, const jit::Method& method) {
  const size_t most = method.argument_count();
  const size_t given = arguments.positional.size();
  if (given > most || given + arguments.keyword.size() < method.required_argument_count()) {
    const size_t least = method.required_argument_count();
    const std::string range = least == most ? concat(most) : concat(least, " to ", most);
    throw Failure(kUsage, concat(given + arguments.keyword.size(), " arguments given, ", range, " expected; ",
                                 signature(method)));
  }
  for (size_t i = 0; i < given; ++i) fit(arguments.positional[i], method, i);
  for (auto& [name, value] : arguments.keyword) fit(value, method, find_parameter(method, name));
}

}  // namespace

ThreadConfig apply_threads(const ModelOptions& options) {
  ThreadConfig config;
  try {
    if (!options.config.empty()) config = apply_thread_config(options.config);
    if (options.threads) set_num_threads(*options.threads);
    if (options.interop_threads) set_num_interop_threads(*options.interop_threads);
  } catch (const Error& failure) {
    throw Failure(kUsage, failure.what());
  }
  return config;
}

jit::RunOptions run_options(const ModelOptions& options) {
  jit::RunOptions run;
  if (options.timeout > 0) {
    run.deadline = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                          std::chrono::duration<double>(options.timeout));
  }
  run.memory_limit = options.memory_limit;
  if (options.recursion_limit) run.recursion_limit = *options.recursion_limit;
  if (options.fork_limit) run.fork_limit = *options.fork_limit;
  return run;
}

jit::Module load_model(const ModelOptions& options) {
  jit::LoadOptions load;
  try {
    if (!options.policy.empty()) load.policy = jit::OperatorPolicy::read(options.policy);
  } catch (const Error& failure) {
    throw Failure(kUsage, failure.what());
  }
  if (options.setstate == "refuse") load.setstate = jit::SetState::kRefuse;
  if (options.setstate == "run") load.setstate = jit::SetState::kRun;
  try {
    load.optimize = options.optimize;
    load.strict = options.strict;
    load.limits = options.limits;
    return jit::load(options.path, load);
  } catch (const Error& failure) {
    throw Failure(kCannotLoad, failure.what());
  }
}

jit::Method find_method(const jit::Module& module, const ModelOptions& options) {
  try {
    return module.get_method(options.method);
  } catch (const Error& failure) {
    throw Failure(kUsage, failure.what());
  }
}

CallArguments read_arguments(const jit::Method& method, const std::vector<std::string>& inputs,
                             const std::string& args_file, const InputOptions& options) {
  if (!args_file.empty() && !inputs.empty()) throw Failure(kUsage, "give inputs or --args, not both");
  CallArguments arguments;
  if (!args_file.empty()) {
    arguments = value_or_fail(InputReader::read_all(args_file));
  } else {
    InputReader reader(options);
    for (const std::string& input : inputs) arguments.positional.push_back(value_or_fail(reader.read(input)));
  }
  fit_all(arguments, method);
  return arguments;
}

IValue call(const jit::Method& method, const CallArguments& arguments, const jit::RunOptions& options) {
  try {
    IValue result = method(arguments.positional, arguments.keyword, options);
    // A model may return futures of futures.
    while (result.is_future()) {
      result = jit::Future(Ref<FutureValue>::share(&result.as_future())).wait();
    }
    return result;
  } catch (const Error& failure) {
    throw Failure(kModelFailed, failure.what());
  }
}

}  // namespace heddle::cli
