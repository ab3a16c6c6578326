#include "modes.h"

namespace heddle::opt {

std::span<const Mode> modes() {
  static constexpr Mode kModes[] = {
      {"--tokens", "the tokens of a source, one a line", run_tokens},
      {"--parse", "a source as its syntax tree prints; fails if that text does not print itself again", run_parse},
      {"--types", "the types that the lines mean", run_types},
      {"--match", "which operators the calls make of the schemas", run_match},
      {"--lower", "the code of the last of several functions, given as graphs", run_lower},
      {"--execute", "what the last of several functions, given as graphs, returns or raises", run_execute},
  };
  return kModes;
}

}  // namespace heddle::opt
