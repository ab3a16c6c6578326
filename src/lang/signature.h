// A function's header as a schema. Used where functions, methods and interfaces are defined.
#pragma once

#include "lang/ast.h"
#include "lang/resolver.h"
#include "schema/function_schema.h"

namespace heddle::lang {

// Parameters without annotation are Tensors; a first one without it is of `self_type` where that is given. A header
// that does not say what the function returns gives a schema without returns.
Result<schema::FunctionSchema> read_signature(const FunctionDef& definition, const std::string& qualified_name,
                                              const TypePtr& self_type, Resolver& resolver);

// The value of an expression that is known while compiling (a default, a Final attribute), converted to the type.
Result<IValue> evaluate_constant(const Expr& expr, const TypePtr& type, Resolver& resolver);

}  // namespace heddle::lang
