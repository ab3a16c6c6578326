// Operators of the application, which join the operator table while the process runs: OperatorTable::overloads and find
// know them too. They stay to the end of the process. Any thread, also while others look operators up: what overloads()
// gave before stays valid.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "schema/operator_table.h"

namespace heddle::schema {

using CustomFunction = std::function<Status(const Call&)>;

// An error when the name is one of Heddle's own, or the overload is there already.
Status add_custom_operator(FunctionSchema schema, CustomFunction function);
// Empty when the application has registered none of this name.
std::span<const Operator* const> custom_overloads(std::string_view name);
// In the order in which they came.
std::vector<const Operator*> custom_operators();

}  // namespace heddle::schema
