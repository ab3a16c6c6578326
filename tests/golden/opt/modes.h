// What heddle-opt can do to its input: one function a mode, one row in modes.cpp. heddle-opt is a tool of the tests: it
// runs one stage of the compiler on text and prints what came out.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/ref.h"
#include "base/result.h"
#include "base/source.h"
#include "ir/function.h"

namespace heddle::opt {

struct Mode {
  std::string_view flag;
  std::string_view help;
  // `option` is what stands behind "=" in "--flag=option", else empty. The result is printed; a failure's message goes
  // to standard error.
  Result<std::string> (*run)(Ref<const Source> input, std::string_view option);
};

std::span<const Mode> modes();

// Installs the operators of the product, once a process.
Status install_operators();

// The graph as it prints; fails if that text, read again, is another graph.
Result<std::string> print_twice(const ir::Graph& graph, const ir::CompilationUnit* unit);

Result<std::string> run_tokens(Ref<const Source> input, std::string_view option);
Result<std::string> run_parse(Ref<const Source> input, std::string_view option);
Result<std::string> run_emit(Ref<const Source> input, std::string_view option);
Result<std::string> run_import(Ref<const Source> input, std::string_view option);
Result<std::string> run_run(Ref<const Source> input, std::string_view option);
Result<std::string> run_types(Ref<const Source> input, std::string_view option);
Result<std::string> run_match(Ref<const Source> input, std::string_view option);
Result<std::string> run_graph(Ref<const Source> input, std::string_view option);
Result<std::string> run_passes(Ref<const Source> input, std::string_view option);
Result<std::string> run_lower(Ref<const Source> input, std::string_view option);
Result<std::string> run_execute(Ref<const Source> input, std::string_view option);

}  // namespace heddle::opt
