// Calls to signatures: which overload takes these arguments, and what must be converted for it. Called by the emitter
// for operators, functions, methods and constructors. Follows PyTorch: overloads are tried in the order of their
// declaration, all of them without implicit conversions first and with them second. Matching changes nothing; only the
// winner's conversions, constants and lists are inserted, at the graph's insert point. One thread per graph.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/source.h"
#include "core/type.h"
#include "ir/graph.h"
#include "schema/function_schema.h"

namespace heddle::lang {

struct CallArgument {
  ir::Value* value;
  SourceRange range;
  std::string name;  // of a keyword argument; empty for a positional one
};

struct CallArguments {
  // x.where(c, y): the receiver, which takes the place of the parameter called "self" wherever that stands.
  std::optional<CallArgument> self;
  std::vector<CallArgument> positional;
  std::vector<CallArgument> keywords;
};

struct MatchedCall {
  size_t overload = 0;             // index into the candidates
  std::vector<ir::Value*> inputs;  // one per parameter in order, defaults filled in; of a vararg schema any number
  std::vector<TypePtr> results;    // one per return, type variables replaced
};

// The one signature there is; kSyntax says what does not fit and shows the call.
Result<MatchedCall> match_call(const schema::FunctionSchema& schema, const CallArguments& arguments,
                               const SourceRange& call, ir::Graph& graph);
// The first of several that fits; otherwise kSyntax "Arguments for call are not valid", every candidate and its reason.
// `name` is what the source calls it. Candidates must not be empty.
Result<MatchedCall> match_overloads(std::string_view name, std::span<const schema::FunctionSchema* const> candidates,
                                    const CallArguments& arguments, const SourceRange& call, ir::Graph& graph);

// An overload that stands for the operator table's of the same name and overload; `expand` inserts what it does to the
// matched inputs.
struct OldOverload {
  schema::FunctionSchema schema;
  std::function<Result<ir::Value*>(std::span<ir::Value* const> inputs)> expand;
};

// Matches against schema::operators() and inserts the operator's node. The result is its output, a tuple of its outputs
// when it has several, a None constant when it has none. kNotFound when the table has no operator of this name.
Result<ir::Value*> emit_operator_call(std::string_view name, const CallArguments& arguments, const SourceRange& call,
                                      ir::Graph& graph, std::span<const OldOverload> old = {});

// The value as the type asked for by a parameter, annotation or return: itself when it already fits or when no implicit
// conversion leads there (the caller then reports with is_subtype), else the converted value. `type` holds no
// variables.
Result<ir::Value*> convert_implicitly(ir::Value* value, const TypePtr& type, const SourceRange& range,
                                      ir::Graph& graph);

}  // namespace heddle::lang
