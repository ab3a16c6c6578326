// From what a caller gives to what a function takes: order, keywords, defaults, types. Called once a run on the
// caller's thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "core/ivalue.h"
#include "schema/function_schema.h"

namespace heddle::program {

// One value per parameter of the schema. `self`, when given, is its first. Errors (kType) are worded as PyTorch's: too
// many or missing arguments, unknown or repeated keywords, and values of the wrong type, each with the declaration.
// `convert`: RunOptions' member.
Result<std::vector<IValue>> bind_arguments(const schema::FunctionSchema& schema, const IValue* self,
                                           std::vector<IValue> positional,
                                           const std::vector<std::pair<std::string, IValue>>& keywords, bool convert);

// The value as the type: itself, or a copy with other element types where a caller's list or dict was made without
// knowing them; int to float where float is asked for. False when it does not fit.
bool adapt_value(IValue& value, const TypePtr& type);

}  // namespace heddle::program
