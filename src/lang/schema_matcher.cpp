#include "lang/schema_matcher.h"

#include <algorithm>

#include "base/text.h"
#include "lang/conversion.h"
#include "lang/error.h"
#include "lang/type_binding.h"

namespace heddle::lang {
namespace {

using schema::Argument;
using schema::FunctionSchema;

// Why a signature does not take a call, and the argument at fault where there is one.
struct Mismatch {
  std::string reason;
  SourceRange range;
};

// Where one input of the call comes from.
struct Input {
  struct Part {
    const CallArgument* argument;
    Conversion conversion;
  };
  const Argument* parameter = nullptr;
  bool is_default = false;
  TypePtr list;             // set: the parts are gathered into a list of this type; else there is one part
  std::vector<Part> parts;  // empty for a default
};

class Attempt {
 public:
  // mismatch may be null: then failures stay without words, which is much cheaper.
  Attempt(const FunctionSchema& schema, const CallArguments& arguments, bool implicit, Mismatch* mismatch)
      : schema_(schema), arguments_(arguments), implicit_(implicit), mismatch_(mismatch) {}

  bool plan() {
    if (is_never_chosen()) return fail({}, "it is never chosen by a call's types");
    used_keywords_.assign(arguments_.keywords.size(), false);
    for (size_t i = 0; i < schema_.arguments.size(); ++i) {
      if (!plan_parameter(i)) return false;
    }
    if (schema_.is_vararg) {
      for (; next_positional_ < arguments_.positional.size(); ++next_positional_) {
        add_unconverted(arguments_.positional[next_positional_]);
      }
    }
    return check_leftovers() && plan_results();
  }

  Result<MatchedCall> insert(const SourceRange& call, ir::Graph& graph) {
    MatchedCall out;
    for (const Input& input : inputs_) out.inputs.push_back(HEDDLE_TRY(insert_input(input, call, graph)));
    out.results = std::move(results_);
    return out;
  }

 private:
  template <class... P>
  bool fail(const SourceRange& range, const P&... pieces) {
    if (mismatch_) *mismatch_ = {concat(pieces...), range};
    return false;
  }

  // Integers stand for dtypes, so view(dtype) would take every view(1).
  bool is_never_chosen() const { return schema_.name == "aten::view" && schema_.overload == "dtype"; }

  bool plan_parameter(size_t index) {
    const Argument& parameter = schema_.arguments[index];
    if (arguments_.self && !self_used_ && is_self(index)) {
      self_used_ = true;
      return plan_argument(parameter, *arguments_.self);
    }
    if (!parameter.kwarg_only && next_positional_ < arguments_.positional.size()) {
      const CallArgument& argument = arguments_.positional[next_positional_];
      if (implicit_ && gathers_rest(index) && !fits_list(*argument.value->type(), *parameter.type)) {
        return plan_gathered(parameter);
      }
      ++next_positional_;
      return plan_argument(parameter, argument);
    }
    for (size_t i = 0; i < arguments_.keywords.size(); ++i) {
      if (used_keywords_[i] || !is_named(parameter, arguments_.keywords[i].name)) continue;
      used_keywords_[i] = true;
      return plan_argument(parameter, arguments_.keywords[i]);
    }
    if (!parameter.default_value) return fail({}, "argument '", parameter.name, "' is missing");
    inputs_.push_back({.parameter = &parameter, .is_default = true, .list = nullptr, .parts = {}});
    return true;
  }

  // Operators name the tensor they are methods of; methods of classes take their object first, whatever they call it.
  bool is_self(size_t index) const {
    const bool is_operator = schema_.name.find("::") != std::string::npos;
    return is_operator ? schema_.arguments[index].name == "self" : index == 0;
  }

  // PyTorch's Python functions call an operator's "self" "input".
  bool is_named(const Argument& parameter, std::string_view name) const {
    return parameter.name == name ||
           (parameter.name == "self" && name == "input" && schema_.name.starts_with("aten::"));
  }

  // zeros(2, 3) for zeros(int[] size): the last positional parameter is a list and takes what is left. An int[2] does
  // not: a single number is repeated for it.
  bool gathers_rest(size_t index) const {
    const Argument& parameter = schema_.arguments[index];
    const bool is_last = index + 1 == schema_.arguments.size() || schema_.arguments[index + 1].kwarg_only;
    return is_last && parameter.type->is(TypeKind::kList) && !parameter.list_size && !has_variables(*parameter.type) &&
           !arguments_.positional[next_positional_].value->type()->is(TypeKind::kList);
  }

  bool plan_gathered(const Argument& parameter) {
    Input input{.parameter = &parameter, .is_default = false, .list = parameter.type, .parts = {}};
    for (; next_positional_ < arguments_.positional.size(); ++next_positional_) {
      const CallArgument& argument = arguments_.positional[next_positional_];
      Conversion conversion;
      if (!plan_value(parameter, parameter.type->element(), argument, conversion)) return false;
      input.parts.push_back({&argument, std::move(conversion)});
    }
    inputs_.push_back(std::move(input));
    return true;
  }

  bool plan_argument(const Argument& parameter, const CallArgument& argument) {
    Conversion conversion;
    if (!plan_repeated(parameter, argument, conversion) &&
        !plan_value(parameter, parameter.type, argument, conversion)) {
      return false;
    }
    Input input{.parameter = &parameter, .is_default = false, .list = nullptr, .parts = {}};
    input.parts.push_back({&argument, std::move(conversion)});
    inputs_.push_back(std::move(input));
    return true;
  }

  // A number for an int[2] or float[2].
  static bool plan_repeated(const Argument& parameter, const CallArgument& argument, Conversion& out) {
    const TypePtr list = without_none(parameter.type);
    const TypePtr& type = argument.value->type();
    const bool is_number = type->is(TypeKind::kInt) || type->is(TypeKind::kFloat);
    if (!parameter.list_size || !is_number || !list->is(TypeKind::kList) || !same_type(*list->element(), *type)) {
      return false;
    }
    out = {.kind = Conversion::Kind::kRepeat, .type = list, .count = static_cast<size_t>(*parameter.list_size)};
    return true;
  }

  bool plan_value(const Argument& parameter, const TypePtr& formal, const CallArgument& argument, Conversion& out) {
    const TypePtr& actual = argument.value->type();
    std::string why;
    if (!binding_.match(formal, actual, mismatch_ ? &why : nullptr)) {
      return fail(argument.range, "argument '", parameter.name, "' does not fit: ", why);
    }
    const TypePtr wanted = binding_.substitute(formal);
    if (!wanted) {
      return fail(argument.range, "argument '", parameter.name, "' does not tell what ", formal->to_text(), " is");
    }
    out = plan_conversion(actual, argument.value, wanted, implicit_);
    if (is_subtype(*out.type, *wanted)) return true;
    return mismatch_ && fail(argument.range, "argument '", parameter.name, "' must be ", wanted->to_text(), " but is ",
                             actual->to_text(), hint(*actual, *wanted));
  }

  static std::string_view hint(const Type& actual, const Type& wanted) {
    const bool both_lists = actual.is(TypeKind::kList) && wanted.is(TypeKind::kList);
    if (both_lists && actual.element()->is(TypeKind::kTensor)) {
      return " (an empty list holds tensors unless its type is annotated)";
    }
    if (actual.is(TypeKind::kOptional) && is_subtype(*actual.element(), wanted)) {
      return " (compare it with None first)";
    }
    return "";
  }

  void add_unconverted(const CallArgument& argument) {
    Conversion conversion;
    conversion.type = argument.value->type();
    Input input;
    input.parts.push_back({&argument, std::move(conversion)});
    inputs_.push_back(std::move(input));
  }

  bool check_leftovers() {
    if (arguments_.self && !self_used_) {
      return fail(arguments_.self->range, "it is no method: no parameter is called 'self'");
    }
    if (next_positional_ < arguments_.positional.size()) {
      return fail(arguments_.positional[next_positional_].range, "takes at most ", next_positional_,
                  " positional arguments but ", arguments_.positional.size(), " are given");
    }
    for (size_t i = 0; i < used_keywords_.size(); ++i) {
      if (used_keywords_[i]) continue;
      const CallArgument& keyword = arguments_.keywords[i];
      const bool known = std::any_of(schema_.arguments.begin(), schema_.arguments.end(),
                                     [&](const Argument& a) { return is_named(a, keyword.name); });
      return known ? fail(keyword.range, "argument '", keyword.name, "' is given twice")
                   : fail(keyword.range, "there is no argument '", keyword.name, "'");
    }
    return true;
  }

  bool plan_results() {
    for (const Argument& result : schema_.returns) {
      TypePtr type = binding_.substitute(result.type);
      if (!type) return fail({}, "the arguments do not tell what ", result.type->to_text(), " is in the result");
      results_.push_back(std::move(type));
    }
    return true;
  }

  static Result<ir::Value*> insert_input(const Input& input, const SourceRange& call, ir::Graph& graph) {
    if (input.is_default) {
      const IValue& value = *input.parameter->default_value;
      const bool own_type = value.is_none() || has_variables(*input.parameter->type);
      return graph.insert_constant(value, call, own_type ? nullptr : without_none(input.parameter->type));
    }
    std::vector<ir::Value*> values;
    for (const Input::Part& part : input.parts) {
      values.push_back(
          HEDDLE_TRY(insert_conversion(part.conversion, part.argument->value, part.argument->range, graph)));
    }
    return input.list ? insert_list(values, input.list, call, graph) : values[0];
  }

  const FunctionSchema& schema_;
  const CallArguments& arguments_;
  const bool implicit_;
  Mismatch* const mismatch_;
  TypeBinding binding_;
  std::vector<Input> inputs_;
  std::vector<TypePtr> results_;
  size_t next_positional_ = 0;
  bool self_used_ = false;
  std::vector<bool> used_keywords_;
};

}  // namespace

Result<MatchedCall> match_call(const FunctionSchema& schema, const CallArguments& arguments, const SourceRange& call,
                               ir::Graph& graph) {
  Mismatch mismatch;
  Attempt attempt(schema, arguments, true, &mismatch);
  if (attempt.plan()) return attempt.insert(call, graph);
  return error_at(mismatch.range.known() ? mismatch.range : call, "the call does not fit ", schema.to_text(), ": ",
                  mismatch.reason);
}

Result<MatchedCall> match_overloads(std::string_view name, std::span<const FunctionSchema* const> candidates,
                                    const CallArguments& arguments, const SourceRange& call, ir::Graph& graph) {
  // One candidate needs no first round, and its message can point at the argument.
  if (candidates.size() == 1) return match_call(*candidates[0], arguments, call, graph);
  for (const bool implicit : {false, true}) {
    for (size_t i = 0; i < candidates.size(); ++i) {
      Attempt attempt(*candidates[i], arguments, implicit, nullptr);
      if (!attempt.plan()) continue;
      MatchedCall matched = HEDDLE_TRY(attempt.insert(call, graph));
      matched.overload = i;
      return matched;
    }
  }
  std::string variants;
  for (const FunctionSchema* candidate : candidates) {
    Mismatch mismatch;
    Attempt(*candidate, arguments, true, &mismatch).plan();
    variants += concat("\n  ", candidate->to_text(), "\n    ", mismatch.reason);
  }
  return error_at(call, "Arguments for call are not valid: no variant of ", name, " takes them.\n",
                  "The following variants are available:", variants, "\nThe original call is");
}

Result<ir::Value*> convert_implicitly(ir::Value* value, const TypePtr& type, const SourceRange& range,
                                      ir::Graph& graph) {
  const Conversion conversion = plan_conversion(value->type(), value, type, true);
  // Half-way conversions of a tuple whose other elements do not fit would only hide what was written.
  if (!is_subtype(*conversion.type, *type)) return value;
  return insert_conversion(conversion, value, range, graph);
}

}  // namespace heddle::lang
