#include <algorithm>

#include "ir/node_budget.h"
#include "ir/verifier.h"
#include "passes/freeze.h"
#include "passes/passes.h"

namespace heddle::passes {

const std::vector<Pass>& all_passes() {
  static const std::vector<Pass> passes = {
#define HEDDLE_PASS(function, name, text) {name, text, &function},
#include "passes/passes.def"
#undef HEDDLE_PASS
  };
  return passes;
}

Status run_pipeline(ir::Graph& graph, const PipelineOptions& options) {
  for (const Pass& pass : all_passes()) {
    if (std::find(options.without.begin(), options.without.end(), pass.name) != options.without.end()) continue;
    HEDDLE_TRY(pass.run(graph));
    HEDDLE_TRY(ir::NodeBudget::check());
    if (pass.run == &inline_calls && options.module) HEDDLE_TRY(freeze_attributes(graph, *options.module));
#ifndef NDEBUG
    Status verdict = ir::verify(graph);
    if (!verdict.ok()) return error(verdict.code(), "after pass ", pass.name, ": ", verdict.message());
#endif
  }
  return ok_status();
}

}  // namespace heddle::passes
