#include "modes.h"

#include "ops/operators.h"
#include "schema/operator_table.h"

namespace heddle::opt {

Status install_operators() {
  static bool installed = false;
  if (!installed) schema::install_operators(HEDDLE_TRY(ops::build_operator_table()));
  installed = true;
  return ok_status();
}

std::span<const Mode> modes() {
  static constexpr Mode kModes[] = {
      {"--tokens", "the tokens of a source, one a line", run_tokens},
      {"--parse", "a source as its syntax tree prints; fails if that text does not print itself again", run_parse},
      {"--emit", "the graphs of functions and classes that a person writes", run_emit},
      {"--import", "the graphs of an archive's code, its files parted by lines '# FILE: __torch__.a'", run_import},
      {"--run", "what main() of source that a person writes returns or raises", run_run},
      {"--types", "the types that the lines mean", run_types},
      {"--match", "which operators the calls make of the schemas", run_match},
      {"--graph", "the last of several graphs as it prints; fails if that text does not print itself again", run_graph},
      {"--passes", "the last of several functions, given as graphs, after all passes or those behind '='", run_passes},
      {"--lower", "the code of the last of several functions, given as graphs", run_lower},
      {"--execute", "what the last of several functions, given as graphs, returns or raises", run_execute},
  };
  return kModes;
}

}  // namespace heddle::opt
