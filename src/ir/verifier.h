// Checks that a graph obeys the rules of the IR. Run after the emitter and after each pass in debug builds and tests.
#pragma once

#include "base/result.h"
#include "ir/graph.h"

namespace heddle::ir {

// kSyntax error naming the first broken rule and the node: definitions before uses and visible to them, uses in step
// with inputs, shapes of If and Loop, argument and result counts and types of operators, outputs that fit the
// attribute.
Status verify(const Graph& graph);

}  // namespace heddle::ir
