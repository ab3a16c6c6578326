// Graph to graph: each pass keeps what a program can see (values, aliasing, in-place effects, errors). They run while a
// method is compiled, on a graph that nobody else holds. A pass is one file and one row of passes.def.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "ir/graph.h"

namespace heddle::passes {

#define HEDDLE_PASS(function, name, text) Status function(ir::Graph& graph);
#include "passes/passes.def"
#undef HEDDLE_PASS

class FrozenModule;

struct Pass {
  std::string_view name;
  std::string_view description;
  Status (*run)(ir::Graph& graph);
};
const std::vector<Pass>& all_passes();

struct PipelineOptions {
  // Names of passes to leave out; for tests and for finding a faulty pass. inline cannot be left out of need: uninlined
  // calls run too.
  std::vector<std::string_view> without;
  // The object the graph is specialised to: "freeze" runs behind "inline". Null: none.
  FrozenModule* module = nullptr;
};

// Runs all passes in order; in debug builds the verifier looks at the graph after each.
Status run_pipeline(ir::Graph& graph, const PipelineOptions& options = {});

}  // namespace heddle::passes
