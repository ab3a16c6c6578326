// Which names statements assign: what a loop must carry from one turn to the next.
#pragma once

#include <string_view>
#include <vector>

#include "lang/ast.h"

namespace heddle::lang {

// Each name once, in the order of the text; the views live as long as the tree. Functions nested in the body assign
// names of their own.
std::vector<std::string_view> assigned_names(const Body& body);
// The names in the target of an assignment or a for.
std::vector<std::string_view> assigned_names(const Expr& target);

}  // namespace heddle::lang
