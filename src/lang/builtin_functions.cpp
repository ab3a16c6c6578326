#include "lang/builtin_functions.h"

#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "lang/schema_matcher.h"

namespace heddle::lang {
namespace {

using Values = std::span<ir::Value* const>;

Result<ir::Value*> call_operator(std::string_view name, Values inputs, const SourceRange& call, ir::Graph& graph) {
  CallArguments arguments;
  for (ir::Value* input : inputs) arguments.positional.push_back({input, call, {}});
  return emit_operator_call(name, arguments, call, graph);
}

struct Name {
  char text[24];
};

// op(number, tensor) as other(tensor, number).
template <Name other>
Result<ir::Value*> swapped(Values in, const SourceRange& call, ir::Graph& graph) {
  ir::Value* const inputs[] = {in[1], in[0]};
  return call_operator(other.text, inputs, call, graph);
}

// op(number, tensor) as other(prepare(tensor), number).
template <Name prepare, Name other>
Result<ir::Value*> prepared(Values in, const SourceRange& call, ir::Graph& graph) {
  ir::Value* const inputs[] = {HEDDLE_TRY(call_operator(prepare.text, in.subspan(1), call, graph)), in[0]};
  return call_operator(other.text, inputs, call, graph);
}

template <Name other>
Result<ir::Value*> renamed(Values in, const SourceRange& call, ir::Graph& graph) {
  return call_operator(other.text, in, call, graph);
}

schema::FunctionSchema make_schema(std::string_view name, const TypePtr& a, const TypePtr& b) {
  schema::FunctionSchema out;
  out.name = name;
  const auto argument = [](std::string text, const TypePtr& type) {
    schema::Argument made;
    made.name = std::move(text);
    made.type = type;
    return made;
  };
  out.arguments = {argument("a", a), argument("b", b)};
  out.returns = {argument("", types::tensor())};
  return out;
}

}  // namespace

std::span<const BuiltinFunction> builtin_functions(std::string_view name) {
  static const auto* table = [] {
    auto* made = new std::map<std::string, std::vector<BuiltinFunction>, std::less<>>;
    const auto add = [made](const char* op, const TypePtr& a, const TypePtr& b, auto expand) {
      (*made)[op].push_back({make_schema(op, a, b), expand});
    };
    const TypePtr& number = types::number();
    const TypePtr& tensor = types::tensor();
    add("aten::add", number, tensor, swapped<Name{"aten::add"}>);
    add("aten::mul", number, tensor, swapped<Name{"aten::mul"}>);
    add("aten::sub", number, tensor, prepared<Name{"aten::neg"}, Name{"aten::add"}>);
    add("aten::div", number, tensor, prepared<Name{"aten::reciprocal"}, Name{"aten::mul"}>);
    add("aten::floordiv", tensor, number, renamed<Name{"aten::floor_divide"}>);
    add("aten::floordiv", tensor, tensor, renamed<Name{"aten::floor_divide"}>);
    add("aten::eq", number, tensor, swapped<Name{"aten::eq"}>);
    add("aten::ne", number, tensor, swapped<Name{"aten::ne"}>);
    add("aten::lt", number, tensor, swapped<Name{"aten::gt"}>);
    add("aten::le", number, tensor, swapped<Name{"aten::ge"}>);
    add("aten::gt", number, tensor, swapped<Name{"aten::lt"}>);
    add("aten::ge", number, tensor, swapped<Name{"aten::le"}>);
    return made;
  }();
  const auto found = table->find(name);
  if (found == table->end()) return {};
  return found->second;
}

}  // namespace heddle::lang
