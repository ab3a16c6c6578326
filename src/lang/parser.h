// Text to syntax tree. Called by the emitter and by `heddle-opt`; keeps no state, so any thread may parse.
// Every failure is kSyntax and shows file, line and source text; nesting deeper than kMaxDepth fails so.
#pragma once

#include <memory>

#include "base/ref.h"
#include "base/result.h"
#include "base/source.h"
#include "lang/ast.h"

namespace heddle::lang {

// A whole file, either a `code/**.py` of an archive or what a person writes for torch.jit.CompilationUnit.
Result<std::unique_ptr<File>> parse_file(Ref<const Source> source);
// One expression and nothing after it: a type string such as "Dict[str, Tensor]", a default value.
Result<ExprPtr> parse_expression(Ref<const Source> source);

}  // namespace heddle::lang
