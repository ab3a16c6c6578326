// Syntax tree to source: every operand of an operator that is no plain value stands in parentheses, so goldens show how
// text was read. The text parses back to the same tree and prints the same again. Pure functions, any thread.
#pragma once

#include <string>

#include "lang/ast.h"

namespace heddle::lang {

std::string to_text(const File& file);
// With its line end and its blocks.
std::string to_text(const Stmt& statement);
std::string to_text(const Expr& expression);

}  // namespace heddle::lang
