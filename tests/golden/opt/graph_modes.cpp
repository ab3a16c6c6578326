// Modes of graphs as text: what reads them, verifies them and changes them.
#include <algorithm>

#include "base/text.h"
#include "functions.h"
#include "ir/parser.h"
#include "ir/printer.h"
#include "ir/verifier.h"
#include "modes.h"
#include "passes/passes.h"

namespace heddle::opt {

Result<std::string> print_twice(const ir::Graph& graph, const ir::CompilationUnit* unit) {
  std::vector<IValue> constants;
  const std::string first = ir::to_text(graph, {}, &constants);
  const std::unique_ptr<ir::Graph> again = HEDDLE_TRY(ir::parse_graph(first, unit, constants));
  HEDDLE_TRY(ir::verify(*again));
  const std::string second = ir::to_text(*again, {}, &constants);
  HEDDLE_REQUIRE(constants.empty() ? first == second : first.size() == second.size(),
                 "the printed text prints differently again:\n", first, "and then:\n", second);
  return ir::to_text(graph);
}

Result<std::string> run_graph(Ref<const Source> input, std::string_view) {
  const Ref<ir::CompilationUnit> unit = HEDDLE_TRY(read_functions(input->text()));
  return print_twice(*unit->functions().back()->graph, unit.get());
}

Result<std::string> run_passes(Ref<const Source> input, std::string_view option) {
  const Ref<ir::CompilationUnit> unit = HEDDLE_TRY(read_functions(input->text()));
  ir::Graph& graph = *unit->functions().back()->graph;
  const std::vector<std::string_view> wanted = option.empty() ? std::vector<std::string_view>() : split(option, ',');
  for (const std::string_view name : wanted) {
    const auto is_it = [&](const passes::Pass& pass) { return pass.name == name; };
    HEDDLE_REQUIRE(std::any_of(passes::all_passes().begin(), passes::all_passes().end(), is_it), "there is no pass ",
                   quoted(name));
  }
  for (const passes::Pass& pass : passes::all_passes()) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), pass.name) == wanted.end()) continue;
    HEDDLE_TRY(pass.run(graph));
    HEDDLE_TRY(ir::verify(graph));
  }
  return ir::to_text(graph);
}

}  // namespace heddle::opt
