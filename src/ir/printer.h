// Graphs as text, in the notation PyTorch users know from `module.graph`. What prints also parses back (ir/parser.h),
// except that constants that are no literals (tensors, objects) print as "constant#N" and travel beside the text.
#pragma once

#include <string>
#include <vector>

#include "ir/graph.h"

namespace heddle::ir {

struct PrintOptions {
  bool with_places = false;  // append "# file:line" to each node
};

// Numbers values in order of appearance. Values that have no literal form are appended to `constants` when given.
std::string to_text(const Graph& graph, const PrintOptions& options = {}, std::vector<IValue>* constants = nullptr);
// One node on one line, without its blocks: for messages.
std::string to_text(const Node& node);

}  // namespace heddle::ir
