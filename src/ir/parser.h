// Reads the text that ir/printer.h writes. For golden tests and tools: graphs are otherwise made by the emitter. Any
// thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ir/function.h"
#include "ir/graph.h"

namespace heddle::ir {

// Operators are looked up in schema::operators(), classes and functions in `unit` (may be null), "constant#N" in
// `constants`. kSyntax names the line and what was expected there. The graph has passed no verifier.
Result<std::unique_ptr<Graph>> parse_graph(std::string_view text, const CompilationUnit* unit = nullptr,
                                           const std::vector<IValue>& constants = {});
// A type as it prints: "Dict[str, List[Tensor]]".
Result<TypePtr> parse_type(std::string_view text, const CompilationUnit* unit = nullptr);

}  // namespace heddle::ir
