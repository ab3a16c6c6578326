// The table of all operators of src/ops. program installs it (schema/operator_table.h) before anything is compiled;
// tests do too.
#pragma once

#include <memory>

#include "base/result.h"
#include "schema/operator_table.h"

namespace heddle::ops {

// Calls every HEDDLE_OPERATORS family; written by the build (cmake/heddle_operators.cmake).
void register_all_operators(schema::TableBuilder& table);
// A new table of them all. Fails only on a programming error, which its message names.
Result<std::unique_ptr<const schema::OperatorTable>> build_operator_table();

}  // namespace heddle::ops
