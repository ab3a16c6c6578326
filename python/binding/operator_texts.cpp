#include "python/binding/operator_texts.h"

#include "base/text.h"
#include "python/binding/convert.h"

namespace heddle::python {
namespace {

// A default as Python's literal; numbers of dtypes and formats are left open.
std::string literal(const Parameter& parameter) {
  const bool is_code = parameter.kind == Kind::kDType || parameter.kind == Kind::kMemoryFormat;
  const IValue& value = *parameter.argument->default_value;
  return is_code && !value.is_none() ? "..." : repr_text(value);
}

}  // namespace

std::string documentation(const OverloadSet& set) {
  std::string text;
  for (const Overload& overload : set.overloads()) {
    if (overload.declaration.empty()) continue;
    text += concat(overload.declaration, " -> ");
    const std::vector<schema::Argument>& returns = overload.op->schema.returns;
    for (size_t i = 0; i < returns.size(); ++i) {
      text += concat(i ? ", " : "", returns[i].name, returns[i].name.empty() ? "" : ": ", returns[i].type->to_text());
    }
    text += returns.empty() ? "None\n" : "\n";
  }
  const schema::FunctionSchema& schema = set.overloads()[0].op->schema;
  return text + (schema.name.starts_with("aten::")
                     ? concat("\nAs torch.", set.is_method() ? "Tensor." : "", set.name(), ".")
                     : concat("\nThe operator ", schema.name, "."));
}

std::string text_signature(const OverloadSet& set) {
  const Overload* one = nullptr;
  size_t shown = 0;
  for (const Overload& overload : set.overloads()) {
    if (overload.declaration.empty()) continue;
    one = &overload;
    ++shown;
  }
  if (shown != 1) return set.is_method() ? "($self, *args, **kwargs)" : "(*args, **kwargs)";
  std::string text = set.is_method() ? "($self" : "(";
  bool keywords = false;
  bool defaults = false;
  const auto comma = [&text] { return text == "(" ? "" : ", "; };
  for (size_t i = 0; i < one->first_out; ++i) {
    if (one->self == i) continue;
    const Parameter& parameter = one->parameters[i];
    if (i >= one->positional && !std::exchange(keywords, true)) text += concat(comma(), "*");
    text += concat(comma(), parameter.name);
    defaults = parameter.argument->default_value.has_value() || (defaults && !keywords);
    if (defaults) {
      const bool known = parameter.argument->default_value.has_value();
      text += concat("=", known ? literal(parameter) : "...");
    }
  }
  if (one->declaration.find(" out=None") != std::string::npos) text += concat(keywords ? "" : ", *", ", out=None");
  return text + ")";
}

py::dict describe_overload(const Overload& overload) {
  py::list parameters;
  for (size_t i = 0; i < overload.first_out; ++i) {
    const Parameter& parameter = overload.parameters[i];
    const bool has_default = parameter.argument->default_value.has_value();
    py::dict entry;
    entry["name"] = parameter.name;
    entry["kind"] =
        parameter.kind == Kind::kInts && parameter.argument->list_size ? "int or tuple of ints" : kind_text(parameter);
    entry["optional"] = parameter.optional;
    entry["default"] = has_default ? py::object(py::str(literal(parameter))) : py::none();
    entry["keyword_only"] = i >= overload.positional;
    entry["is_self"] = overload.self == i;
    parameters.append(std::move(entry));
  }
  py::list results;
  for (const schema::Argument& result : overload.op->schema.returns) {
    results.append(py::make_tuple(result.name, result.type->to_text()));
  }
  py::dict out;
  out["parameters"] = std::move(parameters);
  out["returns"] = std::move(results);
  out["outs"] = overload.parameters.size() - overload.first_out;
  out["declaration"] = overload.declaration;
  return out;
}

}  // namespace heddle::python
