// From graphs to code: structured blocks become jumps, values become registers, names become slots. Called while a
// method is compiled, on one thread.
#pragma once

#include <string>

#include "base/result.h"
#include "code/code.h"
#include "ir/graph.h"

namespace heddle::lower {

// The graph must be verified and return one value (or none: the code then returns None). The result is verified code.
// Callees are left as Callables; whoever runs the code has lowered them too. Errors name what the graph holds that code
// cannot express.
Result<Ref<code::Code>> lower_graph(const ir::Graph& graph, const std::string& function_name);

}  // namespace heddle::lower
