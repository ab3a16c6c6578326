// The syntax tree of one TorchScript source: what lang/parser.h builds, the emitter reads and lang/ast_printer.h
// prints.
#pragma once

#include "base/ref.h"
#include "lang/ast_expr.h"
#include "lang/ast_node.h"
#include "lang/ast_stmt.h"

namespace heddle::lang {

// One source text: statements of the top level in order (imports, classes, functions, and for tests any statement).
struct File {
  Ref<const Source> source;
  Body body;
};

}  // namespace heddle::lang
