// Operators that PyTorch defines through others: a number on the left of a tensor ("2 * x"), "//" of tensors. They are
// overloads that are tried after the operator table's own and expand to calls of other operators. Used by
// emit_operator_call; one thread per graph.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "ir/graph.h"
#include "schema/function_schema.h"

namespace heddle::lang {

struct BuiltinFunction {
  schema::FunctionSchema schema;
  // Inserts the expansion; inputs are the matched ones.
  Result<ir::Value*> (*expand)(std::span<ir::Value* const> inputs, const SourceRange& call, ir::Graph& graph);
};

// The definitions under an operator's name, in the order they are tried; none for most. "aten::mul"
std::span<const BuiltinFunction> builtin_functions(std::string_view name);

}  // namespace heddle::lang
