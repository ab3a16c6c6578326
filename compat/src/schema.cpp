#include "compat/src/schema.h"

#include "compat/src/face.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN
namespace {
c10::Argument argument_of(const heddle::schema::Argument& argument) {
  c10::optional<c10::IValue> default_value;
  if (argument.default_value) default_value = out(*argument.default_value);
  c10::optional<int32_t> size;
  if (argument.list_size) size = static_cast<int32_t>(*argument.list_size);
  return c10::Argument(argument.name, out(argument.type), size, std::move(default_value), argument.kwarg_only);
}
}  // namespace

c10::FunctionSchema schema_of(const heddle::schema::FunctionSchema& schema) {
  std::vector<c10::Argument> arguments;
  std::vector<c10::Argument> returns;
  for (const auto& argument : schema.arguments) arguments.push_back(argument_of(argument));
  for (const auto& result : schema.returns) returns.push_back(argument_of(result));
  // Methods are known by their own name, operators with their namespace.
  const bool is_operator = schema.name.find("::") != std::string::npos;
  const std::string name = is_operator ? schema.name : schema.name.substr(schema.name.rfind('.') + 1);
  std::string text = schema.to_text();
  text = (is_operator ? text.substr(0, text.find('(')) : name) + text.substr(text.find('('));
  return c10::FunctionSchema(name, schema.overload, std::move(arguments), std::move(returns), std::move(text));
}

HEDDLE_TORCH_END
}  // namespace heddle_torch

namespace c10 {
HEDDLE_TORCH_BEGIN
std::ostream& operator<<(std::ostream& out, const Argument& argument) {
  out << *argument.type() << " " << argument.name();
  if (argument.default_value()) out << "=" << *argument.default_value();
  return out;
}
HEDDLE_TORCH_END
}  // namespace c10

namespace torch::jit {
HEDDLE_TORCH_BEGIN
c10::FunctionSchema parseSchema(const std::string& text) {
  return heddle_torch::schema_of(heddle_torch::value(heddle::schema::parse_schema(text)));
}
HEDDLE_TORCH_END
}  // namespace torch::jit
